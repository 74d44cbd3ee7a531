"""Sensitivity indices on the unit cube: designs and their analysis, by SALib.

    morris   elementary effects: mu_star (mean size), sigma (spread: interaction or curvature)
    sobol    shares of variance: S1 (alone), ST (with all interactions)
    pawn     distance between distributions, with and without the factor fixed (median KS)

SALib is an optional extra, `ivigabm[sensitivity]`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ivigabm.errors import InputError, unknown

Array = NDArray[np.float64]
SIZES = {"morris": 8, "sobol": 64, "pawn": 256}  # trajectories, base samples, samples
# Measures of each method; parameters are ranked by the first.
MEASURES = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("ST", "S1"), "pawn": ("median",)}
_LEVELS = 4
_SLICES = 8
_RESAMPLES = 200
_PAWN_RESAMPLES = 50  # each costs a test per factor and slice


def _salib(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"SALib.{module}")
    except ImportError:
        raise InputError("sensitivity needs an extra: pip install 'ivigabm[sensitivity]'") from None


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def design(method: str, names: Sequence[str], size: int | None = None, seed: int = 1) -> Array:
    """Points of the unit cube to evaluate, shape (points, factors).

    Parameters
    ----------
    size : Morris trajectories (each of one point more than there are factors), Sobol base
        samples (each of two points more; a power of two), or PAWN samples.

    Raises
    ------
    InputError : no such method, a size that it cannot use, or SALib is not installed.
    """
    if method not in SIZES:
        raise unknown("method", method, SIZES)
    number = SIZES[method] if size is None else size
    if number < 2 or (method == "sobol" and number & (number - 1)):
        allowed = "a power of two" if method == "sobol" else "2 or more"
        raise InputError(f"samples: found {number}; {method} needs {allowed}")
    problem = _problem(names)
    if method == "morris":
        points = _salib("sample.morris").sample(problem, number, num_levels=_LEVELS, seed=seed)
    elif method == "sobol":
        sample = _salib("sample.sobol").sample
        points = sample(problem, number, calc_second_order=False, seed=seed)
    else:
        points = _salib("sample.latin").sample(problem, number, seed=seed)
    return np.asarray(points, dtype=float)


def analyse(
    method: str, names: Sequence[str], points: Array, response: Array, seed: int = 1
) -> pd.DataFrame:
    """Indices with 95 % intervals: measure, parameter, value, ci_low, ci_high.

    Parameters
    ----------
    points, response : a design as `design` made it and what it gave, shape (points,).

    A response that never changes has no influence on record: all its indices are 0.
    """
    if np.ptp(response) == 0.0:
        zero = np.zeros(len(names))
        return pd.concat(
            [_rows(measure, names, zero, zero, zero) for measure in MEASURES[method]],
            ignore_index=True,
        )
    return {"morris": _morris, "sobol": _sobol, "pawn": _pawn}[method](
        names, points, response, seed
    )


def _rows(measure: str, names: Sequence[str], value: Any, low: Any, high: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": measure,
            "parameter": list(names),
            "value": value,
            "ci_low": low,
            "ci_high": high,
        }
    )


def _around(measure: str, names: Sequence[str], value: Any, half: Any) -> pd.DataFrame:
    return _rows(measure, names, value, np.asarray(value) - half, np.asarray(value) + half)


def _morris(names: Sequence[str], points: Array, response: Array, seed: int) -> pd.DataFrame:
    found = _salib("analyze.morris").analyze(
        _problem(names), points, response, num_levels=_LEVELS, seed=seed
    )
    half = {"mu_star": np.asarray(found["mu_star_conf"])}  # SALib gives none for the others
    nan = np.full(len(names), np.nan)
    tables = [
        _around(measure, names, np.asarray(found[measure]), half.get(measure, nan))
        for measure in MEASURES["morris"]
    ]
    return pd.concat(tables, ignore_index=True)


def _sobol(names: Sequence[str], points: Array, response: Array, seed: int) -> pd.DataFrame:
    found = _salib("analyze.sobol").analyze(
        _problem(names), response, calc_second_order=False, num_resamples=_RESAMPLES, seed=seed
    )
    tables = [
        _around(measure, names, found[measure], found[f"{measure}_conf"])
        for measure in MEASURES["sobol"]
    ]
    return pd.concat(tables, ignore_index=True)


def _pawn(names: Sequence[str], points: Array, response: Array, seed: int) -> pd.DataFrame:
    """Median over slices of the Kolmogorov-Smirnov distance, rows resampled for the interval.

    A factor without influence keeps a small distance that shrinks with the number of points.
    """
    analyze, problem = _salib("analyze.pawn").analyze, _problem(names)
    value = np.asarray(analyze(problem, points, response, S=_SLICES)["median"])
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(_PAWN_RESAMPLES):
        rows = generator.integers(len(points), size=len(points))
        drawn.append(analyze(problem, points[rows], response[rows], S=_SLICES)["median"])
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    return _rows("median", names, value, np.minimum(low, value), np.maximum(high, value))


def vargha_delaney(one: Array, other: Array) -> float:
    """Vargha and Delaney's A: chance that a value of one exceeds one of the other, ties half.

    0.5 where the two do not differ; they call 0.56, 0.64 and 0.71 a small, medium and large
    difference (2000, J Educ Behav Stat 25:101).
    """
    order = np.sort(np.asarray(other, dtype=float))
    below = np.searchsorted(order, one, side="left")
    equal = np.searchsorted(order, one, side="right") - below
    return float(np.mean(below + 0.5 * equal) / len(order))
