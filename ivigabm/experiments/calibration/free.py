"""Free parameters, their priors, and designs that fill them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError, unknown
from ivigabm.experiments.draws import label
from ivigabm.experiments.factors import Factor
from ivigabm.knowledge.parameters import load_parameters

Array = NDArray[np.float64]


def free_parameters(labels: Sequence[str]) -> tuple[Factor, ...]:
    """The rows of `parameters.csv` that a calibration may move.

    Raises
    ------
    InputError : no such row, a row twice, one without a range, or one that was measured.
    """
    rows = {label(row): row for row in load_parameters()}
    found = []
    for name in labels:
        if name not in rows:
            raise unknown("parameter", name, rows)
        row = rows[name]
        if row.status == "measured" or row.low == row.high:
            what = "measured" if row.status == "measured" else "one value, not a range"
            raise InputError(f"parameter '{name}' is {what}: a calibration leaves it alone")
        found.append(Factor(row))
    if len(set(labels)) < len(labels) or not labels:
        raise InputError(f"parameters: found {list(labels)}; at least one, and none twice")
    return tuple(found)


def design(count: int, samples: int, seed: int) -> Array:
    """Points that fill the unit cube: a scrambled Sobol sequence, shape (samples, count).

    More samples go on with the same sequence, so that a larger design holds the smaller one.
    """
    from scipy.stats import qmc

    sequence = qmc.Sobol(count, scramble=True, rng=np.random.default_rng(seed))
    points = sequence.random_base2(max(samples - 1, 1).bit_length())
    return np.asarray(points[:samples], dtype=float)


def draws_of(factors: Sequence[Factor], unit: Array) -> list[dict[str, float]]:
    """Parameter values at points of the unit cube, by the prior (uniform, or log-uniform)."""
    return [
        {label(f.row): f.at(float(share)) for f, share in zip(factors, point, strict=True)}
        for point in unit
    ]


def usual(factors: Sequence[Factor]) -> dict[str, float]:
    """The values that the table of parameters states."""
    return {label(factor.row): factor.row.value for factor in factors}
