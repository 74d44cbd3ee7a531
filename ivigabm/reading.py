"""How the clinic reads scores off an individual: with an error, and in whole points."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivigabm.clinical import Scale
from ivigabm.engine.streams import purpose
from ivigabm.processes.traits import normal
from ivigabm.processes.world import World
from ivigabm.schema import Quantity

VISIT = purpose("individual: reading")


class Precision(Protocol):
    """How unsurely a score is read: sd in points and as a share of the scale, whole points."""

    @property
    def reading(self) -> Quantity: ...
    @property
    def reading_share(self) -> Quantity: ...
    @property
    def whole(self) -> bool: ...


class Reading:
    """A score as read. Without a population it is read as it is.

    The error is one draw per individual and interval, the same at every reading within it: a
    window that counts any reading then meets as many errors as it has intervals, not as many
    as the run has steps. Day 0 belongs to the interval before treatment.

    Parameters
    ----------
    scores : the ends of the scale and what lies between, in any order.
    precision : None takes the population's, which is that of the clinical score.
    visit : purpose of the draws; another scale errs on its own.
    """

    def __init__(
        self,
        world: World,
        scores: NDArray[np.float64],
        precision: Precision | None = None,
        visit: int = VISIT,
    ) -> None:
        population = world.resolved.scenario.population
        self._streams, self._visit = world.streams, visit
        self._low, self._high = float(np.min(scores)), float(np.max(scores))
        self._is_plain = population is None or not world.resolved.population
        if population is None or self._is_plain:
            return
        held: Precision = population if precision is None else precision
        self._whole = held.whole
        share = world.quantity(held.reading_share)
        self._sd = world.quantity(held.reading) + share * (self._high - self._low)
        self._days = world.ps["population.reading_days"]
        self._errors: dict[int, float] = {}

    def of(self, score: float, day: float) -> float:
        """What the clinic writes down on a day."""
        if self._is_plain:
            return score
        read = score + self._error(math.ceil(day / self._days - 1e-9))
        if self._whole:
            read = math.floor(read + 0.5)
        return float(min(max(read, self._low), self._high))

    def _error(self, interval: int) -> float:
        if interval not in self._errors:
            self._errors[interval] = self._sd * normal(self._streams, self._visit, interval)
        return self._errors[interval]


@dataclass(frozen=True)
class Seen:
    """What a scale may be read off, shares of full function.

    function : of the target now. lost : for good. start : function just before day 0.
    """

    function: float
    lost: float
    start: float

    def of(self, what: str) -> float:
        """The quantity that a scale names."""
        if what == "improvement":
            return self.function - self.start
        if what == "conducting":
            return self.function / (1.0 - self.lost) if self.lost < 1.0 else 0.0
        return self.function


class ScaleReading:
    """One scale beside the clinical score, as the clinic reads it off an individual."""

    def __init__(self, world: World, scale: Scale) -> None:
        seen, score = zip(*scale.scale, strict=True)
        self._what, self._seen, self._score = scale.of, np.array(seen), np.array(score)
        visit = purpose(f"individual: reading of {scale.reads}")
        self._reading = Reading(world, self._score, scale, visit)

    def of(self, seen: Seen, day: float) -> float:
        """What is written down on a day; an improvement is none up to day 0."""
        score = float(np.interp(seen.of(self._what), self._seen, self._score))
        if self._what == "improvement" and day <= 0.0:
            return score
        return self._reading.of(score, day)
