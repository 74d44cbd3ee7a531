"""Calibrate: free parameters against shared rows of evidence, once and as a whole."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ivigabm.experiments.calibration import distance, rejection
from ivigabm.experiments.calibration.free import Array, design, draws_of, usual
from ivigabm.experiments.calibration.plan import CalibrationPlan
from ivigabm.experiments.calibration.posterior import Posterior
from ivigabm.experiments.calibration.rejection import Split, Width
from ivigabm.experiments.calibration.trials import tried
from ivigabm.experiments.draws import label
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.factors import Factor
from ivigabm.experiments.runner import Progress
from ivigabm.experiments.store import Store

SPLITS = 5
USUAL = -1  # number of the point at the table's own values; no part of the design


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    Attributes
    ----------
    table : one row per point of the design and row of evidence, see `trials.COLUMNS`; point
        `USUAL` is the parameters as the table of knowledge states them.
    unit : the design in shares of the prior ranges, shape (points, parameters).
    scenarios : row of evidence -> its scenario.
    distance, weight : of every point. tolerance : the largest distance with a weight.
    """

    plan: CalibrationPlan
    factors: tuple[Factor, ...]
    table: pd.DataFrame = field(repr=False)
    unit: Array = field(repr=False)
    scenarios: Mapping[str, str]
    distance: Array = field(repr=False)
    weight: Array = field(repr=False)
    tolerance: float
    widths: tuple[Width, ...]
    splits: tuple[Split, ...]
    computed: int
    cached: int
    wall_s: float

    @property
    def posterior(self) -> Posterior:
        """The kept points with their weights."""
        kept = np.flatnonzero(self.weight > 0.0)
        values = draws_of(self.factors, self.unit[kept])
        own = {"draw": kept, "weight": self.weight[kept], "distance": self.distance[kept]}
        return Posterior(pd.concat([pd.DataFrame(own), pd.DataFrame(values)], axis=1))

    @property
    def distances(self) -> pd.DataFrame:
        """Distance by point of the design and row of evidence."""
        return _wide(self.table, "distance").drop(index=USUAL)

    def inside(self) -> dict[str, float]:
        """Share of rows within their band: at the usual values, over prior and posterior."""
        found = (_wide(self.table, "distance") == 0.0).mean(axis=1)
        points = found.drop(index=USUAL).to_numpy()
        return {
            "usual": float(found[USUAL]),
            "prior": float(points.mean()),
            "posterior": float(self.weight @ points),
            "best": float(points[np.argmin(self.distance)]),
        }

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON."""
        far = _wide(self.table, "distance").loc[[USUAL]]
        usual_distance = float(rejection.total(far)[0])
        return {
            "method": "ABC rejection over a scrambled Sobol design, Epanechnikov weights",
            "distance": f"{distance.ABOUT}; mean over rows",
            "samples": len(self.unit),
            "kept": int((self.weight > 0.0).sum()),
            "effective": round(rejection.effective(self.weight), 2),
            "accept": self.plan.accept,
            "tolerance": round(self.tolerance, 6),
            "distances": {
                "usual": round(usual_distance, 6),
                "prior_mean": round(float(self.distance.mean()), 6),
                "best": round(float(self.distance.min()), 6),
            },
            "rows_inside": {name: round(x, 4) for name, x in self.inside().items()},
            "parameters": [_about(f, w) for f, w in zip(self.factors, self.widths, strict=True)],
            "splits": [_about_split(split) for split in self.splits],
            "gap_points": round(float(np.mean([split.gap for split in self.splits])), 2),
            "rows": dict(self.scenarios),
            "seeds": list(_seeds(self.plan)),
            "design_seed": self.plan.design_seed,
        }


def calibrate(
    plan: CalibrationPlan | None = None,
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit the free parameters of a plan against its rows.

    Every row is simulated at every point of the design, and at the usual values. What the store
    holds is not simulated again, and a design with more samples holds the smaller one.

    Parameters
    ----------
    plan : otherwise the one that ships with the program.

    Raises
    ------
    InputError : a parameter or row of the plan cannot be used.
    """
    started = time.perf_counter()
    asked = plan if plan is not None else CalibrationPlan.load()
    factors, planned = asked.factors(), asked.planned()
    unit = design(len(factors), asked.samples, asked.design_seed)
    draws = {USUAL: usual(factors), **dict(enumerate(draws_of(factors, unit)))}
    claims = {one.row.id: one.case.claim for one in planned if one.case is not None}
    scenarios = {one.row.id: one.row.scenario for one in planned}
    found = tried(claims, draws, _seeds(asked), executor, store, progress)
    return fitted(
        asked, factors, unit, found.table, scenarios,
        (found.computed, found.cached), time.perf_counter() - started,
    )  # fmt: skip


def fitted(
    plan: CalibrationPlan,
    factors: Sequence[Factor],
    unit: Array,
    table: pd.DataFrame,
    scenarios: Mapping[str, str],
    runs: tuple[int, int] = (0, 0),
    wall_s: float = 0.0,
) -> Calibration:
    """The posterior from what was simulated; no simulation.

    Parameters
    ----------
    table, unit, scenarios : as in `Calibration`. runs : simulated now, and found in the store.
    """
    distances = _wide(table, "distance")[list(scenarios)].drop(index=USUAL)
    total = rejection.total(distances)
    weight, tolerance = rejection.weights(total, plan.accept)
    return Calibration(
        plan=plan,
        factors=tuple(factors),
        table=table,
        unit=unit,
        scenarios=scenarios,
        distance=total,
        weight=weight,
        tolerance=tolerance,
        widths=tuple(rejection.widths(unit, total, plan.accept)),
        splits=tuple(rejection.splits(distances, plan.accept, SPLITS, plan.design_seed)),
        computed=runs[0],
        cached=runs[1],
        wall_s=wall_s,
    )


def _seeds(plan: CalibrationPlan) -> range:
    return range(plan.seed, plan.seed + plan.replicates)


def _wide(table: pd.DataFrame, what: str) -> pd.DataFrame:
    return table.pivot(index="draw", columns="row", values=what).sort_index()


def _about(factor: Factor, width: Width) -> dict[str, Any]:
    row = factor.row
    return {
        "name": label(row),
        "unit": row.unit,
        "prior": [row.low, row.high],
        "scale": "log" if factor.log else "linear",
        "usual": row.value,
        "mean": _figures(factor.at(width.mean)),
        "ci90": [_figures(factor.at(width.low)), _figures(factor.at(width.high))],
        "width": round(width.ratio, 4),
        "chance": round(width.chance, 4),
        "pinned": width.pinned,
    }


def _figures(value: float) -> float:
    return float(f"{value:.4g}")


def _about_split(split: Split) -> dict[str, Any]:
    return {
        "fitted": round(split.fitted, 4),
        "held_out": round(split.held_out, 4),
        "before_fitted": round(split.before_fitted, 4),
        "before_held_out": round(split.before_held_out, 4),
        "calibrated_on": list(split.rows),
    }
