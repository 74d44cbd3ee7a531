"""A readout of a group: one figure of many individuals, and of any resampling of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from ivigabm.readout.course import UNDEFINED
from ivigabm.readout.grammar import Readout
from ivigabm.readout.individual import met, stat
from ivigabm.readout.measures import KINETICS, course_of, kinetics_of, span
from ivigabm.scenario import Scenario

Array = NDArray[np.float64]
Tables = Mapping[int, pd.DataFrame]  # seed -> observations of that individual

ARM, UNTREATED, OFF = "arm", "untreated", "off"
TIMES = ("time_to", "duration", "t_peak")  # their group figure is a median
NO_DISEASE = 0.05  # share of the measure's range: below, there is nothing to protect from
FEWEST_FOR_RANKS = 3


@dataclass(frozen=True)
class Group:
    """A readout of one arm.

    Attributes
    ----------
    seeds : the individuals, in order.
    parts : what the figure is made of, each of shape (individuals,): `arm`; for `protection`
        also `untreated` and `off`; for a `share` also `given` (1 where the individual counts);
        for `corr` both readouts, `arm` and `other`.
    range : of the measure, where it has one.
    """

    readout: Readout
    seeds: tuple[int, ...]
    parts: Mapping[str, Array]
    range: float | None = None

    @property
    def values(self) -> Array:
        """One number per individual: NaN where undefined, or not counted."""
        arm = self.parts[ARM]
        if self.readout.stat == "protection":
            return self._protection(arm, self.parts[UNTREATED], self.parts[OFF])
        if "given" in self.parts:
            return np.where(self.parts["given"] == 1.0, arm, UNDEFINED)
        return arm

    @property
    def figure(self) -> float:
        """The group's figure: mean, median of times, proportion; NaN where undefined."""
        return float(self.figures(np.arange(len(self.seeds))))

    def figures(self, rows: NDArray[np.int64]) -> Array:
        """The figure of resampled groups.

        Parameters
        ----------
        rows : positions of individuals, shape (..., size of the group).

        Returns
        -------
        figures, shape (...); NaN where undefined.
        """
        if rows.shape[-1] == 0:
            return np.full(rows.shape[:-1], UNDEFINED)
        parts = {name: part[rows] for name, part in self.parts.items()}
        arm = parts[ARM]
        if self.readout.stat == "protection":
            means = (parts[name].mean(axis=-1) for name in (ARM, UNTREATED, OFF))
            return self._protection(*means)
        if self.readout.pair:
            return _spearman(arm, parts["other"])
        if "given" in parts:
            return _proportion(arm, parts["given"])
        middle = np.median if self.readout.stat in TIMES else np.mean
        return np.asarray(middle(arm, axis=-1))

    def _protection(self, arm: Array, untreated: Array, off: Array) -> Array:
        """1 - (arm - off) / (untreated - off), undefined where there is no disease."""
        harm = np.asarray(untreated - off)
        scale = self.range
        least = NO_DISEASE * (np.maximum(abs(untreated), abs(off)) if scale is None else scale)
        diseased = (abs(harm) >= least) & (harm != 0.0)
        safe = np.where(diseased, harm, 1.0)
        return np.where(diseased, 1.0 - (arm - off) / safe, UNDEFINED)


def _proportion(arm: Array, given: Array) -> Array:
    counted = np.asarray(given.sum(axis=-1))
    found = np.where(given == 0.0, 0.0, arm * given).sum(axis=-1)
    return np.where(counted == 0.0, UNDEFINED, found / np.where(counted == 0.0, 1.0, counted))


def _spearman(one: Array, other: Array) -> Array:
    """Rank correlation over the last axis; undefined for a constant or for too few."""
    undefined = np.isnan(one).any(axis=-1) | np.isnan(other).any(axis=-1)
    if one.shape[-1] < FEWEST_FOR_RANKS:
        return np.full(one.shape[:-1], UNDEFINED)
    a, b = rankdata(one, axis=-1), rankdata(other, axis=-1)
    a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    undefined = undefined | (size == 0.0)
    return np.where(undefined, UNDEFINED, (a * b).sum(axis=-1) / np.where(undefined, 1.0, size))


def evaluate(readout: Readout, runs: Mapping[str, Tables], scenario: Scenario) -> Group:
    """Evaluate a readout on the runs of a group.

    Parameters
    ----------
    runs : `arm`, and every twin of `readout.needs`, -> seed -> that individual's observations
        (`IVIgModel.observations(start=True)`, with the probes of `probes_of`).
    scenario : of the arm; says what the clinic reads.

    Raises
    ------
    NotExpressible : the model does not have the measure.
    InputError : a column is missing.
    ValueError : a twin, or one of its seeds, is missing.
    """
    lacking = {ARM, *readout.needs} - set(runs)
    if lacking:
        raise ValueError(f"readout '{readout}' takes the runs of {', '.join(sorted(lacking))}")
    seeds = tuple(runs[ARM])
    for name in readout.needs:
        if set(seeds) - set(runs[name]):
            raise ValueError(f"readout '{readout}': {name} lacks seeds of the arm")
    if readout.pair:
        first, second = (evaluate(part, runs, scenario) for part in readout.pair)
        return Group(readout, seeds, {ARM: first.values, "other": second.values})
    parts = {
        name: np.array([_of_one(readout, runs[name][seed], scenario) for seed in seeds], float)
        for name in (ARM, *sorted(readout.needs))
    }
    if readout.given is not None:
        parts["given"] = np.array(
            [_given(readout, runs[ARM][seed], scenario) for seed in seeds], float
        )
    return Group(readout, seeds, parts, span(readout.measure, scenario))


def _of_one(readout: Readout, table: pd.DataFrame, scenario: Scenario) -> float:
    if readout.measure in KINETICS:
        when = readout.when
        end = float(table["day"].iloc[-1]) if when is None else when.last
        first = None if when is None else when.first
        return kinetics_of(readout.measure, readout.which, table, scenario, first, end)
    return stat(readout, course_of(readout.measure, readout.which, table, scenario))


def _given(readout: Readout, table: pd.DataFrame, scenario: Scenario) -> float:
    assert readout.given is not None
    course = course_of(readout.measure, readout.which, table, scenario)
    return met(readout.given, course, readout.when)
