"""Functions for processes that need not load the simulator."""

import os
import time
from pathlib import Path


def slow_square(number: int) -> int:
    time.sleep(0.02)
    return number * number


def die_on_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), 9)
    return number


def die_once(task: tuple[int, str]) -> int:
    number, mark = task
    if number == 3 and not Path(mark).exists():
        Path(mark).write_text("")
        os.kill(os.getpid(), 9)
    return number


def whose(number: int) -> int:
    return os.getpid()


def threads(number: int) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def fail(number: int) -> int:
    raise ValueError(f"{number} is wrong")
