"""Circulating targets: made by the marrow, ageing in blood, cleared in the section.

Production and ageing here, clearance by contact in `phagocytosis`. One agent stands for a
share of the count; newborns take their ids from the marrow, step and order. Where cells are
short, the marrow makes more of them, once its precursors have matured:

    dF/dt = [1 + (most - 1) · max(0, 1 - count ÷ count in health) - F] ÷ maturation
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.columns import KIND_SHIFT
from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import EPOCH, newborn_id, purpose, unit

if TYPE_CHECKING:
    from ivigabm.processes.world import World

AGEING = purpose("circulation: death by age")
BIRTH = purpose("circulation: how many are born")
NEWBORN = purpose("circulation: id of a newborn")


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


class Circulation:
    """Phase: births and deaths by age of circulating targets."""

    name: ClassVar[str] = "circulation"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("clinical_score", "target_integrity")

    def __init__(self, world: "World") -> None:
        target = world.resolved.scenario.target
        self.active = target is not None and target.place == "blood"
        self.chance = self.births = 0.0
        if target is not None and self.active:
            senescence = world.quantity(target.senescence)
            production = world.quantity(target.production) / target.count_per_agent
            self.chance = -float(expm1(-senescence * world.dt))
            self.births = production * world.dt
        self.healthy = world.circulating_in_health()
        self.most, self.follow = 1.0, 0.0
        if target is not None and self.active:
            self.most = world.quantity(target.compensation)
            self.follow = -float(expm1(-world.dt / world.quantity(target.maturation)))
        code = world.tables["target_cell"].code
        self.marrow = np.array([(code << KIND_SHIFT) | ((1 << KIND_SHIFT - 1) - 1)], np.uint64)

    def stimulate(self, world: "World", count: int) -> None:
        """The marrow follows how many cells are short."""
        short = max(0.0, 1.0 - count / self.healthy) if self.healthy > 0.0 else 0.0
        wanted = 1.0 + (self.most - 1.0) * short
        world.marrow += self.follow * (wanted - world.marrow)

    def advance(self, world: "World") -> None:
        """One step of ageing and birth."""
        if not self.active:
            return
        table, streams = world.tables["target_cell"], world.streams
        self.stimulate(world, table.living)
        if table.n:
            words = streams.words(AGEING, world.step, table["id"])
            age(words, self.chance, table.n, table["alive"])
        drawn = unit(streams.words(BIRTH, world.step, self.marrow)[0, 0])
        count = int(self.births * world.marrow + float(drawn))
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
