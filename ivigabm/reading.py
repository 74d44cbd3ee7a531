"""How the clinic reads a score off an individual: with an error, and in whole points."""

import math

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.streams import purpose
from ivigabm.processes.traits import normal
from ivigabm.processes.world import World

VISIT = purpose("individual: reading")


class Reading:
    """A score as read. Without a population it is read as it is.

    The error is one draw per individual and interval, the same at every reading within it: a
    window that counts any reading then meets as many errors as it has intervals, not as many
    as the run has steps. Day 0 belongs to the interval before treatment.

    Parameters
    ----------
    scores : the ends of the scale and what lies between, in any order.
    """

    def __init__(self, world: World, scores: NDArray[np.float64]) -> None:
        population = world.resolved.scenario.population
        self._streams = world.streams
        self._low, self._high = float(np.min(scores)), float(np.max(scores))
        self._is_plain = population is None or not world.resolved.population
        if population is None or self._is_plain:
            return
        self._whole = population.whole
        share = world.quantity(population.reading_share)
        self._sd = world.quantity(population.reading) + share * (self._high - self._low)
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
            self._errors[interval] = self._sd * normal(self._streams, VISIT, interval)
        return self._errors[interval]
