"""Dendritic cells and T cells: priming, division, exit, engagement, regulation.

Beside `ivigabm/processes/dendritic.py`, `t_cells.py` and `t_cell_traffic.py`.
"""

from typing import TYPE_CHECKING

import numpy as np
from mesa.discrete_space import Cell

from ivigabm.engine.elementary import expm1
from ivigabm.processes.polarisation import DECISION, OTHER, TH17, UNDECIDED
from ivigabm.processes.t_cells import DIVISION, ENGAGE, FATE, TRAVEL
from reference.agents import TargetCell, TCell
from reference.contacts import neighbour
from reference.draws import bounded, newborn, unit, words
from reference.walk import lean, pace

if TYPE_CHECKING:
    from reference.individual import Individual

NAIVE, BLAST, EFFECTOR, TREG = range(4)


def educate(model: "Individual") -> None:
    """Dendritic cells show antigen and mature; then what each site sees of them."""
    world, rule = model.world, model.constants.dendritic
    cells = model.kinds["dendritic_cell"]
    antigen, adjuvant = rule.drain(world)
    if not cells:
        return
    left, induced = float(world.ports["dc_maturation"][0]), rule.induced(world)
    il10, pitch = world.felt("il10").tolist(), world.fields.pitch
    complexes = rule.complexes(world)
    held = complexes / (1.0 + complexes)
    for cell in cells:
        i, j = cell.on(pitch)
        cell.primed += rule.relax_primed * (held - cell.primed)
        alarm = adjuvant / (1.0 + il10[i][j])
        cell.presented += rule.relax_shown * (antigen / (1.0 + antigen) - cell.presented)
        cell.maturity += rule.relax_mature * (left * alarm / (1.0 + alarm) - cell.maturity)
        cell.cox2 += rule.relax_mature * (induced - cell.cox2)
    rule.send(world, [cell.primed for cell in cells])
    world.shown, world.stimulating = np.zeros(world.shape), np.zeros(world.shape)
    for cell in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                site = neighbour(cell.cell, dx, dy).coordinate
                world.shown[site] += cell.presented
                world.stimulating[site] += cell.presented * cell.maturity


def meet_amyloid(model: "Individual") -> None:
    """Free oligomer attacks synapses and drives microglia."""
    rule = model.constants.amyloid
    if not rule.active:
        return
    attack, drive = rule.drift(model.world)
    for target in model.kinds["target_cell"]:
        target.attack_aggregate = attack
    for cell in model.kinds["macrophage"]:
        cell.activation += rule.relax * drive * (1.0 - cell.activation)


def live(model: "Individual") -> None:
    """T cells engage targets, decide their fate and travel; they rest before day 0."""
    if not model.kinds["t_cell"] or model.world.step < 0:
        return
    engage(model)
    decide(model)
    polarise(model)
    travel(model)


def polarise(model: "Individual") -> None:
    """New effectors take up the IL-17 programme or another; some of the others decide anew."""
    rule, cells = model.constants.t_cells.polarisation, model.kinds["t_cell"]
    share = rule.share(model.world)
    for cell, draw in zip(cells, words(model, DECISION, cells), strict=True):
        if cell.stage != EFFECTOR:
            cell.programme = UNDECIDED
        elif cell.programme == UNDECIDED or unit(draw[0]) < rule.chance:
            cell.programme = TH17 if unit(draw[1]) < share else OTHER


def engage(model: "Individual") -> None:
    """Effectors harm a drawn neighbour; activation follows the antigen that a cell meets."""
    rule, cells = model.constants.t_cells, model.kinds["t_cell"]
    for target in model.kinds["target_cell"]:
        target.attack_t_cell = 0.0
    for cell, draw in zip(cells, words(model, ENGAGE, cells), strict=True):
        if cell.stage >= EFFECTOR:
            met = meeting(model, cell, bounded(draw[0], 9))
            cell.activation += rule.relax * (met - cell.activation)


def meeting(model: "Individual", cell: TCell, k: int) -> float:
    """How much antigen a cell meets, 0..1; an effector harms the target that shows it."""
    world, rule = model.world, model.constants.t_cells
    if world.niche[cell.x, cell.y]:
        shown = float(world.shown[cell.x, cell.y])
        return shown / (1.0 + shown) if cell.stage == TREG else 0.0
    site = neighbour(cell.cell, k // 3 - 1, k % 3 - 1)
    fixed = [a for a in site.agents if isinstance(a, TargetCell)]
    if world.blood_target or not fixed:
        return 0.0
    if cell.stage == TREG:
        return 1.0
    il10 = float(world.felt("il10")[cell.on(world.fields.pitch)])
    grip = float(world.ports["cell_contact"][0]) / (1.0 + il10)
    fixed[0].attack_t_cell += rule.harm * grip
    return grip


def decide(model: "Individual") -> None:
    """Each cell stays, dies, moves on a stage or divides; daughters follow in parents' order."""
    world, rule = model.world, model.constants.t_cells
    current = rule.current_rates(world).tolist()
    cells, daughters = model.kinds["t_cell"], []
    for cell, draw in zip(cells, words(model, FATE, cells), strict=True):
        death, mature, divide = rates(model, cell, current)
        total = death + mature + divide
        if unit(draw[0]) >= -expm1(-total * world.dt):
            continue
        which = unit(draw[1]) * total
        if which < death:
            cell.alive = False
        elif which < death + mature:
            if cell.stage == NAIVE:
                cell.stage = BLAST
            else:
                cell.stage = TREG if unit(draw[2]) < rule.treg_share else EFFECTOR
        else:
            cell.generation += cell.stage == BLAST
            number = newborn(model, DIVISION, cell.unique_id)
            state = {"stage": cell.stage, "generation": cell.generation}
            daughters.append(TCell(model, number, cell.cell, **state))
    cells += daughters
    model.bury("t_cell")


def rates(model: "Individual", cell: TCell, current: list[float]) -> tuple[float, float, float]:
    """Death, maturation and division of one cell, 1/day."""
    world, rule = model.world, model.constants.t_cells
    priming, division, differentiation, blast, effector, activated, turnover, extra = current
    place = cell.on(world.fields.pitch)
    calm = 1.0 + float(world.felt("il10")[place])
    if cell.stage == NAIVE:
        stimulating = float(rule.stimulating(world)[cell.x, cell.y])
        return 0.0, priming * stimulating / calm, 0.0
    if cell.stage == BLAST:
        young = cell.generation < rule.generations
        return blast, differentiation, division / calm if young else 0.0
    if cell.stage == EFFECTOR:
        return effector + activated * cell.activation, 0.0, 0.0
    if not world.niche[cell.x, cell.y]:
        return turnover, 0.0, 0.0
    push = float(world.ports["treg_stimulus"][0]) + float(world.fields["pge2"][place])
    fold = 1.0 + (rule.treg_most - 1.0) * push / (1.0 + push)
    shown = float(world.shown[cell.x, cell.y])
    return turnover, 0.0, turnover + extra * fold * shown / (1.0 + shown)


def travel(model: "Individual") -> None:
    """Every T cell walks one site at most, or goes through blood to a vessel."""
    world, rule, cells = model.world, model.constants.t_cells, model.kinds["t_cell"]
    leave, doors = rule.leave(world), len(rule.door_x)
    for cell, draw in zip(cells, words(model, TRAVEL, cells), strict=True):
        chance = 0.0
        if cell.stage >= EFFECTOR and world.niche[cell.x, cell.y]:
            chance = leave if cell.stage == EFFECTOR else rule.leave_treg
        elif cell.stage >= EFFECTOR and not world.target_site[cell.x, cell.y]:
            chance = rule.recirculate
        if doors and unit(draw[3]) < chance:
            cell.cell = door(model, draw)
        elif unit(draw[2]) < rule.hop:
            walk(model, cell, draw)


def door(model: "Individual", draw: list[int]) -> Cell:
    """The vessel site where a cell comes out of blood; into the target if that lets it pass."""
    world, rule = model.world, model.constants.t_cells
    k = bounded(draw[0], len(rule.door_x))
    if k >= rule.outer and rule.outer > 0:
        x, y = int(rule.door_x[k]), int(rule.door_y[k])
        pitch = world.fields.pitch
        signal = float(world.felt("ifn_gamma")[x // pitch, y // pitch])
        passing = rule.barrier + (1.0 - rule.barrier) * signal / (1.0 + signal)
        if unit(draw[1]) >= passing * float(world.ports["cell_contact"][0]):
            k = bounded(draw[2], rule.outer)
    return model.grid[int(rule.door_x[k]), int(rule.door_y[k])]


def walk(model: "Individual", cell: TCell, draw: list[int]) -> None:
    """One site at most along each axis; the border of the niche is not crossed."""
    world, rule = model.world, model.constants.t_cells
    within = bool(world.niche[cell.x, cell.y])
    bias = 0.0 if within else rule.taxis
    attractant, (nx, ny) = world.fields["chemokine"].tolist(), world.fields.shape
    i, j = cell.on(world.fields.pitch)
    along_x = bias * lean(attractant[i - 1][j], attractant[(i + 1) % nx][j])
    along_y = bias * lean(attractant[i][j - 1], attractant[i][(j + 1) % ny])
    ahead = neighbour(cell.cell, pace(draw[0], along_x), pace(draw[1], along_y))
    if bool(world.niche[ahead.coordinate]) == within:
        cell.cell = ahead
