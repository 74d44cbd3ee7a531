"""Which parameters decide the answer: global sensitivity over the spread that knowledge gives.

Every point of a design sets parameters to values within their ranges; the response is the
effect of the therapy there, treated minus its untreated twin, as the mean over seeds. All points
share their seeds, so that points differ by parameters and not by patients.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ivigabm.errors import unknown
from ivigabm.experiments.coalitions import Progress, Runner
from ivigabm.experiments.contrast import plain
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.factors import Factor, Point, changed, factors_of, points_of
from ivigabm.experiments.indices import MEASURES, analyse, design, vargha_delaney
from ivigabm.experiments.runner import Arm
from ivigabm.experiments.store import Store
from ivigabm.outcomes import CONTROL, OUTCOMES, TREATED
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.scenario import Scenario

Array = NDArray[np.float64]
TOLD_APART = 0.9  # A of a typical pair of points that the replicate means have to reach
COUNTS = (1, 2, 4, 8, 16)  # replicates to choose from
_PILOT_POINTS = 6
_DRAWS = 400


@dataclass(frozen=True)
class Sensitivity:
    """What the parameters do.

    Attributes
    ----------
    seeds : the replicates behind each point. reliability : Vargha and Delaney's A of a typical
        pair of points by number of replicates, where the number was chosen: replicates, a.
    moved : points that the model refuses, such as a clone that would run away, and that were
        pulled towards the usual values until it takes them.
    indices : one row each: outcome, measure, parameter, value, ci_low, ci_high.
    points : the design, one column per parameter in its own unit, then the response (treated −
        control) per outcome.
    runs : individuals simulated.
    """

    resolved: Resolved
    method: str
    outcome: str
    factors: tuple[Factor, ...]
    seeds: tuple[int, ...]
    moved: int
    runs: int
    wall_s: float
    reliability: pd.DataFrame = field(repr=False)
    indices: pd.DataFrame = field(repr=False)
    points: pd.DataFrame = field(repr=False)

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        return self.resolved.scenario.name

    @property
    def replicates(self) -> int:
        """Seeds behind each point."""
        return len(self.seeds)

    def ranking(self) -> pd.DataFrame:
        """Indices of the chosen outcome, one row per parameter, the most influential first."""
        rows = self.indices[self.indices["outcome"] == self.outcome]
        wide = rows.pivot(
            index="parameter", columns="measure", values=["value", "ci_low", "ci_high"]
        )
        first = MEASURES[self.method][0]
        return wide.sort_values(("value", first), ascending=False, kind="stable")

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON, the most influential parameter first."""
        table = self.ranking()
        return {
            "outcome": self.outcome,
            "method": self.method,
            "replicates": self.replicates,
            "points": len(self.points),
            "moved": self.moved,
            "runs": self.runs,
            "indices": {
                str(name): {
                    measure: {
                        "value": plain(row["value", measure]),
                        "ci95": [plain(row["ci_low", measure]), plain(row["ci_high", measure])],
                    }
                    for measure in MEASURES[self.method]
                }
                for name, row in table.iterrows()
            },
        }


def sensitivity_of(
    scenario: Scenario,
    perturbation: Perturbation | None = None,
    method: str = "morris",
    outcome: str = "inflammation_auc",
    parameters: Sequence[str] = (),
    samples: int | None = None,
    replicates: int | None = None,
    first_seed: int = 1,
    days: float | None = None,
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Vary parameters over their ranges and say which of them move the effect of the therapy.

    Parameters
    ----------
    method : morris, sobol or pawn.
    parameters : names or patterns (`fcrn.*`); otherwise all that the scenario reads and that are
        not measured.
    samples : as `indices.design` takes them.
    replicates : seeds per point; otherwise chosen by a pilot (see `choose_replicates`).

    Raises
    ------
    InputError : an unknown outcome, method or parameter, or SALib is not installed.
    """
    started = time.perf_counter()
    if outcome not in OUTCOMES:
        raise unknown("outcome", outcome, OUTCOMES)
    change = perturbation or Perturbation()
    factors = factors_of(scenario, change, parameters, first_seed)
    names = [factor.row.name for factor in factors]
    unit = design(method, names, samples)
    resolved = resolve(scenario, change)
    length = float(resolved.scenario.days if days is None else days)
    points, moved = points_of(scenario, change, factors, unit)
    call = Runner(executor, store, progress)
    reliability = pd.DataFrame({"replicates": pd.Series(dtype=int), "a": pd.Series(dtype=float)})
    if replicates is None:
        chosen = np.unique(np.linspace(0, len(points) - 1, _PILOT_POINTS).round().astype(int))
        tried = range(first_seed, first_seed + COUNTS[-1])
        pilot = _respond(scenario, change, [points[i] for i in chosen], tried, length, call)
        replicates, reliability = choose_replicates(pilot[outcome])
    call.planned = call.runs + 2 * len(points) * replicates
    seeds = tuple(range(first_seed, first_seed + replicates))
    found = _respond(scenario, change, points, seeds, length, call)
    means = {name: values.mean(axis=1) for name, values in found.items()}
    table = analyse(method, names, unit, means[outcome])
    table.insert(0, "outcome", outcome)
    return Sensitivity(
        resolved=resolved,
        method=method,
        outcome=outcome,
        factors=factors,
        seeds=seeds,
        moved=moved,
        runs=call.runs,
        wall_s=time.perf_counter() - started,
        reliability=reliability,
        indices=table,
        points=pd.DataFrame([dict(point) for point in points]).assign(**means),
    )


def choose_replicates(values: Array) -> tuple[int, pd.DataFrame]:
    """The fewest replicates whose means tell a typical pair of points apart.

    A is the chance that the mean of n replicates at one point exceeds that at another. Noise
    draws it towards 0.5, replicates push it towards 0 or 1. Taken is the median over all pairs
    of points, and the number is the first at which it reaches `TOLD_APART`; if none does, the
    largest tried.

    Parameters
    ----------
    values : a pilot's responses, shape (points, seeds).

    Returns
    -------
    int, DataFrame : the number, and A by number: replicates, a.
    """
    generator = np.random.default_rng(1)
    rows = []
    for count in COUNTS:
        picks = generator.integers(values.shape[1], size=(len(values), _DRAWS, count))
        means = np.take_along_axis(values[:, None, :], picks, axis=2).mean(axis=2)
        found = [vargha_delaney(one, other) for one, other in combinations(means, 2)]
        rows.append({"replicates": count, "a": float(np.median([max(a, 1 - a) for a in found]))})
    table = pd.DataFrame(rows)
    if np.ptp(values) == 0.0:
        return COUNTS[0], table
    enough = table.loc[table["a"] >= TOLD_APART, "replicates"]
    return int(enough.iloc[0]) if len(enough) else COUNTS[-1], table


def _respond(
    scenario: Scenario,
    change: Perturbation,
    points: Sequence[Point],
    seeds: Sequence[int],
    days: float,
    call: Runner,
) -> dict[str, Array]:
    """Treated − control at every point, shape (points, seeds), for every outcome."""
    arms = []
    for i, point in enumerate(points):
        here = changed(change, point)
        for name, change_here in ((TREATED, here), (CONTROL, here.without_therapy())):
            arms.append(Arm(f"{i}:{name}", resolve(scenario, change_here), days))
    outcomes = call(arms, seeds).outcomes
    order = [arm.name for arm in arms]
    found = {}
    for name, rows in outcomes.groupby("outcome", sort=False):
        table = rows.pivot(index="arm", columns="seed", values="value").loc[order, list(seeds)]
        values = table.to_numpy(dtype=float)
        found[str(name)] = values[0::2] - values[1::2]
    return found
