"""Circulating targets: made by the marrow, ageing in blood, cleared in the section.

Production, ageing and passage through organs here, clearance by contact in `phagocytosis`. One
agent stands for a share of the count; newborns take their ids from the marrow, step and order.
A cell that recirculates stays in an organ for a while, where the phagocytes that clear the blood
do not meet it, and comes back to blood:

    leaving = 1 / stay          entering = cells at rest over those in blood * (leaving + ageing)
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.columns import KIND_SHIFT
from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import EPOCH, bounded, newborn_id, purpose, unit
from ivigabm.processes.world import ORGANS

if TYPE_CHECKING:
    from ivigabm.processes.world import World

AGEING = purpose("circulation: death by age")
BIRTH = purpose("circulation: how many are born")
NEWBORN = purpose("circulation: id of a newborn")
PASSING = purpose("circulation: passage between blood and an organ")


@kernel
def age(words, chance, n, alive):
    """Let each circulating cell die of age with this chance."""
    for row in range(n):
        if alive[row] and unit(words[row, 1]) < chance:
            alive[row] = False


@kernel
def bear(count, parent, seed, number, step, n, ids, alive):
    """Append `count` newborns of one parent; the other columns of spare rows are zero."""
    for order in range(count):
        ids[n + order] = newborn_id(parent, seed, number, step, np.uint64(order))
        alive[n + order] = True
    return n + count


@kernel
def pass_organs(words, n, alive, leave, upto, niche_x, niche_y, place, x, y):
    """Let each cell of the blood enter an organ, each cell of an organ come back to blood.

    leave : chance of this step to leave each place, the blood (place 0) first. upto : of those
    that leave the blood, the share that enters this or an earlier place. Who is in an organ
    stands in the section's niche.
    """
    sites = np.uint64(len(niche_x))
    for row in range(n):
        here = place[row]
        if not alive[row] or unit(words[row, 0]) >= leave[here]:
            continue
        if here > 0:
            place[row] = 0
            continue
        lot, there = unit(words[row, 1]), 1
        while lot >= upto[there]:
            there += 1
        place[row] = there
        k = bounded(words[row, 2], sites)
        x[row], y[row] = niche_x[k], niche_y[k]


class Circulation:
    """Phase: births, deaths by age and passage through organs of circulating targets."""

    name: ClassVar[str] = "circulation"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("clinical_score", "target_integrity")

    def __init__(self, world: "World") -> None:
        target = world.resolved.scenario.target
        self.active = target is not None and target.place == "blood"
        self.chance = self.births = 0.0
        self.leave = self.upto = np.zeros(len(ORGANS) + 1)
        if target is not None and self.active:
            senescence = world.quantity(target.senescence)
            production = world.quantity(target.production) / target.count_per_agent
            self.chance = -float(expm1(-senescence * world.dt))
            elsewhere = world.organs()
            self.births = production * (1.0 + sum(elsewhere.values())) * world.dt
            self._tell_passage(world, elsewhere, senescence)
        code = world.tables["target_cell"].code
        self.marrow = np.array([(code << KIND_SHIFT) | ((1 << KIND_SHIFT - 1) - 1)], np.uint64)

    def _tell_passage(self, world: "World", cells: dict[str, float], ageing: float) -> None:
        """Chances of a step to leave each place, and where those go who leave the blood."""
        stay = [world.ps[f"recirculation.stay_{name}"] for name in cells]
        enter, rate = np.zeros(len(ORGANS) + 1), np.zeros(len(ORGANS) + 1)
        for (name, number), days in zip(cells.items(), stay, strict=True):
            place = 1 + ORGANS.index(name)
            rate[place] = 1.0 / days
            enter[place] = number * (rate[place] + ageing)
        rate[0] = np.sum(enter)
        self.leave = np.array([-float(expm1(-r * world.dt)) for r in rate.tolist()])
        self.upto = np.zeros(len(enter))  # nobody goes where it stays 0
        there = np.flatnonzero(enter)
        if len(there):
            self.upto[there] = np.cumsum(enter[there]) / rate[0]
            self.upto[there[-1]] = 1.0

    def advance(self, world: "World") -> None:
        """One step of ageing, passage and birth."""
        if not self.active:
            return
        table, streams = world.tables["target_cell"], world.streams
        if table.n:
            words = streams.words(AGEING, world.step, table["id"])
            age(words, self.chance, table.n, table["alive"])
        if table.n and self.leave[0] > 0.0:
            pass_organs(
                streams.words(PASSING, world.step, table["id"]),
                table.n,
                table["alive"],
                self.leave,
                self.upto,
                world.niche_x,
                world.niche_y,
                table["place"],
                table["x"],
                table["y"],
            )
        count = int(self.births + streams.unit(BIRTH, world.step, self.marrow[0]))
        table.reserve(count)
        table.grown(
            bear(
                count,
                self.marrow[0],
                streams.seed,
                np.uint64(NEWBORN),
                np.uint64(EPOCH + world.step),
                table.n,
                table.full("id"),
                table.full("alive"),
            )
        )
