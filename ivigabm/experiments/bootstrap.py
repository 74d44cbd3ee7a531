"""Confidence intervals over replicates, by a paired percentile bootstrap."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 4000
LEVEL = 0.95
_SEED = 20260101  # fixed: the same replicates always give the same interval

Values = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and its 95 % interval; NaN where it is undefined."""

    value: float
    low: float
    high: float


def paired(
    statistic: Callable[[Values, Values], Values], treated: Values, control: Values
) -> Estimate:
    """`statistic` of two arms whose replicates are pairs, with its bootstrap interval.

    Pairs are resampled together, so that what a patient and the twin share cancels.

    Parameters
    ----------
    statistic : takes mean values of the two arms, elementwise.
    treated, control : shape (replicates,) or (draws, replicates), in the same order of seeds.

    Returns
    -------
    Estimate : with fewer than two replicates there is no spread to learn from, and the limits
        are NaN. With few replicates the percentile interval is too narrow. Over draws of the
        parameters, the mean of their figures, and the interval of all draws together.
    """
    first, second = np.atleast_2d(treated), np.atleast_2d(control)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(first.mean(axis=1), second.mean(axis=1)).mean())
    if first.shape[1] < 2:
        return Estimate(value, np.nan, np.nan)
    low, high = quantiles(resampled(statistic, treated, control).ravel())
    # equal pairs give a limit that differs from the figure itself by rounding only
    return Estimate(value, min(float(low), value), max(float(high), value))


def resampled(
    statistic: Callable[[Values, Values], Values], treated: Values, control: Values
) -> Values:
    """`statistic` in every resample, shape (draws, RESAMPLES); parameters as in `paired`."""
    first, second = np.atleast_2d(treated), np.atleast_2d(control)
    rows = picks(first.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = [
            statistic(one[rows].mean(axis=1), other[rows].mean(axis=1))
            for one, other in zip(first, second, strict=True)
        ]
    return np.array(figures)


def picks(count: int, stream: int = 0) -> NDArray[np.int64]:
    """Replicates drawn into each resample, shape (RESAMPLES, count); see `resamples`."""
    generator = np.random.default_rng(_SEED + stream)
    return generator.integers(count, size=(RESAMPLES, count))


def resamples(count: int, stream: int = 0) -> Values:
    """Weight of each replicate in each resample, rows adding up to 1: (RESAMPLES, count).

    stream : another source of variation, resampled independently.
    """
    weights = np.zeros((RESAMPLES, count))
    np.add.at(weights, (np.arange(RESAMPLES)[:, None], picks(count, stream)), 1.0 / count)
    return weights


def quantiles(figures: Values) -> Values:
    """Limits of the central 95 % over the first axis, shape (2, ...)."""
    tail = (1 - LEVEL) / 2
    return np.asarray(np.quantile(figures, [tail, 1 - tail], axis=0))


def difference(treated: Values, control: Values) -> Values:
    """Treated − control."""
    return treated - control


def relative_reduction(treated: Values, control: Values) -> Values:
    """1 − treated ÷ control; NaN where the control is zero."""
    return np.where(control != 0, 1 - treated / control, np.nan)
