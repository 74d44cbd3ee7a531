"""Whether a relation between two arms holds, and whether more replicates could change that.

Figures come from `ivigabm.readout.Group`; intervals are paired percentile bootstraps over
replicates. What is undefined (NaN) never holds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError, NotExpressible, unknown
from ivigabm.experiments.bootstrap import LEVEL, picks
from ivigabm.readout import Group, Readout, in_unit_interval

Array = NDArray[np.float64]
Band = tuple[float, float]

DIRECTED, BANDED = ("<", ">"), ("ratio", "reduction", "difference", "value")
RELATIONS = (*DIRECTED, "~", *BANDED)

LEAST_RATIO = 1.1  # least sizes worth naming: twins make trifles significant
MOST_RATIO = 0.9
LEAST_SHARE = 0.1  # of figures that live between 0 and 1
LEAST_CHANGE = 0.1  # of the larger absolute value, for figures with a sign
LEAST_PROTECTION = 0.2  # below it, two arms are alike in that neither protects
STOP_LEVEL = 0.99  # the interval of few replicates is too narrow: stopping early asks for more
_ABOVE_ZERO = float(np.nextafter(0.0, 1.0))


@dataclass(frozen=True)
class Relation:
    """What a row claims of arm and versus, or of the arm alone (`value`)."""

    word: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.word not in RELATIONS:
            raise unknown("relation", self.word, RELATIONS, NotExpressible)
        if self.word == "~" and (self.low is None or self.high is None):
            raise InputError("relation '~': low and high are both needed")
        if self.word in BANDED and self.low is None and self.high is None:
            raise InputError(f"relation '{self.word}': low or high is needed")
        if self.lower > self.upper:
            raise InputError(f"low: found {self.low:g}, which is above high, {self.high:g}")

    @property
    def lower(self) -> float:
        """Lower end of the band."""
        return -np.inf if self.low is None else self.low

    @property
    def upper(self) -> float:
        """Upper end of the band."""
        return np.inf if self.high is None else self.high


@dataclass(frozen=True)
class Sample:
    """A figure, what it is in resampled groups, and in those that the stopping rule looks at.

    The shapes of `draws` and `careful` are (resamples,).
    """

    point: float
    draws: Array
    careful: Array

    def interval(self) -> tuple[float, float]:
        """The 95 % interval, the figure itself included; NaN where that is undefined."""
        if np.isnan(self.point):
            return np.nan, np.nan
        low, high = limits(self.draws, LEVEL)
        return min(low, self.point), max(high, self.point)


@dataclass(frozen=True)
class Judgement:
    """What the runs say about a relation.

    Attributes
    ----------
    value, low, high : the figure that decides (ratio, difference, value) and its 95 % interval.
    band_low, band_high, neutral : within which it agrees, and what it is without an effect.
    arm, versus : the group figures; `versus` is NaN without one.
    holds : the relation holds with these replicates. settled : more could not change that.
    size, size_low, size_high : distance of the figure from no effect, and the interval of the
        stopping rule.
    """

    value: float
    low: float
    high: float
    arm: float
    versus: float
    holds: bool
    settled: bool
    size: float
    size_low: float
    size_high: float
    replicates: int
    band_low: float
    band_high: float
    neutral: float


@dataclass(frozen=True)
class _Need:
    """One inequality: the figure, or its whole 95 % interval, lies within [low, high]."""

    sample: Sample
    low: float
    high: float
    whole: bool = False
    narrow: bool = False  # the interval must be narrower than the band

    def holds(self) -> bool:
        first, last = self.sample.interval()
        if self.whole:
            return self.low <= first and last <= self.high
        if self.narrow and not last - first < self.high - self.low:
            return False
        return self.low <= self.sample.point <= self.high

    def sure(self) -> bool:
        first, last = limits(self.sample.careful, STOP_LEVEL)
        return self.holds() and self.low <= first and last <= self.high

    def never(self) -> bool:
        if np.isnan(self.sample.careful).all():
            return True
        first, last = limits(self.sample.careful, STOP_LEVEL)
        return last < self.low or first > self.high


def limits(draws: Array, level: float) -> tuple[float, float]:
    """Central interval of resampled figures; NaN where too many of them are undefined."""
    tail = (1.0 - level) / 2.0
    known = draws[~np.isnan(draws)]
    if len(known) < (1.0 - tail) * len(draws) or not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [tail, 1.0 - tail], method="nearest")
    return float(low), float(high)


def judge(relation: Relation, readout: Readout, arm: Group, versus: Group | None) -> Judgement:
    """Judge a relation on the runs of both arms, whose seeds are paired.

    Parameters
    ----------
    readout : of the arm as the row writes it; its kind decides which size is worth naming.
    versus : None for `value`.

    Raises
    ------
    ValueError : the arms have different seeds.
    """
    if versus is not None and versus.seeds != arm.seeds:
        raise ValueError("arm and versus have different seeds")
    a = _sample(arm, (0.0, 1.0))
    b = None if versus is None else _sample(versus, (1.0, 0.0))
    shown, neutral, band, needs = _needs(relation, readout, a, b)
    low, high = shown.interval()
    size = _map(lambda x, _: abs(x - neutral), shown, shown)
    size_low, size_high = limits(size.careful, STOP_LEVEL)
    return Judgement(
        value=shown.point,
        low=low,
        high=high,
        arm=a.point,
        versus=np.nan if b is None else b.point,
        holds=all(need.holds() for need in needs),
        settled=all(need.sure() for need in needs) or any(need.never() for need in needs),
        size=size.point,
        size_low=size_low,
        size_high=size_high,
        replicates=len(arm.seeds),
        band_low=band[0],
        band_high=band[1],
        neutral=neutral,
    )


def shown_figure(relation: Relation, readout: Readout, arm: Group, versus: Group | None) -> Sample:
    """The figure that decides, and what it is in resampled groups; parameters as in `judge`."""
    a = _sample(arm, (0.0, 1.0))
    b = None if versus is None else _sample(versus, (1.0, 0.0))
    return _needs(relation, readout, a, b)[0]


def _needs(
    relation: Relation, readout: Readout, a: Sample, b: Sample | None
) -> tuple[Sample, float, Band, list[_Need]]:
    """The figure shown, its value without an effect, its band, and what must be so."""
    band = relation.lower, relation.upper
    if relation.word == "value" or b is None:
        return a, 0.0, band, [_Need(a, *band, narrow=True)]
    if relation.word in DIRECTED:
        return _directed(relation, readout, a, b)
    if relation.word == "~":
        ratio = _map(_ratio, a, b)
        needs = [_Need(ratio, *band, whole=True)]
        if readout.stat in ("protection", "loss"):
            needs.append(_Need(b, LEAST_PROTECTION, np.inf))
        return ratio, 1.0, band, needs
    figure, neutral = _FIGURES[relation.word]
    shown = _map(figure, a, b)
    return shown, neutral, band, [_Need(shown, *band, narrow=True)]


def _directed(
    relation: Relation, readout: Readout, a: Sample, b: Sample
) -> tuple[Sample, float, Band, list[_Need]]:
    """`<` and `>`: a difference that is sure, and large enough to be worth naming."""
    up = relation.word == ">"
    difference = _map(_difference, a, b)
    sure = _Need(difference, *_beyond(_ABOVE_ZERO, up), whole=True)
    limited = relation.low is not None or relation.high is not None
    if not limited and in_unit_interval(readout):
        band = _beyond(LEAST_SHARE, up)
        return difference, 0.0, band, [sure, _Need(difference, *band)]
    signed = readout.stat in ("change", "corr") or min(a.point, b.point) < 0.0
    if not limited and signed:
        part = _map(_of_larger, a, b)
        band = _beyond(LEAST_CHANGE * max(abs(a.point), abs(b.point)), up)
        return difference, 0.0, band, [sure, _Need(part, *_beyond(LEAST_CHANGE, up))]
    ratio = _map(_ratio, a, b)
    low = LEAST_RATIO if up and relation.low is None else relation.lower
    high = MOST_RATIO if not up and relation.high is None else relation.upper
    return ratio, 1.0, (low, high), [sure, _Need(ratio, low, high)]


def _beyond(size: float, up: bool) -> Band:
    return (size, np.inf) if up else (-np.inf, -size)


def _map(function: Callable[[Array, Array], Array], a: Sample, b: Sample) -> Sample:
    with np.errstate(divide="ignore", invalid="ignore"):
        point = function(np.array(a.point), np.array(b.point))
        return Sample(float(point), function(a.draws, b.draws), function(a.careful, b.careful))


def _ratio(a: Array, b: Array) -> Array:
    """a ÷ b; 0 ÷ 0 is NaN."""
    return np.asarray(np.divide(a, b))


def _reduction(a: Array, b: Array) -> Array:
    return np.asarray(1.0 - _ratio(a, b))


def _difference(a: Array, b: Array) -> Array:
    return np.asarray(a - b)


def _of_larger(a: Array, b: Array) -> Array:
    """Difference over the larger absolute value."""
    return np.asarray((a - b) / np.maximum(abs(a), abs(b)))


# relations with a band: their figure, and what it is without an effect
_FIGURES = {
    "ratio": (_ratio, 1.0),
    "reduction": (_reduction, 0.0),
    "difference": (_difference, 0.0),
}


def _sample(group: Group, two_more: tuple[float, float]) -> Sample:
    """The group's figure with its resamples.

    A share of individuals who all agree has no spread, though the next one may differ: the
    stopping rule looks at the group with one more who meets the condition and one who does not.
    """
    count = len(group.seeds)
    if count < 2:
        nothing = np.full(1, np.nan)
        return Sample(group.figure, nothing, nothing)
    draws = group.figures(picks(count))
    if group.readout.stat != "share":
        return Sample(group.figure, draws, draws)
    parts = {
        name: np.append(part, (1.0, 1.0) if name == "given" else two_more)
        for name, part in group.parts.items()
    }
    wider = Group(group.readout, (*group.seeds, -1, -2), parts, group.range)
    return Sample(group.figure, draws, wider.figures(picks(count + 2)))
