"""The one runner. Every experiment builds arms, hands them over and reads one tidy table."""

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from ivigabm.errors import InputError
from ivigabm.experiments.code_version import code_version
from ivigabm.experiments.executors import Executor, InProcess, Lost
from ivigabm.experiments.store import Identity, Memory, Store
from ivigabm.experiments.task import Run, Task, simulate
from ivigabm.knowledge import load_preparation
from ivigabm.perturbation import Resolved

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Arm:
    """A scenario with its perturbation, followed for some days, under a name of one's choice.

    observe : observables and probes that its series holds, see `Task`; None: all observables.
    """

    name: str
    resolved: Resolved
    days: float
    observe: tuple[str, ...] | None = None

    @cached_property
    def input(self) -> dict[str, Any]:
        """All that decides the arm's results, as plain data."""
        facts = self.resolved.as_dict()
        preparation = self.resolved.preparation
        if preparation is None:
            # without therapeutic IgG nothing can act: twins of all mechanism sets are one
            facts["mechanisms"] = []
        elif preparation.endswith(".toml"):
            composition = load_preparation(preparation, self.resolved.hypothesis)
            facts["composition"] = composition.model_dump(mode="json")
        observed = {} if self.observe is None else {"observe": list(self.observe)}
        return {"resolved": facts, "days": float(self.days), **observed}

    @cached_property
    def key(self) -> str:
        """Content hash (hexadecimal, 24 digits) of scenario, perturbation and days."""
        text = json.dumps(self.input, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Failure:
    """A run without a result: whose, and why."""

    arm: str
    seed: int
    message: str
    at_fault: bool


@dataclass(frozen=True)
class Results:
    """What `run` found.

    Attributes
    ----------
    outcomes : one row per value: arm, key, seed, outcome, unit, value; arm after arm.
    timeseries : one row per value: arm, key, seed, day, variable, value; empty unless asked for.
    computed, cached, failed : runs simulated now, found in the store, and without a result.
    agent_steps : living rows of all tables taken through a step, summed over all runs.
    failures : one for every failed run.
    """

    outcomes: pd.DataFrame = field(repr=False)
    timeseries: pd.DataFrame = field(repr=False)
    computed: int
    cached: int
    failed: int
    agent_steps: int
    failures: tuple[Failure, ...] = ()


def run(
    arms: Sequence[Arm],
    seeds: Sequence[int],
    executor: Executor | None = None,
    store: Store | Memory | None = None,
    progress: Progress | None = None,
    series: bool = False,
    keep_going: bool = False,
) -> Results:
    """Simulate every arm with every seed, once for all arms of equal content.

    Parameters
    ----------
    executor : where to compute; otherwise in this process. It never changes a bit of a result.
    store : where finished runs are kept, and found again; otherwise in memory.
    progress : called with (runs done, runs in all), first with those found in the store.
    series : also return (and keep) the time series.
    keep_going : list failed runs in `failures` and go on; otherwise the first one raises.

    Raises
    ------
    InputError : a run finds its input at fault.
    RuntimeError : a run fails for another reason.
    StoreError : the store cannot be written.
    """
    names = {arm.key: arm.name for arm in reversed(arms)}
    wanted = _wanted(arms, seeds)
    place = store if store is not None else Memory()
    failures: list[Failure] = []
    computed = 0
    with closing(compute(arms, seeds, executor, place, progress, series)) as results:
        for found in results:
            if found.error:
                failures.append(_failure(found, names[found.key], keep_going))
            else:
                computed += 1
    outcomes, steps = place.outcomes(wanted)
    return Results(
        outcomes=_by_arm(outcomes, arms),
        timeseries=_by_arm(place.timeseries(wanted if series else {}), arms),
        computed=computed,
        cached=len(wanted) - computed - len(failures),
        failed=len(failures),
        agent_steps=steps,
        failures=tuple(failures),
    )


def compute(
    arms: Sequence[Arm],
    seeds: Sequence[int],
    executor: Executor | None,
    place: Store | Memory,
    progress: Progress | None = None,
    series: bool = False,
) -> Generator[Run, None, None]:
    """Simulate what `place` lacks, keep it there, and give each new run, failed ones as well.

    Parameters and errors as in `run`; stopping early keeps what is done.
    """
    report = progress or (lambda done, total: None)
    unique = {arm.key: arm for arm in reversed(arms)}
    wanted = _wanted(arms, seeds)
    with place:
        known = place.done(series)
        missing = [identity for identity in wanted if identity not in known]
        cached = len(wanted) - len(missing)
        report(cached, len(wanted))
        tasks = [_task(unique[key], seed, series) for key, seed in missing]
        place_of_work = executor if executor and tasks else InProcess()
        with closing(place_of_work.map(simulate, tasks)) as results:
            for done, result in enumerate(results, cached + 1):
                found = _lost(result) if isinstance(result, Lost) else result
                if not found.error:
                    place.add(found, unique[found.key].input)
                report(done, len(wanted))
                yield found


def _wanted(arms: Sequence[Arm], seeds: Sequence[int]) -> dict[Identity, None]:
    """Every arm's key with every seed, once, seed after seed."""
    keys = dict.fromkeys(arm.key for arm in arms)
    return {(key, seed): None for seed in dict.fromkeys(int(s) for s in seeds) for key in keys}


def _task(arm: Arm, seed: int, series: bool) -> Task:
    return Task(arm.key, seed, arm.resolved, arm.days, series, code_version(), arm.observe)


def _lost(lost: Lost) -> Run:
    return Run(lost.task.key, lost.task.seed, error=lost.reason)


def _failure(found: Run, arm: str, keep_going: bool) -> Failure:
    message = f"arm '{arm}', seed {found.seed}: {found.error}"
    if not keep_going:
        raise InputError(message) if found.at_fault else RuntimeError(message)
    return Failure(arm, found.seed, found.error, found.at_fault)


def _by_arm(table: pd.DataFrame, arms: Sequence[Arm]) -> pd.DataFrame:
    """Rows of a table by key, once for every arm of that key, in the order of the arms."""
    names = pd.DataFrame({"arm": [a.name for a in arms], "key": [a.key for a in arms]})
    return names.merge(table, on="key", how="inner")
