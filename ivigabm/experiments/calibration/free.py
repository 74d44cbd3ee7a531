"""Free parameters, their priors, and what a draw of them does to an arm."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError, unknown
from ivigabm.experiments.factors import Factor
from ivigabm.experiments.findings.arms import Comparison, Side
from ivigabm.knowledge.parameters import Parameter, load_parameters
from ivigabm.perturbation import Resolved

Array = NDArray[np.float64]
Draw = Mapping[str, float]  # label of a free parameter -> value
ANY = "any"
_OF = "@"


def label(row: Parameter) -> str:
    """How a row is named: `group.symbol`, with `@species` where it holds for one species only."""
    return row.name if row.species == ANY else f"{row.name}{_OF}{row.species}"


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


def drawn(resolved: Resolved, draw: Draw) -> Resolved:
    """An arm with the parameters of a draw, as far as they are of its species.

    A value that the scenario or its reader states (`parameters.NAME`) stays.
    """
    scenario = resolved.scenario
    values = {}
    for name, value in draw.items():
        symbol, _, species = name.partition(_OF)
        if species in ("", scenario.species):
            values[symbol] = value
    parameters = {**values, **scenario.parameters}
    changed = scenario.model_copy(update={"parameters": parameters})
    return dataclasses.replace(resolved, scenario=changed)


def drawn_comparison(comparison: Comparison, draw: Draw) -> Comparison:
    """A relation with the parameters of a draw in both arms and their twins."""
    arm, versus = comparison.arm, comparison.versus
    return Comparison(
        comparison.relation, _side(arm, draw), None if versus is None else _side(versus, draw)
    )


def _side(side: Side, draw: Draw) -> Side:
    runs = {name: drawn(resolved, draw) for name, resolved in side.runs.items()}
    return Side(side.readout, runs, side.days)
