"""How well predicted binding agrees with measured binding, and how well replicates do.

Fluorescence has no absolute scale and changes up to tenfold from day to day. So both sides are
divided by their mean over a replicate, put on a log scale and centred in the replicate.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from ivigabm.experiments.bootstrap import Estimate, quantiles

Values = NDArray[np.float64]

FLOOR = 0.01  # of a replicate's mean: signals below are noise about zero
_SEED = 20260102  # fixed: the same signals always give the same interval


class Score(NamedTuple):
    """Agreement on the log scale, with 95 % intervals over replicates.

    Attributes
    ----------
    n : points compared.
    spearman : rank correlation.
    r2 : share of the variance explained by the predictions as they are, 1 - SSE / SST.
    correlation2 : squared correlation, which forgives slope and offset; what is printed as R² in
        the published figures.
    """

    n: int
    spearman: Estimate
    r2: Estimate
    correlation2: float


def normalised(signal: Values, replicate: NDArray[np.int64], floor: float = FLOOR) -> Values:
    """Log10 of signals relative to their replicate, mean 0 in each: (rows,).

    replicate : (rows,), number of each row's replicate, from 0.
    """
    share = signal / mean_by(signal, replicate)
    logs: Values = np.log10(np.maximum(share, floor))
    return np.asarray(logs - mean_by(logs, replicate))


def mean_by(values: Values, group: NDArray[np.int64]) -> Values:
    """Each row's group mean: (rows,)."""
    return np.asarray((np.bincount(group, values) / np.bincount(group))[group])


def _figures(measured: Values, predicted: Values) -> tuple[float, float, float]:
    if len(measured) < 3 or np.ptp(measured) == 0.0 or np.ptp(predicted) == 0.0:
        return np.nan, np.nan, np.nan
    spearman = np.corrcoef(rankdata(measured), rankdata(predicted))[0, 1]
    error = np.sum((measured - predicted) ** 2)
    r2 = 1.0 - error / np.sum((measured - measured.mean()) ** 2)
    return float(spearman), float(r2), float(np.corrcoef(measured, predicted)[0, 1] ** 2)


def over_conditions(frame: pd.DataFrame, weight: Values) -> tuple[Values, Values]:
    """Means of `measured` and `predicted` over the replicates of each condition."""
    code = frame["condition"].to_numpy()
    total = np.bincount(code, weight)
    there = total > 0.0
    measured, predicted = (
        np.bincount(code, weight * frame[name].to_numpy())[there] / total[there]
        for name in ("measured", "predicted")
    )
    return measured, predicted


def over_rows(frame: pd.DataFrame, weight: Values) -> tuple[Values, Values]:
    """Every measurement for itself, as often as it was drawn."""
    again = np.repeat(np.arange(len(frame)), weight.astype(int))
    return frame["measured"].to_numpy()[again], frame["predicted"].to_numpy()[again]


Points = Callable[[pd.DataFrame, Values], tuple[Values, Values]]


def score(frame: pd.DataFrame, points: Points = over_conditions, resamples: int = 400) -> Score:
    """Agreement of the rows of a frame.

    Parameters
    ----------
    frame : columns `study`, `replicate`, `condition` (whole numbers), `measured`, `predicted`.
    points : `over_conditions` or `over_rows`.
    resamples : of replicates within a study, predictions held. 0 gives no interval.
    """
    measured, predicted = points(frame, np.ones(len(frame)))
    value = _figures(measured, predicted)
    drawn = np.array([_figures(*points(frame, w)) for w in _weights(frame, resamples)])
    if not len(drawn):
        drawn = np.full((1, 3), np.nan)
    low, high = quantiles(drawn)
    spearman, r2 = (Estimate(value[k], float(low[k]), float(high[k])) for k in range(2))
    return Score(len(measured), spearman, r2, value[2])


def _weights(frame: pd.DataFrame, resamples: int) -> Iterable[Values]:
    """How often each row comes in each resample of its study's replicates."""
    generator = np.random.default_rng(_SEED)
    replicate = frame["replicate"].to_numpy()
    by_study = [np.unique(part) for _, part in frame.groupby("study")["replicate"]]
    for _ in range(resamples):
        times = np.zeros(replicate.max() + 1)
        for members in by_study:
            np.add.at(times, generator.choice(members, len(members)), 1.0)
        yield times[replicate]


def ceiling(frame: pd.DataFrame) -> Score:
    """Agreement of each measurement with the mean of its condition's other replicates.

    No prediction that does not know the replicate can be expected to do much better.
    """
    code, value = frame["condition"].to_numpy(), frame["measured"].to_numpy()
    count = np.bincount(code)[code]
    kept = count > 1
    others = (np.bincount(code, value)[code] - value)[kept] / (count[kept] - 1)
    return score(frame[kept].assign(predicted=others), over_rows, resamples=0)
