"""Timing: pairs in turn, the best of several rounds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Measure:
    """One line of the report.

    Attributes
    ----------
    part, what : where it belongs, what was measured.
    value, unit : the number; the unit of a ratio is "×".
    aim : what was aimed for, in words; empty without an aim.
    kept : a ratio (more is better) that is compared with the last accepted one.
    """

    part: str
    what: str
    value: float
    unit: str
    aim: str = ""
    kept: bool = False


def cpu(work: Work) -> float:
    """CPU seconds of this process that a piece of work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def wall(work: Work) -> float:
    """Seconds on the clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def paired(*works: Work, rounds: int) -> list[float]:
    """Best CPU seconds of each of several works that take turns."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for i, work in enumerate(works):
            best[i] = min(best[i], cpu(work))
    return best
