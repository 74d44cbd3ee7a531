"""Comparators: what other treatments do to the nodes that they act on.

Each dose adds to a level, in label doses, that decays with the drug's effect; the effect
saturates in the level. Without a comparator every factor is 1 and every rate 0.
"""

from typing import TYPE_CHECKING

import numpy as np

from ivigabm.engine.elementary import exp

if TYPE_CHECKING:
    from ivigabm.processes.world import World

HOURS_PER_DAY = 24.0
LASTING = ("fcrn_antagonist", "c5_inhibitor", "anti_cd20", "glucocorticoid")


class Comparators:
    """State of all comparators of one individual.

    Attributes
    ----------
    exchange : loss of every pool from plasma, 1/day.
    fcrn_left, c5_left : function left. b_cell_kill : extra death of CD20-bearing cells, 1/day.
    levels : of each lasting comparator, label doses.
    secretion_left, display_left : phagocytes' cytokine output and activating receptors left.
    """

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.exchange = self.b_cell_kill = 0.0
        self.fcrn_left = self.c5_left = self.secretion_left = self.display_left = 1.0
        self.levels = dict.fromkeys(LASTING, 0.0)
        self._keep = {
            name: float(exp(-world.dt / ps[f"therapy.lasting_{name}"])) for name in LASTING
        }
        self._most = {name: ps[f"therapy.effect_{name}"] for name in LASTING}
        self._half = ps["therapy.half_level"]
        self._due: dict[int, list[tuple[str, float]]] = {}
        self._exchanges: dict[int, float] = {}
        span = max(1, round(ps["therapy.exchange_hours"] / HOURS_PER_DAY / world.dt))
        for course in world.resolved.therapies:
            for dose in course.doses:
                first = round(dose.day / world.dt)
                if course.name in LASTING:
                    self._due.setdefault(first, []).append((course.name, dose.amount))
                    continue
                rate = dose.amount / (span * world.dt)
                for step in range(first, first + span):
                    self._exchanges[step] = self._exchanges.get(step, 0.0) + rate
        self._fcrn = world.body.receptor
        self.idle = not world.resolved.therapies

    def effect(self, name: str) -> float:
        """Effect of a lasting comparator now, 0 to its most."""
        level = self.levels[name]
        return self._most[name] * level / (level + self._half)

    def advance(self, world: "World") -> None:
        """Doses due in this step, then every factor anew."""
        if self.idle:
            return
        for name, keep in self._keep.items():
            self.levels[name] *= keep
        for name, amount in self._due.get(world.step, ()):
            self.levels[name] += amount
        self.exchange = self._exchanges.get(world.step, 0.0)
        self.fcrn_left = 1.0 - self.effect("fcrn_antagonist")
        self.c5_left = 1.0 - self.effect("c5_inhibitor")
        self.b_cell_kill = self.effect("anti_cd20")
        steroid = self.effect("glucocorticoid")
        self.secretion_left = 1.0 - steroid
        self.display_left = 1.0 - steroid * world.ps["therapy.glucocorticoid_display"]
        world.body.receptor = self._fcrn * self.fcrn_left
        for pools in (world.own, world.drug.pools if world.drug else None):
            if pools is not None:
                pools.removal = np.full(len(pools.plasma), self.exchange)
