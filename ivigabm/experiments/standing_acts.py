"""The acts that are always there, drug or not: antibody, receptors, attack, cytokines, T cells."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ivigabm.experiments.acts import (
    TREG,
    Act,
    Rule,
    expressed,
    ratio,
    receptor_nodes,
    saturating,
    seen,
    total,
)
from ivigabm.processes import t_cells
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.receptor_expression import C5A, IFNG, IL4, TNF

if TYPE_CHECKING:
    from ivigabm.model import IVIgModel

_UNITS = "half-effect units"


def _antibody(model: "IVIgModel") -> Iterator[Act]:
    world, antigen = model.world, model.world.antigen
    if antigen is None:
        return
    if world.tables["b_cell"].living:
        made = float(np.sum(world.own.production[antigen.pools])) * world.dt
        yield Act("b_cell", "autoantibody", "b_lineage", made, "nmol", 1.0 if made else 0.0)
    target = world.tables["target_cell"]
    alive = target["alive"]
    covered = antigen.covered(target["opsonin"][alive])
    share = float(np.mean(covered)) if covered.size else 0.0
    weight = share * covered.size * world.dt
    yield Act("autoantibody", "target_cell", "opsonization", weight, "cell-days covered", share)
    c3b = target["c3b"][alive]
    weight = float(np.sum(c3b)) * world.dt
    yield Act("autoantibody", "complement", "complement", weight, "C3b-days", saturating(c3b))


def _receptors(model: "IVIgModel") -> Iterator[Act]:
    """Opsonin links receptors; linked receptors tell their cell to go on, or not to."""
    world = model.world
    for group, j, node in receptor_nodes(model):
        table = group.receptors(world)
        bound = group.binding.bound[: group.contacts.n].sum(axis=0)
        drive = np.abs(group.signalling.weight) * bound
        rows = table["alive"] & (table["receptor"] == j)
        linked = float(bound[j])
        share = min(1.0, ratio(linked, float(np.sum(table["copies"][rows]))))
        yield Act("autoantibody", node, "binding", linked, "copies cross-linked", share)
        sign = -1 if group.signalling.weight[j] < 0 else 1
        share = ratio(float(drive[j]), float(np.sum(drive)))
        yield Act(node, group.name, "signalling", linked, "copies signalling", share, sign)


def _attack(model: "IVIgModel") -> Iterator[Act]:
    world, target = model.world, model.world.tables["target_cell"]
    if world.blood_target:  # the dead of this step are gone, and the attack on them with them
        unit = "cells engulfed"
        routes = {g.name: ("phagocytosis", g.phagocytosis.deaths / world.dt)
                  for g in world.phagocytes}  # fmt: skip
    else:
        unit = "cells damaged"
        routes = {g.name: ("phagocytosis", total(target, g.kind.attack)) for g in world.phagocytes}
        free = {name: float(np.mean(level)) for name, level in _harmful(model).items()}
        cytokine = total(target, "attack_cytokine")
        for name, level in free.items():
            routes[name] = ("tissue", cytokine * ratio(level, sum(free.values())))
        routes["complement"] = ("tissue", total(target, "c5b9") * model.tissue.terminal_rate)
        routes["t_cell"] = ("t_cells", total(target, "attack_t_cell"))
    every = sum(rate for _, rate in routes.values())
    for source, (process, rate) in routes.items():
        yield Act(source, "target_cell", process, rate * world.dt, unit, ratio(rate, every))


def _harmful(model: "IVIgModel") -> dict[str, "np.typing.NDArray[np.float64]"]:
    """Cytokines that harm tissue, as cells see them."""
    world = model.world
    return {"tnf": Cytokines.free(world, "tnf"), "il1": Cytokines.free_il1(world)}


def _secretion(model: "IVIgModel") -> Iterator[Act]:
    """Who makes a cytokine, and how much of it."""
    world, cytokines = model.world, model.cytokines
    active = {
        "macrophage": total(world.tables["macrophage"], "activation"),
        "basophil": total(world.tables["basophil"], "activation"),
        "dendritic_cell": total(world.tables["dendritic_cell"], "cox2"),
        "t_cell": _activation(model, t_cells.EFFECTOR),
        TREG: _activation(model, t_cells.TREG),
    }
    made = [("macrophage", name) for name in ("tnf", "chemokine")]
    made += [("t_cell", name) for name in ("tnf", "chemokine", "ifn_gamma")]
    made += [("basophil", "il4"), (TREG, "il10"), ("dendritic_cell", "pge2")]
    amounts = {(who, what): cytokines.rate[what] * active[who] for who, what in made}
    neutrophil = total(world.tables["neutrophil"], "activation")
    for what, rate in cytokines.neutrophil_rate.items():
        amounts["neutrophil", what] = rate * neutrophil
    c3b = world.tables["target_cell"]["c3b"][world.tables["target_cell"]["alive"]]
    amounts["complement", "c5a"] = cytokines.c5a_rate * float(np.sum(c3b * c3b))
    for (who, what), amount in amounts.items():
        every = sum(a for (_, name), a in amounts.items() if name == what)
        yield Act(who, what, "cytokines", amount * world.dt, _UNITS, ratio(amount, every))


def _activation(model: "IVIgModel", stage: int) -> float:
    table = model.world.tables["t_cell"]
    chosen = table["alive"] & (table["stage"] == stage)
    return float(np.sum(table["activation"][chosen]))


def _response(model: "IVIgModel") -> Iterator[Act]:
    """Cells that answer cytokines."""
    world, fields = model.world, model.world.fields
    pitch = fields.pitch
    for name, agent, process, sign in (
        ("il33", "basophil", "sensing", 1),
        ("il10", "dendritic_cell", "dendritic", -1),
        ("il10", "t_cell", "t_cells", -1),
        ("pge2", TREG, "t_cells", 1),
        ("chemokine", "macrophage", "transport", 1),
        ("chemokine", "neutrophil", "neutrophils", 1),
        ("tnf", "neutrophil", "neutrophils", 1),
    ):
        table = world.tables["t_cell" if agent == TREG else agent]
        level = seen(fields[name], table, pitch)
        share = saturating(level)
        weight = share * level.size * world.dt
        yield Act(name, agent, process, weight, "cell-days of signal", share, sign)
    expression = model.receptor_expression
    c5a = Cytokines.free(world, "c5a") * expression.c5a_receptor / expression.half_c5a
    yield from expressed(
        model, "tnf", Cytokines.free(world, "tnf") / expression.half_tnf, TNF, pitch
    )
    yield from expressed(model, "c5a", c5a, C5A, pitch)
    yield from expressed(model, "ifn_gamma", expression.ifng(world), IFNG, pitch)
    own = fields["il4_own"] * expression.il4_receptor * expression.il4_share
    yield from expressed(model, "il4_own", own / expression.half_il4, IL4, pitch)


def _priming(model: "IVIgModel") -> Iterator[Act]:
    """Dendritic cells prime naive T cells and keep regulatory ones dividing."""
    world, table = model.world, model.world.tables["t_cell"]
    for agent, stage, shown in (
        ("t_cell", t_cells.NAIVE, world.stimulating),
        (TREG, t_cells.TREG, world.shown),
    ):
        chosen = table["alive"] & (table["stage"] == stage)
        level = np.asarray(shown[table["x"][chosen], table["y"][chosen]])
        share = saturating(level)
        weight = share * level.size * world.dt
        yield Act("dendritic_cell", agent, "t_cells", weight, "cell-days of signal", share)


ALWAYS: tuple[Rule, ...] = (_antibody, _receptors, _attack, _secretion, _response, _priming)
