"""Approximate Bayesian computation by rejection: from distances to weights, widths and scores.

Points whose distance is below a tolerance are kept, with a weight that falls with the distance
(Epanechnikov's kernel; Beaumont 2002 Genetics 162:2025). The tolerance is a quantile of the
distances of the design.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
SHUFFLES = 2000
PINNED = 0.01  # chance below which a width counts as narrowed by the evidence
_SEED = 20260102  # fixed: the same distances always give the same figures
_PRIOR_SD = 12.0**-0.5  # of a uniform between 0 and 1


@dataclass(frozen=True)
class Width:
    """How far the evidence narrows one parameter.

    Attributes
    ----------
    mean, low, high : weighted mean and central 90 %, as shares of the prior range.
    ratio : standard deviation of the posterior over that of the prior.
    chance : share of shuffled distances whose posterior is as narrow.
    """

    mean: float
    low: float
    high: float
    ratio: float
    chance: float

    @property
    def pinned(self) -> bool:
        """Whether the evidence says something about it."""
        return self.chance < PINNED


@dataclass(frozen=True)
class Split:
    """One half of the rows calibrates, the other is predicted; shares of rows within their band.

    Attributes
    ----------
    fitted, held_out : at the posterior of the half that calibrates.
    before_fitted, before_held_out : at the prior.
    """

    rows: tuple[str, ...]
    fitted: float
    held_out: float
    before_fitted: float
    before_held_out: float

    @property
    def gap(self) -> float:
        """Points by which the half that calibrated does better."""
        return 100.0 * (self.fitted - self.held_out)


def total(distances: pd.DataFrame) -> Array:
    """Distance of every point: mean over rows of evidence, which all count alike.

    Parameters
    ----------
    distances : one row per point, one column per row of evidence.
    """
    return np.asarray(distances.mean(axis=1), dtype=float)


def weights(distance: Array, accept: float) -> tuple[Array, float]:
    """Weight of every point, adding up to 1, and the tolerance.

    Parameters
    ----------
    distance : shape (points,). accept : share of the points within the tolerance.
    """
    tolerance = float(np.quantile(distance, accept))
    least = float(distance.min())
    if tolerance <= least:  # ties at the best
        found = (distance == least).astype(float)
    else:
        # distances count from the best point: no model comes nearer than its structure lets it
        found = np.clip(1.0 - ((distance - least) / (tolerance - least)) ** 2, 0.0, None)
    return found / found.sum(), tolerance


def effective(weight: Array) -> float:
    """Effective number of points (Kish)."""
    return float(1.0 / np.sum(weight**2))


def widths(unit: Array, distance: Array, accept: float) -> list[Width]:
    """Posterior of every parameter against its prior.

    Parameters
    ----------
    unit : the design, shape (points, parameters). distance : shape (points,).
    """
    weight, _ = weights(distance, accept)
    ratio = _ratios(unit, weight)
    generator = np.random.default_rng(_SEED)
    order = generator.permuted(np.tile(weight, (SHUFFLES, 1)), axis=1)
    shuffled = np.array([_ratios(unit, one) for one in order])
    chance = (shuffled <= ratio).mean(axis=0)
    found = []
    for column, r, c in zip(unit.T, ratio, chance, strict=True):
        low, high = _quantiles(column, weight, (0.05, 0.95))
        found.append(Width(float(weight @ column), low, high, float(r), float(c)))
    return found


def _ratios(unit: Array, weight: Array) -> Array:
    """Weighted standard deviations over that of the prior; unbiased for the effective number."""
    mean = weight @ unit
    variance = weight @ (unit - mean) ** 2 / max(1.0 - float(np.sum(weight**2)), 1e-9)
    return np.asarray(np.sqrt(variance) / _PRIOR_SD)


def _quantiles(values: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    rising = np.cumsum(weight[order]) - 0.5 * weight[order]
    return [float(np.interp(share, rising, values[order])) for share in shares]


def splits(distances: pd.DataFrame, accept: float, count: int, seed: int) -> list[Split]:
    """Calibrate on a random half of the rows, score on the other, again and again.

    No simulation is needed: both halves are read off the same design.
    """
    generator = np.random.default_rng(seed)
    names = list(distances)
    inside = (distances == 0.0).to_numpy(dtype=float)
    even = np.full(len(distances), 1.0 / len(distances))
    found = []
    for _ in range(count):
        mine = np.zeros(len(names), dtype=bool)
        mine[generator.permutation(len(names))[: len(names) // 2]] = True
        half = distances.loc[:, mine]
        weight, _ = weights(total(half), accept)
        found.append(
            Split(
                rows=tuple(half),
                fitted=float(weight @ inside[:, mine].mean(axis=1)),
                held_out=float(weight @ inside[:, ~mine].mean(axis=1)),
                before_fitted=float(even @ inside[:, mine].mean(axis=1)),
                before_held_out=float(even @ inside[:, ~mine].mean(axis=1)),
            )
        )
    return found
