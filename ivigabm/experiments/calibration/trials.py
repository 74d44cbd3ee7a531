"""Rows simulated at every point of a design, through the one runner and its store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ivigabm.experiments.calibration.distance import FARTHEST, distance
from ivigabm.experiments.draws import Draw
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.findings.arms import Comparison, Sharing
from ivigabm.experiments.findings.rounds import Bench, Trial
from ivigabm.experiments.findings.spread import drawn_comparison
from ivigabm.experiments.runner import Progress
from ivigabm.experiments.store import Memory, Store

BATCH = 8  # points whose observations are held at once
COLUMNS = ("draw", "row", "figure", "ci_low", "ci_high", "distance", "holds")


@dataclass(frozen=True)
class Tried:
    """What was simulated.

    Attributes
    ----------
    table : one row per point and row of evidence, see `COLUMNS`.
    computed, cached : runs simulated now, and found in the store.
    """

    table: pd.DataFrame
    computed: int
    cached: int


def tried(
    claims: Mapping[str, Comparison],
    draws: Mapping[int, Draw],
    seeds: range,
    executor: Executor | None = None,
    place: Store | Memory | None = None,
    progress: Progress | None = None,
) -> Tried:
    """Judge every claim at every draw.

    Parameters
    ----------
    claims : id of a row -> what it claims. draws : number -> parameter values.
    seeds : the replicates, the same at every draw: points differ by parameters, not by patients.
    """
    store = place if place is not None else Memory()
    rows: list[dict[str, object]] = []
    computed = cached = 0
    numbers = list(draws)
    report = progress or (lambda done, total: None)
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        trials = {
            (number, name): Trial(drawn_comparison(claim, draws[number]))
            for number in batch
            for name, claim in claims.items()
        }
        sharing = Sharing(trial.comparison for trial in trials.values())
        step = _scaled(report, start, len(batch), len(numbers))
        bench = Bench(sharing, executor, store, seeds[0], len(seeds), step)
        bench.settle(list(trials.values()))
        rows += [_record(number, name, trial) for (number, name), trial in trials.items()]
        computed, cached = computed + bench.computed, cached + bench.cached
    return Tried(pd.DataFrame(rows, columns=list(COLUMNS)), computed, cached)


def _scaled(report: Progress, start: int, size: int, count: int) -> Progress:
    """Progress of a batch as progress over all points, in units of runs."""

    def step(done: int, total: int) -> None:
        runs = total / size
        report(round(start * runs) + done, round(count * runs))

    return step


def _record(number: int, name: str, trial: Trial) -> dict[str, object]:
    found: Sequence[object] = (float("nan"),) * 3
    far, holds = FARTHEST, False
    if trial.judgement is not None and not trial.problem:
        judged = trial.judgement
        found = (judged.value, judged.low, judged.high)
        far, holds = distance(trial.comparison, judged), judged.holds
    return dict(zip(COLUMNS, (number, name, *found, far, holds), strict=True))
