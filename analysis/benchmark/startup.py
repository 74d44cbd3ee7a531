"""How long it takes to begin: help, the first step from a warm cache, cold compilation."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .clock import Measure

COMMANDS = ("run", "sweep", "attribute", "mechanisms")
PROGRAM = (sys.executable, "-m", "ivigabm")
FIRST_STEP = (
    "import time; from ivigabm.model import IVIgModel; model = IVIgModel('cidp', rng=1);"
    "a = time.perf_counter(); model.step(); b = time.perf_counter(); model.step();"
    "print(b - a, time.perf_counter() - b)"
)


def measure(quick: bool) -> Iterator[Measure]:
    """Times of new processes, on the clock."""
    part, rounds = "start-up", 2 if quick else 5
    yield Measure(part, "ivigabm --help", _best([*PROGRAM, "--help"], rounds), "s", "0.4 s")
    for command in COMMANDS[: 1 if quick else None]:
        seconds = _best([*PROGRAM, command, "--help"], rounds)
        yield Measure(part, f"ivigabm {command} --help", seconds, "s", "0.5 s")
    first, later = _first_step()
    yield Measure(part, "first step less a later one, warm", first - later, "s", "1 s")
    if not quick:
        yield Measure(part, "cold: compile all, then one day", _cold(), "s", "30 s")


def _best(command: list[str], rounds: int) -> float:
    return min(_once(command) for _ in range(rounds))


def _once(command: list[str], **extra: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **extra})
    return time.perf_counter() - started


def _first_step() -> tuple[float, float]:
    found = subprocess.run(
        [sys.executable, "-c", FIRST_STEP], check=True, capture_output=True, text=True
    )
    first, later = map(float, found.stdout.split())
    return first, later


def _cold() -> float:
    """A run with an empty cache of compiled kernels."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "run")
        command = [*PROGRAM, "run", "cidp", "--days", "1", "--out", out]
        return _once(command, XDG_CACHE_HOME=folder)
