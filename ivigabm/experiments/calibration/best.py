"""A best point: the design's distances, and from there on a search (Optuna's TPE sampler).

The points of the search crowd where the distance is small; they are no part of the posterior.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ivigabm.errors import InputError
from ivigabm.experiments.calibration.ask import Calibration
from ivigabm.experiments.calibration.free import draws_of
from ivigabm.experiments.calibration.rejection import total
from ivigabm.experiments.calibration.trials import tried
from ivigabm.experiments.draws import label
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.runner import Progress
from ivigabm.experiments.store import Store


@dataclass(frozen=True)
class Best:
    """The nearest point.

    Attributes
    ----------
    values : parameters. distance : over all rows. inside : share of rows within their band.
    trials : points searched beyond the design.
    """

    values: dict[str, float]
    distance: float
    inside: float
    trials: int


def need_optuna() -> Any:
    """The library.

    Raises
    ------
    InputError : it is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise InputError(
            "--best needs Optuna: pip install 'ivigabm[calibration]', or leave it out"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def look_for_best(
    found: Calibration,
    trials: int,
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Best:
    """Search from the points of a calibration for a nearer one.

    The sampler is seeded by the plan and proposes one point after the other, so that a repeated
    search proposes the same and finds its runs in the store.

    Raises
    ------
    InputError : Optuna is not installed.
    """
    optuna = need_optuna()
    names = [label(factor.row) for factor in found.factors]
    space = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names}
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=found.plan.design_seed))
    for point, far in zip(found.unit, found.distance, strict=True):
        shares = dict(zip(names, map(float, point), strict=True))
        study.add_trial(
            optuna.trial.create_trial(params=shares, distributions=space, value=float(far))
        )
    claims = {one.row.id: one.case.claim for one in found.plan.planned() if one.case is not None}
    seeds = range(found.plan.seed, found.plan.seed + found.plan.replicates)
    nearest = int(np.argmin(found.distance))
    row = (found.distances.iloc[nearest] == 0.0).mean()
    best = Best(_values(found, found.unit[nearest]), float(found.distance.min()), float(row), 0)
    for number in range(trials):
        trial = study.ask(space)
        point = np.array([trial.params[name] for name in names])
        values = _values(found, point)
        table = tried(claims, {0: values}, seeds, executor, store).table
        wide = table.pivot(index="draw", columns="row", values="distance")[list(found.scenarios)]
        far = float(total(wide)[0])
        study.tell(trial, far)
        if far < best.distance:
            best = Best(values, far, float((wide == 0.0).to_numpy().mean()), 0)
        if progress is not None:
            progress(number + 1, trials)
    return Best(best.values, best.distance, best.inside, trials)


def _values(found: Calibration, point: Any) -> dict[str, float]:
    return draws_of(found.factors, np.array([point]))[0]
