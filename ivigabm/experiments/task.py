"""One run: what a worker is given, what it gives back. Both travel between machines."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError
from ivigabm.experiments.code_version import code_version
from ivigabm.model import IVIgModel
from ivigabm.observation import OBSERVED
from ivigabm.perturbation import Resolved


@dataclass(frozen=True)
class Task:
    """One individual of one arm.

    Attributes
    ----------
    code : version of the code that asks. A worker that runs another one refuses.
    series : also send the time series.
    observe : of the series, only these observables and probes, with the row before the first
        step; None: all observables, without that row.
    """

    key: str
    seed: int
    resolved: Resolved
    days: float
    series: bool
    code: str
    observe: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Run:
    """What became of a task.

    Attributes
    ----------
    outcomes : (outcome, unit, value) in order.
    variables, series : names of the observables after `day`, and a table of shape
        (observed times, 1 + variables) that starts with the day; None unless asked for.
    error : why there is no result, otherwise empty.
    at_fault : the input is at fault, rather than the program or the machine.
    """

    key: str
    seed: int
    outcomes: tuple[tuple[str, str, float], ...] = ()
    variables: tuple[str, ...] = ()
    series: NDArray[np.float64] | None = None
    agent_steps: int = 0
    wall_s: float = 0.0
    error: str = ""
    at_fault: bool = False


def simulate(task: Task) -> Run:
    """Run one individual. What goes wrong comes back as `error`: other runs go on."""
    try:
        if task.code != code_version():
            raise RuntimeError(
                "the worker has another version of ivigabm, NumPy, SciPy or numba "
                f"({code_version()}, asked for {task.code}); install the same on all machines"
            )
        return _simulate(task)
    except Exception as error:
        at_fault = isinstance(error, InputError)
        text = str(error) if at_fault else f"{type(error).__name__}: {error}"
        return Run(task.key, task.seed, error=text, at_fault=at_fault)


def _simulate(task: Task) -> Run:
    started = time.perf_counter()
    asked: dict[str, Any] = {}
    if task.observe is not None:
        asked["probes"] = tuple(name for name in task.observe if name not in OBSERVED)
    model = IVIgModel(task.resolved.scenario, rng=task.seed, perturbation=task.resolved, **asked)
    model.run(days=task.days)
    table = model.outcomes()
    columns = [table[name].tolist() for name in ("outcome", "unit", "value")]
    more: dict[str, Any] = {}
    if task.series:
        if task.observe is None:
            observed = model.observations()
        else:
            observed = model.observations(start=True)[["day", *task.observe]]
        more = {"variables": tuple(observed)[1:], "series": observed.to_numpy(dtype=float)}
    return Run(
        task.key,
        task.seed,
        tuple(zip(*columns, strict=True)),
        agent_steps=int(model.agent_steps),
        wall_s=time.perf_counter() - started,
        **more,
    )
