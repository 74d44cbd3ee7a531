"""Target cells: opsonised, under complement, damaged and repaired; or born and ageing in blood.

Beside `ivigabm/processes/complement.py`, `opsonization.py`, `tissue.py` and `circulation.py`.
"""

from typing import TYPE_CHECKING

import numpy as np

from ivigabm.engine.elementary import expm1, hill
from ivigabm.processes.circulation import AGEING, BIRTH, NEWBORN, PASSING
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.suspension import DIED, FATE, LYSED
from reference.agents import TargetCell
from reference.binding import patch_equilibrium
from reference.draws import bounded, newborn, unit, words

if TYPE_CHECKING:
    from reference.individual import Individual


def fix_complement(model: "Individual") -> None:
    """C1q to C5b-9 from opsonin densities; fluid-phase IgG accepts part of C4b and C3b."""
    world, rule = model.world, model.constants.complement
    rule.consume(world)
    if world.antigen is None:
        return
    accepted = 0.0
    for molar in world.mean_at_target(world.own).tolist():
        accepted += molar * rule.grams
    c1q, gain = rule.strength(world, accepted * rule.acceptor)
    terminal = rule.terminal * world.comparators.c5_left
    surface, spared = rule.surface, rule.spared(world, accepted * rule.acceptor)
    kinds = list(zip(rule.is_igm.tolist(), rule.weight.tolist(), strict=True))
    for target in model.kinds["target_cell"]:
        c, d = 0.0, 0.0
        for bound, (is_igm, weight) in zip(target.opsonin, kinds, strict=True):
            if is_igm:
                c += bound / rule.half_igm
            else:
                density = bound / rule.half_igg
                c += weight * density * density
                d += density * density
        target.c1q = c1q * c / (1.0 + c)
        target.c4b = target.c1q * rule.c4 * spared
        target.c3b = (target.c1q * rule.c4 + surface * d / (1.0 + d)) * gain
        target.c5b9 = terminal * target.c3b * target.c3b


def perish(model: "Individual") -> None:
    """Cells in suspension are lysed by C5b-9, or die of age and through Fas."""
    rule, world, cells = model.constants.suspension, model.world, model.kinds["target_cell"]
    if not rule.active:
        return
    pace = rule.pace(world)
    for target, draw in zip(cells, words(model, FATE, cells), strict=True):
        lysis = rule.rate * hill(target.c5b9, rule.half, rule.power)
        total = lysis + pace
        if unit(draw[0]) < -expm1(-total * world.dt):
            target.alive = False
            world.toll[LYSED if unit(draw[1]) * total < lysis else DIED] += 1.0
    model.bury("target_cell")


def circulate(model: "Individual") -> None:
    """Circulating targets die of age and are born by the marrow."""
    rule, world, cells = model.constants.circulation, model.world, model.kinds["target_cell"]
    if not rule.active:
        return
    rule.stimulate(world, len(cells))
    for target, draw in zip(cells, words(model, AGEING, cells), strict=True):
        target.alive = unit(draw[1]) >= rule.chance
    model.bury("target_cell")
    if rule.leave[0] > 0.0:
        pass_organs(model)
    marrow = int(rule.marrow[0])
    drawn = unit(int(world.streams.words(BIRTH, world.step, rule.marrow)[0, 0]))
    kinds = len(world.antigen.pools) if world.antigen else 1
    for order in range(int(rule.births * world.marrow + drawn)):
        number = newborn(model, NEWBORN, marrow, order)
        born = TargetCell(model, number, model.grid[0, 0], opsonin=[0.0] * kinds)
        model.kinds["target_cell"].append(born)


def pass_organs(model: "Individual") -> None:
    """Cells of the blood enter an organ, where they stand in the niche; those of organs return."""
    rule, world, cells = model.constants.circulation, model.world, model.kinds["target_cell"]
    niche = list(zip(world.niche_x.tolist(), world.niche_y.tolist(), strict=True))
    for target, draw in zip(cells, words(model, PASSING, cells), strict=True):
        if unit(draw[0]) >= rule.leave[target.place]:
            continue
        if target.place > 0:
            target.place = 0
            continue
        lot = unit(draw[1])
        target.place = next(k for k, share in enumerate(rule.upto) if k > 0 and lot < share)
        target.cell = model.grid[niche[bounded(draw[2], len(niche))]]


def opsonise(model: "Individual") -> None:
    """Bound antibody moves towards its equilibrium with the free antibody around."""
    world, antigen = model.world, model.world.antigen
    if antigen is None:
        return
    world.free_clones = np.array(free_clones(model))
    world.free_antibody = world.free_clones[antigen.clone]
    levels = world.antibody_at_target() * world.free_antibody[:, None, None]
    half, epitopes = antigen.half.tolist(), antigen.epitopes.tolist()
    relax = model.constants.opsonization.relax
    for target in model.kinds["target_cell"]:
        i, j = target.on(world.molecule_pitch)
        filled = [a / h for a, h in zip(levels[:, i, j].tolist(), half, strict=True)]
        total = 1.0
        for s in filled:
            total += s
        for k, s in enumerate(filled):
            target.opsonin[k] += relax * (epitopes[k] * s / total - target.opsonin[k])


def free_clones(model: "Individual") -> list[float]:
    """Share of each clone that the anti-idiotypes which it competes for leave free."""
    world, antigen, idiotypes = model.world, model.world.antigen, model.world.idiotypes
    level = [0.0] * len(idiotypes.known)
    held = world.mean_at_target(world.own)[antigen.pools].tolist()
    for clone, antibody in zip(antigen.clone.tolist(), held, strict=True):
        level[clone] += antibody
    known = idiotypes.known.tolist()
    seen = [amount * share for amount, share in zip(level, known, strict=True)]
    neutraliser = float(world.ports["idiotype_neutraliser"][0])
    there = [neutraliser * share for share in idiotypes.share.tolist()]
    pairs, _, _ = patch_equilibrium(idiotypes.affinity.tolist(), seen, there, [0.0] * len(there))
    bound = [sum(row) for row in pairs]
    taken = [b / a if a > 0.0 else 0.0 for b, a in zip(bound, seen, strict=True)]
    return [1.0 - k + k * (1.0 - t) for k, t in zip(known, taken, strict=True)]


def damage_and_repair(model: "Individual") -> None:
    """Fixed targets lose and regain working share m, lose L for good; function f of both."""
    rule, world, dt = model.constants.tissue, model.world, model.world.dt
    if not rule.fixed:
        return
    seen = Cytokines.inflammatory(world).tolist()
    for target in model.kinds["target_cell"]:
        i, j = target.on(world.fields.pitch)
        target.attack_cytokine = rule.cytokine_max * seen[i][j] / (1.0 + seen[i][j])
        rate = rule.repair + attack(model, target)
        room = 1.0 - target.irreversible
        steady = rule.repair * room / rate
        lost = -expm1(-rule.loss * dt) * (room - target.integrity)
        target.integrity += -expm1(-rate * dt) * (steady - target.integrity)
        target.irreversible += lost
        target.function = target.integrity * unblocked(model, target)
    functions = [target.function for target in model.kinds["target_cell"]]
    if rule.vital > 0.0 and float(np.mean(np.array(functions))) < rule.vital:
        world.survived = False


def attack(model: "Individual", target: TargetCell) -> float:
    """Rate (1/day) at which a fixed target loses its working share."""
    rule = model.constants.tissue
    contact = target.attack_phagocytic + rule.terminal_rate * target.c5b9
    others = target.attack_oxidant + target.attack_aggregate
    return contact + target.attack_cytokine + target.attack_t_cell + others + target.attack_nk


def unblocked(model: "Individual", target: TargetCell) -> float:
    """Share of function that blocking antibody leaves."""
    rule = model.constants.tissue
    theta = 0.0
    for bound, sites, blocking in zip(
        target.opsonin, rule.epitopes.tolist(), rule.blocking.tolist(), strict=False
    ):  # without antibody a target still has one density, of nothing
        theta += blocking * bound / sites
    return 1.0 - rule.block_max * theta * theta / (
        theta * theta + rule.block_half * rule.block_half
    )
