"""Zones of a section: where vessels, lymphoid niche and target tissue are."""

import numpy as np
from numpy.typing import NDArray

from ivigabm.processes.world import World
from ivigabm.scenario import Scenario

ZONES = ("interstitium", "vessel", "niche", "target")  # in the order of their codes
INTERSTITIUM, VESSEL, NICHE, TARGET = range(len(ZONES))


def lay_out(world: World, scenario: Scenario) -> None:
    """Vessels on parallel lines, a round lymphoid niche and a round target zone on a torus."""
    width, height = world.shape
    section = scenario.section
    x, y = np.arange(width), np.arange(height)

    def disc(share: float, centre: float) -> NDArray[np.bool_]:
        dx = np.abs(x - centre * width)
        dy = np.abs(y - height / 2)
        dx, dy = np.minimum(dx, width - dx), np.minimum(dy, height - dy)
        return nearest(np.add.outer(dx * dx, dy * dy), round(share * width * height))

    zone = np.full(world.shape, INTERSTITIUM, np.int8)
    world.vessel = np.zeros(world.shape, bool)
    everywhere = np.ones(world.shape, bool)
    if scenario.dish is None:
        zone[disc(section.target_share, 0.75)] = TARGET
        zone[disc(section.niche_share, 0.25)] = NICHE
        world.vessel[x % section.vessel_spacing == 0] = True
        zone[world.vessel & (zone == INTERSTITIUM)] = VESSEL
    world.zone = zone
    world.niche, world.target_site = zone == NICHE, zone == TARGET
    passed = ~world.niche
    if scenario.dish is not None:  # no zones: all cells stand in the medium
        world.niche = passed = everywhere
    world.niche_x, world.niche_y = np.nonzero(world.niche)
    world.sinus_x, world.sinus_y = np.nonzero(passed)
    world.doors = _doors(world)
    world.allowed = {
        "macrophage": everywhere, "neutrophil": everywhere, "nk_cell": everywhere,
        "b_cell": world.niche,
    }  # fmt: skip


def nearest(distance: NDArray[np.float64], count: int) -> NDArray[np.bool_]:
    """The `count` sites of least distance; of equally distant ones the first, in flat order."""
    flat = distance.ravel()
    if count == 0:
        return np.zeros(distance.shape, bool)
    last = np.partition(flat, count - 1)[count - 1]
    inside = flat < last
    on_edge = np.flatnonzero(flat == last)
    inside[on_edge[: count - int(np.count_nonzero(inside))]] = True
    return np.asarray(inside.reshape(distance.shape))


def _doors(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Vessel sites outside the niche; those of the target tissue come last."""
    elsewhere = np.nonzero(world.vessel & ~world.niche & ~world.target_site)
    inside = np.nonzero(world.vessel & world.target_site)
    x, y = (np.concatenate(pair) for pair in zip(elsewhere, inside, strict=True))
    return x, y, len(elsewhere[0])
