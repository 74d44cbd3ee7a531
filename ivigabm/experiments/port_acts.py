"""What ports carry: the acts of the drug, and of cells that it has set going.

A port has a rule of its own where its unit asks for one. Any other is read as an act on the
agents of the process that reads it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ivigabm.experiments.acts import (
    AGENT_OF,
    RECEPTORS,
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
from ivigabm.processes.b_lineage import ACTIVATED
from ivigabm.processes.ports import PORTS
from ivigabm.processes.receptor_expression import COMPLEX, IL4, TYPE2

if TYPE_CHECKING:
    from ivigabm.model import IVIgModel

# Ports without a rule of their own that do not act on their process's agents, or hold back.
PLAIN = {
    "cytokine_sink": ("tnf", -1),
    "anaphylatoxin_sink": ("c5a", -1),
    "ifng_response": ("ifn_gamma", -1),
    "baff_sink": ("b_cell", -1),
    "cd22_ligand": ("b_cell", -1),
    "antigen_sink": ("dendritic_cell", -1),
    "drug_opsonin": ("target_cell", 1),
    "fas_agonist": ("neutrophil", -1),
    "siglec_agonist": ("neutrophil", -1),
    "treg_stimulus": (TREG, 1),
    "basophil_ige": ("il4_own", 1),
    "macrophage_output": ("macrophage", -1),
    "microglia_drive": ("macrophage", -1),
    "dc_priming": ("dendritic_cell", 1),
    "th17_restraint": ("t_cell", -1),
}


def rule_of(port: str) -> Rule:
    """The rule that reads a port."""
    return RULES.get(port) or _plain_rule(port)


def _plain_rule(port: str) -> Rule:
    declared = PORTS[port]
    agent = AGENT_OF.get(declared.process, declared.process)
    target, sign = PLAIN.get(port, (agent, -1 if declared.combine == "product" else 1))

    def rule(model: "IVIgModel") -> Iterator[Act]:
        moved = np.abs(model.world.ports[port] - declared.neutral)
        moved = moved[:1] if declared.extent == "treg" else moved  # the rest is part of it
        if declared.combine == "product":
            share = float(np.mean(np.minimum(moved, 1.0)))
        else:
            share = saturating(moved) if declared.unit == "1" else 1.0
        nodes = [node for *_, node in receptor_nodes(model)] if target == RECEPTORS else [target]
        for node in nodes:
            weight = share * model.world.dt
            yield Act("", node, declared.process, weight, "days", share, sign)

    return rule


def _fcrn(model: "IVIgModel") -> Iterator[Act]:
    world = model.world
    own, load = world.own, float(world.ports["fcrn_load"][0])
    chosen = world.antigen.pools if world.antigen else np.arange(len(own.plasma))
    held, igg = own.plasma[chosen], own.igg()
    with_drug = float(np.sum(held * own.catabolic_rate(igg + load)[chosen]))
    more = with_drug - float(np.sum(held * own.catabolic_rate(igg)[chosen]))
    target = "autoantibody" if world.antigen else "endogenous_igg"
    share = ratio(more, with_drug)
    yield Act("", target, "plasma", more * world.dt, "nmol cleared", share, -1)


def _fcgr(model: "IVIgModel") -> Iterator[Act]:
    world = model.world
    port = world.ports["fcgr_competitor"][0].mean(axis=(1, 2))
    for group, j, node in receptor_nodes(model):
        table = group.receptors(world)
        own = group.binding.own_competition(world)[j]
        rows = table["alive"] & (table["receptor"] == j)
        drug = ratio(float(port[j]), float(own + port[j]))
        held = table["occupied_monomer"][rows] * drug + table["occupied_complex"][rows]
        copies = table["copies"][rows]
        taken = float(np.sum(held * copies))
        share = ratio(taken, float(np.sum(copies)))
        yield Act("", node, "binding", taken * world.dt, "copy-days held", share, -1)


def _idiotype(model: "IVIgModel") -> Iterator[Act]:
    world, antigen = model.world, model.world.antigen
    if antigen is None:
        return
    held, free = world.own.plasma[antigen.pools], world.free_antibody
    bound = float(np.sum(held * (1.0 - free)))
    share = ratio(bound, float(np.sum(held)))
    weight = bound * world.dt
    yield Act("", "autoantibody", "opsonization", weight, "nmol-days bound", share, -1)
    b_cell = world.tables["b_cell"]
    bearing = b_cell["alive"] & (b_cell["stage"] <= ACTIVATED)
    taken = 1.0 - world.free_clones[b_cell["clone"][bearing]]
    share = float(np.mean(taken)) if len(taken) else 0.0
    weight = share * len(taken) * world.dt
    yield Act("", "b_cell", "b_lineage", weight, "cell-days bound", share, -1)


def _sensor(model: "IVIgModel") -> Iterator[Act]:
    world, sensing = model.world, model.sensing
    sensor = world.tables["sensor_cell"]
    own = float(np.sum(world.own.tissue_molar())) * sensing.own_share / sensing.half
    own *= sensing.lectin
    port = world.ports["sensor_occupancy"] * sensing.lectin
    ligand = own + seen(port, sensor, world.molecule_pitch)
    rise = saturating(ligand) - own / (1.0 + own) if ligand.size else 0.0
    weight = rise * ligand.size * world.dt
    yield Act("", "sensor_cell", "sensing", weight, "cell-days of signal", rise)


def _il33(model: "IVIgModel") -> Iterator[Act]:
    world = model.world
    released = float(np.sum(world.ports["il33_release"])) * world.dt
    share = 1.0 if released > 0.0 else 0.0
    yield Act("sensor_cell", "il33", "sensing", released, "half-effect units", share)


def _type2(model: "IVIgModel") -> Iterator[Act]:
    world = model.world
    yield from expressed(model, "", world.ports["type2_signal"], TYPE2, world.molecule_pitch)


def _complexes(model: "IVIgModel") -> Iterator[Act]:
    world = model.world
    yield from expressed(model, "", world.ports["fcgr_complexes"], COMPLEX, world.molecule_pitch)


def _il4(model: "IVIgModel") -> Iterator[Act]:
    world = model.world
    level = world.ports["fcgr2b_signal"] * world.present("IL-4R")
    yield from expressed(model, "il4", level, IL4, world.fields.pitch)


def _c3b(model: "IVIgModel") -> Iterator[Act]:
    world, complement = model.world, model.complement
    own = float(np.sum(world.mean_at_target(world.own))) * complement.grams * complement.acceptor
    accepted = float(world.ports["c3b_acceptor"][0])
    share = accepted / (complement.acceptor_half + own + accepted)
    weight = share * total(world.tables["target_cell"], "c3b") / (1.0 - share) * world.dt
    yield Act("", "complement", "complement", weight, "C3b-days diverted", share, -1)


def _microglia(model: "IVIgModel") -> Iterator[Act]:
    if model.amyloid.active:  # elsewhere no process reads the port
        yield from _plain_rule("microglia_drive")(model)


RULES: dict[str, Rule] = {
    "fcrn_load": _fcrn,
    "fcgr_competitor": _fcgr,
    "fcgr_complexes": _complexes,
    "idiotype_neutraliser": _idiotype,
    "sensor_occupancy": _sensor,
    "il33_release": _il33,
    "type2_signal": _type2,
    "fcgr2b_signal": _il4,
    "c3b_acceptor": _c3b,
    "microglia_drive": _microglia,
}
