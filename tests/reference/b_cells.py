"""B cells: fate, influx from the marrow, and the antibody that they secrete.

Beside `ivigabm/processes/b_lineage.py`.
"""

from typing import TYPE_CHECKING

import numpy as np

from ivigabm.engine.elementary import expm1
from ivigabm.processes.b_lineage import ARRIVAL, DIVISION, FATE, INFLUX
from reference.agents import BCell
from reference.draws import bounded, newborn, unit, words

if TYPE_CHECKING:
    from reference.individual import Individual

NAIVE, ACTIVATED, PLASMABLAST, PLASMA_SHORT, PLASMA_LONG = range(5)


def settle(model: "Individual") -> None:
    """Fix the scale from section to body so that the founders hold the untreated titre."""
    world, antigen = model.world, model.world.antigen
    if antigen is None:
        return
    made = secreted(model)
    needed = np.where(antigen.endogenous, world.own.production[antigen.pools], 0.0)
    model.antibody_scale = needed / made if made > 0.0 else np.zeros(len(needed))
    world.own.production[antigen.pools] = model.antibody_scale * made


def live(model: "Individual") -> None:
    """One step of fate, influx and secretion."""
    world = model.world
    if world.antigen is None and not world.body.closed:
        return
    decide(model)
    arrive(model)
    if world.antigen is not None:
        world.own.production[world.antigen.pools] = model.antibody_scale * secreted(model)


def decide(model: "Individual") -> None:
    """Each cell stays, dies, matures or divides; daughters follow in their parents' order."""
    world, rule = model.world, model.constants.b_lineage
    rates = rule.current_rates(world).tolist()
    free = float(world.free_antibody[0]) if len(world.free_antibody) else 1.0
    cells, daughters = model.kinds["b_cell"], []
    for cell, draw in zip(cells, words(model, FATE, cells), strict=True):
        death, mature, divide, long_lived = rates[cell.stage]
        if cell.stage <= ACTIVATED:  # carries its receptor on the surface
            death += rule.silencing * (1.0 - free)
        if cell.stage == NAIVE:
            mature *= free
        total = death + mature + divide
        if unit(draw[0]) >= -expm1(-total * world.dt):
            continue
        which = unit(draw[1]) * total
        if which < death:
            cell.alive = False
        elif which < death + mature:
            cell.stage = grown(cell.stage, unit(draw[2]) < long_lived)
        else:
            number = newborn(model, DIVISION, cell.unique_id)
            daughters.append(BCell(model, number, cell.cell, stage=cell.stage))
    cells += daughters
    model.bury("b_cell")


def grown(stage: int, long_lived: bool) -> int:
    """The next stage; a plasmablast becomes a short- or a long-lived plasma cell."""
    return PLASMA_LONG if stage == PLASMABLAST and long_lived else stage + 1


def arrive(model: "Individual") -> None:
    """Naive cells enter the niche."""
    world, rule = model.world, model.constants.b_lineage
    drawn = unit(int(world.streams.words(INFLUX, world.step, rule.marrow)[0, 0]))
    marrow = int(rule.marrow[0])
    niche = list(zip(world.niche_x.tolist(), world.niche_y.tolist(), strict=True))
    newcomers = [
        BCell(model, newborn(model, ARRIVAL, marrow, order), model.grid[0, 0], stage=NAIVE)
        for order in range(int(rule.influx + drawn))
    ]
    for cell, draw in zip(newcomers, words(model, ARRIVAL, newcomers), strict=True):
        cell.cell = model.grid[niche[bounded(draw[0], len(niche))]]
    model.kinds["b_cell"] += newcomers


def secreted(model: "Individual") -> float:
    """Secretion of all cells, in units of one plasma cell."""
    weight, total = model.constants.b_lineage.weight.tolist(), 0.0
    for cell in model.kinds["b_cell"]:
        total += weight[cell.stage]
    return total
