"""What sets one individual of a population apart from the typical one.

Every trait is the inverse of one uniform with a purpose of its own, drawn from the seed alone:
arms with one seed are the same individual, and a further trait moves no other.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ivigabm.clinical import Population
from ivigabm.engine.streams import Streams, purpose
from ivigabm.errors import InputError
from ivigabm.knowledge import ParameterSet

SEVERITY = purpose("individual: severity")
OCCUPANCY = purpose("individual: occupancy")
LOST = purpose("individual: lost")
CATABOLISM = purpose("individual: catabolism")

_SELF = np.zeros(1, np.uint64)  # an individual is one: its seed is its name
_WORDS = 2**32


def uniform(streams: Streams, number: int, step: int = 0) -> float:
    """One uniform of this individual, inside (0, 1)."""
    return (float(streams.words(number, step, _SELF)[0, 0]) + 0.5) / _WORDS


def normal(streams: Streams, number: int, step: int = 0) -> float:
    """One standard normal of this individual."""
    return NormalDist().inv_cdf(uniform(streams, number, step))


@dataclass(frozen=True)
class Traits:
    """One individual against the typical one, which has the defaults.

    Attributes
    ----------
    severity : fold of the density of bound antibody.
    odds : fold of the odds that an epitope is occupied.
    lost : share of the target's function lost for good before the start.
    catabolism : fold of the uptake of IgG into cells.
    """

    severity: float = 1.0
    odds: float = 1.0
    lost: float = 0.0
    catabolism: float = 1.0

    def occupancy(self, typical: float) -> float:
        """Share of epitopes occupied where it is `typical` in the typical individual."""
        if self.odds == 1.0:
            return typical
        held = typical * self.odds
        return held / (1.0 - typical + held)


def drawn(population: Population, streams: Streams, ps: ParameterSet, draw: int = 0) -> Traits:
    """The individual of a seed. The typical one is the median, of loss the least.

    draw : 0, or the number of those before whom a study did not take.

    Raises
    ------
    InputError : a mean loss that is no share below 1.
    """

    def spread(quantity: float | str) -> float:
        return ps[quantity] if isinstance(quantity, str) else float(quantity)

    def fold(quantity: float | str, number: int) -> float:
        return math.exp(spread(quantity) * normal(streams, number, draw))

    mean = spread(population.lost)  # of a beta distribution that falls from 0 on
    if not 0.0 <= mean < 1.0:
        raise InputError(f"population.lost: found {mean:g}, a share from 0 to below 1 is expected")
    kept = 1.0 - uniform(streams, LOST, draw)
    return Traits(
        severity=fold(population.severity, SEVERITY),
        odds=fold(population.occupancy, OCCUPANCY),
        lost=1.0 - kept ** (mean / (1.0 - mean)),
        catabolism=fold(population.catabolism, CATABOLISM),
    )
