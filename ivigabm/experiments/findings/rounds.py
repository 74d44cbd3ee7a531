"""Replicates are added, in the order of seeds, to the comparisons that are still open."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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

Tables = dict[Identity, pd.DataFrame]
Problem = tuple[str, bool]  # what went wrong, and whether the input is at fault

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
    closed : whether a judgement is final.
    judgement, groups : what is said, and was read, with the replicates so far.
    problem : why there is no judgement. at_fault : the input is at fault.
    """

    comparison: Comparison
    closed: Callable[[Judgement], bool] = lambda judgement: judgement.settled
    judgement: Judgement | None = None
    problem: str = ""
    at_fault: bool = False
    groups: dict[Side, Group] = field(default_factory=dict)

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
    _tables: Tables = field(default_factory=dict)

    @property
    def computed(self) -> int:
        """Runs simulated here."""
        return len(self._mine)

    @property
    def cached(self) -> int:
        """Runs that were in the store before."""
        return len(set(self._tables) - self._mine)

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
        problems = self._run(arms, seeds)
        for trial in trials:
            self._read(trial, seeds, problems)

    def _run(self, arms: Sequence[Arm], seeds: Sequence[int]) -> dict[str, Problem]:
        """Get the observations of every run; what went wrong, by key."""
        problems: dict[str, Problem] = {}
        before = self._done

        def report(done: int, total: int) -> None:
            self.progress(before + done, before + total)

        work = compute(arms, seeds, self.executor, self.place, report, series=True)
        with closing(work) as results:
            for run in results:
                self.seconds[run.key] += run.wall_s
                if run.series is None:
                    problems[run.key] = (f"seed {run.seed}: {run.error}", run.at_fault)
                else:
                    columns = ["day", *run.variables]
                    self._tables[run.key, run.seed] = pd.DataFrame(run.series, columns=columns)
                    self._mine.add((run.key, run.seed))
        self._done += len(arms) * len(seeds)
        self._fetch(arms, seeds, problems)
        return problems

    def _fetch(
        self, arms: Sequence[Arm], seeds: Sequence[int], problems: Mapping[str, Problem]
    ) -> None:
        """Read the runs that were in the store before."""
        wanted: dict[tuple[str, ...], set[Identity]] = defaultdict(set)
        for arm in arms:
            for seed in seeds:
                if (arm.key, seed) not in self._tables and arm.key not in problems:
                    wanted[arm.observe or ()].add((arm.key, seed))
        for names, runs in wanted.items():
            self._tables |= self.place.courses(runs, names)

    def _read(self, trial: Trial, seeds: Sequence[int], problems: Mapping[str, Problem]) -> None:
        """Add the new replicates to a trial and judge it."""
        sides = trial.comparison.sides
        for side in sides:
            arms = self.sharing.arms(side)
            failed = [problems[arm.key] for arm in arms.values() if arm.key in problems]
            if failed:
                trial.problem, trial.at_fault = failed[0]
                return
            runs = {
                name: {seed: _until(self._tables[arm.key, seed], side.days) for seed in seeds}
                for name, arm in arms.items()
            }
            new = evaluate(side.readout, runs, side.scenario)
            trial.groups[side] = _together(trial.groups.get(side), new)
        groups = [trial.groups[side] for side in sides]
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
