"""One scenario, treated and untreated: what the therapy changed.

Both arms of a pair have one seed. They are the same patient and draw the same random numbers, so
their difference is what the therapy caused.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from ivigabm.experiments.bootstrap import Estimate
from ivigabm.experiments.contrast import (
    DRAW,
    anti_inflammatory_index,
    as_json,
    effects,
    pairing,
    plain,
)
from ivigabm.experiments.draws import Draw, drawn
from ivigabm.experiments.executors import Executor, local
from ivigabm.experiments.runner import Arm, Progress, run
from ivigabm.experiments.store import Store
from ivigabm.outcomes import CONTROL, TREATED
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.scenario import Scenario


@dataclass(frozen=True)
class TwinResult:
    """Treated and control runs of one scenario over some seeds.

    Attributes
    ----------
    resolved : the treated arm as it was simulated.
    outcomes : one row per value: seed, arm, outcome, unit, value.
    timeseries : one row per value: seed, arm, day, variable, value.
    draws : values of the calibrated parameters that were run; both tables then start with draw,
        its number, and intervals hold the uncertainty of the parameters.
    effects : one row per outcome: outcome, unit, treated, control, effect, ci_low, ci_high;
        means over seeds, the effect is treated − control.
    anti_inflammatory_index : 1 − inflammation AUC treated ÷ control; NaN where the control has
        no inflammation.
    agent_steps : living rows of all tables taken through a step, summed over all runs.
    pairing : one row per outcome: outcome, paired_variance, independent_variance, ratio; how much
        more the effect would vary if the arms had seeds of their own.
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
    draws: tuple[Draw, ...] = ()

    @cached_property
    def pairing(self) -> pd.DataFrame:
        """Variance of the effect with paired and with independent seeds, by outcome."""
        return pairing(self.outcomes)

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON. What is undefined is None, as are intervals of one replicate."""
        index = self.anti_inflammatory_index
        return {
            "scenario": self.resolved.scenario.name,
            "seed": self.seeds[0],
            "replicates": len(self.seeds),
            **({"posterior": len(self.draws)} if self.draws else {}),
            "days": self.days,
            "outcomes": as_json(self.effects),
            "anti_inflammatory_index": {
                "value": plain(index.value),
                "ci95": [plain(index.low), plain(index.high)],
            },
            "variance_ratio_of_pairing": {
                row.outcome: plain(row.ratio) for row in self.pairing.itertuples()
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
    executor: Executor | None = None,
    store: Store | None = None,
    draws: Sequence[Draw] = (),
) -> TwinResult:
    """Run `scenario` with `perturbation`, and its twin without therapy, for every seed.

    Parameters
    ----------
    perturbation : what differs from the scenario as it stands, in both arms save the therapy.
    days : length of the runs; otherwise the scenario's.
    progress : called with (arms done, arms in all), first with none done.
    workers : processes; 1 runs in this one. The result is the same for any number.
    executor : where to compute, instead of a number of processes.
    store : where runs are kept and found again.
    draws : of a posterior sample (`Posterior.draws`): both arms are run with each.

    Raises
    ------
    InputError : the perturbation does not fit the scenario.
    """
    started = time.perf_counter()
    change = perturbation or Perturbation()
    treated, control = resolve(scenario, change), resolve(scenario, change.without_therapy())
    numbers = tuple(seeds)
    length = float(treated.scenario.days if days is None else days)
    arms = [Arm(TREATED, treated, length), Arm(CONTROL, control, length)]
    if draws:
        arms = [
            Arm(f"{number}:{arm.name}", drawn(arm.resolved, draw), length)
            for number, draw in enumerate(draws)
            for arm in arms
        ]
    found = run(arms, numbers, executor or local(workers), store, progress, series=True)
    outcomes = _by_seed(found.outcomes, ["outcome", "unit", "value"], numbers, bool(draws))
    return TwinResult(
        resolved=treated,
        seeds=numbers,
        days=length,
        outcomes=outcomes,
        timeseries=_by_seed(found.timeseries, ["day", "variable", "value"], numbers, bool(draws)),
        effects=effects(outcomes),
        anti_inflammatory_index=anti_inflammatory_index(outcomes),
        wall_s=time.perf_counter() - started,
        agent_steps=found.agent_steps,
        draws=tuple(draws),
    )


def _by_seed(
    table: pd.DataFrame, columns: list[str], seeds: tuple[int, ...], over_draws: bool
) -> pd.DataFrame:
    """Rows of both arms together, seed after seed; over draws, draw after draw."""
    names = ["seed", "arm", *columns]
    if over_draws:
        parts = table["arm"].str.partition(":")
        table = table.assign(**{DRAW: parts[0].astype(int), "arm": parts[2]})
        names = [DRAW, *names]
    place = table["seed"].map({seed: i for i, seed in enumerate(seeds)})
    if over_draws:
        place = place + len(seeds) * table[DRAW]
    order = place.argsort(kind="stable")
    return table.iloc[order][names].reset_index(drop=True)
