"""Replicates are added, in the order of seeds, to the comparisons that are still open."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ivigabm.experiments.executors import Executor
from ivigabm.experiments.findings.arms import Comparison, Sharing, Side
from ivigabm.experiments.findings.relations import Judgement, judge
from ivigabm.experiments.runner import Arm, Progress, compute
from ivigabm.experiments.store import Identity, Memory, Store
from ivigabm.readout import Group, evaluate

FIRST = 8
_TOLERANCE = 1e-9  # days


def ladder(most: int) -> tuple[int, ...]:
    """Numbers of replicates after which is looked: 8, 16, 32 ... and the most."""
    counts = []
    count = FIRST
    while count < most:
        counts.append(count)
        count *= 2
    return (*counts, most)


@dataclass(eq=False)
class Trial:
    """A comparison on its way to a judgement.

    Attributes
    ----------
    closed : whether a judgement is final. judgement : with the replicates so far.
    problem : why there is no judgement. at_fault : the input is at fault.
    """

    comparison: Comparison
    closed: Callable[[Judgement], bool] = lambda judgement: judgement.settled
    judgement: Judgement | None = None
    problem: str = ""
    at_fault: bool = False
    _groups: dict[Side, Group] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """More replicates could change what it says."""
        if self.problem:
            return False
        found = self.judgement
        return found is None or not self.closed(found)


@dataclass(eq=False)
class Bench:
    """Where comparisons are simulated and read.

    Attributes
    ----------
    most : replicates at which a comparison that is still open stays so.
    seconds : time that the runs of an arm's key took, as far as they were simulated here.
    """

    sharing: Sharing
    executor: Executor | None
    place: Store | Memory
    first_seed: int
    most: int
    progress: Progress
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _done: int = 0
    _mine: set[Identity] = field(default_factory=set)
    _found: set[Identity] = field(default_factory=set)

    @property
    def computed(self) -> int:
        """Runs simulated here."""
        return len(self._mine)

    @property
    def cached(self) -> int:
        """Runs that were in the store before."""
        return len(self._found - self._mine)

    def settle(self, trials: Sequence[Trial]) -> None:
        """Judge all trials, with as many replicates as each of them takes."""
        start = 0
        for count in ladder(self.most):
            going = [trial for trial in trials if trial.open]
            seeds = range(self.first_seed + start, self.first_seed + count)
            if going:
                self._round(going, seeds)
            start = count

    def _round(self, trials: Sequence[Trial], seeds: Sequence[int]) -> None:
        arms = self.sharing.all_arms(trial.comparison for trial in trials)
        tables, problems = self._run(arms, seeds)
        for trial in trials:
            self._read(trial, seeds, tables, problems)

    def _run(
        self, arms: Sequence[Arm], seeds: Sequence[int]
    ) -> tuple[dict[Identity, pd.DataFrame], dict[str, tuple[str, bool]]]:
        """Observations of every run, and what went wrong by key."""
        tables: dict[Identity, pd.DataFrame] = {}
        problems: dict[str, tuple[str, bool]] = {}
        total = len(arms) * len(seeds)
        before = self._done

        def report(done: int, all_: int) -> None:
            self.progress(before + done, before + all_)

        work = compute(arms, seeds, self.executor, self.place, report, series=True)
        with closing(work) as results:
            for run in results:
                self.seconds[run.key] += run.wall_s
                if run.series is None:
                    problems[run.key] = (f"seed {run.seed}: {run.error}", run.at_fault)
                else:
                    columns = ["day", *run.variables]
                    tables[run.key, run.seed] = pd.DataFrame(run.series, columns=columns)
        self._done += total
        self._mine |= set(tables)
        known = self._stored(arms, seeds, tables, problems)
        self._found |= set(known)
        return tables | known, problems

    def _stored(
        self,
        arms: Sequence[Arm],
        seeds: Sequence[int],
        new: dict[Identity, pd.DataFrame],
        problems: dict[str, tuple[str, bool]],
    ) -> dict[Identity, pd.DataFrame]:
        """Observations of the runs that were there before."""
        wanted: dict[tuple[str, ...], set[Identity]] = defaultdict(set)
        for arm in arms:
            for seed in seeds:
                if (arm.key, seed) not in new and arm.key not in problems:
                    wanted[arm.observe or ()].add((arm.key, seed))
        found: dict[Identity, pd.DataFrame] = {}
        for names, runs in wanted.items():
            found |= self.place.courses(runs, names)
        return found

    def _read(
        self,
        trial: Trial,
        seeds: Sequence[int],
        tables: dict[Identity, pd.DataFrame],
        problems: dict[str, tuple[str, bool]],
    ) -> None:
        """Add the new replicates to a trial and judge it."""
        sides = trial.comparison.sides
        for side in sides:
            arms = self.sharing.arms(side)
            failed = [problems[arm.key] for arm in arms.values() if arm.key in problems]
            if failed:
                trial.problem, trial.at_fault = failed[0]
                return
            runs = {
                name: {seed: _until(tables[arm.key, seed], side.days) for seed in seeds}
                for name, arm in arms.items()
            }
            new = evaluate(side.readout, runs, side.scenario)
            trial._groups[side] = _together(trial._groups.get(side), new)
        groups = [trial._groups[side] for side in sides]
        versus = groups[1] if len(groups) > 1 else None
        claim = trial.comparison
        trial.judgement = judge(claim.relation, claim.arm.readout, groups[0], versus)


def _until(table: pd.DataFrame, days: float) -> pd.DataFrame:
    """Observations up to the row's own end; the run may be longer for another row's sake."""
    return table[table["day"] <= days + _TOLERANCE]


def _together(first: Group | None, second: Group) -> Group:
    if first is None:
        return second
    parts = {name: np.concatenate([first.parts[name], second.parts[name]]) for name in first.parts}
    return Group(first.readout, first.seeds + second.seeds, parts, first.range)
