"""One scenario, treated and untreated: what the therapy changed.

Both arms of a pair have one seed. They are the same patient and draw the same random numbers, so
their difference is what the therapy caused.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from ivigabm.experiments.bootstrap import Estimate
from ivigabm.experiments.contrast import anti_inflammatory_index, as_json, effects, plain
from ivigabm.model import IVIgModel
from ivigabm.outcomes import CONTROL, TREATED, of_arm, series_table
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.scenario import Scenario

Progress = Callable[[int, int], None]


class _Arm(NamedTuple):
    name: str
    resolved: Resolved
    seed: int
    days: float


class _Run(NamedTuple):
    outcomes: pd.DataFrame
    timeseries: pd.DataFrame
    agent_steps: int


@dataclass(frozen=True)
class TwinResult:
    """Treated and control runs of one scenario over some seeds.

    Attributes
    ----------
    resolved : the treated arm as it was simulated.
    outcomes : one row per value: seed, arm, outcome, unit, value.
    timeseries : one row per value: seed, arm, day, variable, value.
    effects : one row per outcome: outcome, unit, treated, control, effect, ci_low, ci_high;
        means over seeds, the effect is treated − control.
    anti_inflammatory_index : 1 − inflammation AUC treated ÷ control; NaN where the control has
        no inflammation.
    agent_steps : living rows of all tables taken through a step, summed over all runs.
    """

    resolved: Resolved
    seeds: tuple[int, ...]
    days: float
    outcomes: pd.DataFrame = field(repr=False)
    timeseries: pd.DataFrame = field(repr=False)
    effects: pd.DataFrame = field(repr=False)
    anti_inflammatory_index: Estimate
    wall_s: float
    agent_steps: int

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON. What is undefined is None, as are intervals of one replicate."""
        index = self.anti_inflammatory_index
        return {
            "scenario": self.resolved.scenario.name,
            "seed": self.seeds[0],
            "replicates": len(self.seeds),
            "days": self.days,
            "outcomes": as_json(self.effects),
            "anti_inflammatory_index": {
                "value": plain(index.value),
                "ci95": [plain(index.low), plain(index.high)],
            },
            "wall_s": round(self.wall_s, 3),
            "agent_steps": self.agent_steps,
        }


def twin(
    scenario: Scenario,
    perturbation: Perturbation | None = None,
    seeds: Iterable[int] = (1,),
    days: float | None = None,
    progress: Progress | None = None,
    workers: int = 1,
) -> TwinResult:
    """Run `scenario` with `perturbation`, and its twin without therapy, for every seed.

    Parameters
    ----------
    perturbation : what differs from the scenario as it stands, in both arms save the therapy.
    days : length of the runs; otherwise the scenario's.
    progress : called with (arms done, arms in all), first with none done.
    workers : processes; 1 runs in this one. The result is the same for any number.

    Raises
    ------
    InputError : the perturbation does not fit the scenario.
    """
    started = time.perf_counter()
    change = perturbation or Perturbation()
    treated, control = resolve(scenario, change), resolve(scenario, change.without_therapy())
    numbers = tuple(seeds)
    length = float(treated.scenario.days if days is None else days)
    arms = [
        _Arm(name, resolved, seed, length)
        for seed in numbers
        for name, resolved in ((TREATED, treated), (CONTROL, control))
    ]
    runs: list[_Run] = []
    report = progress or (lambda done, total: None)
    report(0, len(arms))
    for run in _run_all(arms, workers):
        runs.append(run)
        report(len(runs), len(arms))
    outcomes = pd.concat([run.outcomes for run in runs], ignore_index=True)
    return TwinResult(
        resolved=treated,
        seeds=numbers,
        days=length,
        outcomes=outcomes,
        timeseries=pd.concat([run.timeseries for run in runs], ignore_index=True),
        effects=effects(outcomes),
        anti_inflammatory_index=anti_inflammatory_index(outcomes),
        wall_s=time.perf_counter() - started,
        agent_steps=sum(run.agent_steps for run in runs),
    )


def _run_all(arms: list[_Arm], workers: int) -> Iterator[_Run]:
    if workers == 1:
        yield from map(_run, arms)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads
    with ProcessPoolExecutor(min(workers, len(arms)), mp_context=context) as pool:
        yield from pool.map(_run, arms)


def _run(arm: _Arm) -> _Run:
    model = IVIgModel(arm.resolved.scenario, rng=arm.seed, perturbation=arm.resolved)
    model.run(days=arm.days)
    return _Run(
        of_arm(model.outcomes(), arm.seed, arm.name),
        of_arm(series_table(model.observations()), arm.seed, arm.name),
        model.agent_steps,
    )
