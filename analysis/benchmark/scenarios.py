"""What a simulated day of every scenario costs, treated, beside a day of the default one."""

import time
from collections.abc import Iterator

import numpy as np

from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import scenario_names

from .clock import Measure
from .worlds import SCENARIO, agents

AIM = 3.0  # times a day of the default scenario


def measure(quick: bool) -> Iterator[Measure]:
    """CPU ms per simulated day, costly ones first; the default one is timed in turn with each."""
    steps = 24 if quick else 96
    cost = {name: _day(name, steps) for name in scenario_names()}
    part = "a day of each scenario"
    for name, (seconds, ratio, count) in sorted(cost.items(), key=lambda item: -item[1][1]):
        what = f"{name}: {ratio:.2f} × {SCENARIO}, {count} agents"
        aim = f"at most {AIM:g} × {SCENARIO}: missed" if ratio > AIM else ""
        yield Measure(part, what, 1e3 * seconds, "ms CPU/day", aim)


def _day(name: str, steps: int) -> tuple[float, float, int]:
    """Seconds per day around the first dose, the same over the default one's, and agents."""
    models = [
        IVIgModel(each, rng=1, days=1e9, perturbation=parse({"set.run_in_days": 0}))
        for each in (name, SCENARIO)
    ]
    spent: list[list[float]] = [[], []]
    for _ in range(steps):
        for model, times in zip(models, spent, strict=True):
            started = time.thread_time()
            model.step()
            times.append(time.thread_time() - started)
    # a low quantile: what else runs on the machine takes its share of the rest
    day, default = (
        float(np.quantile(times, 0.2)) / model.world.dt
        for model, times in zip(models, spent, strict=True)
    )
    return day, day / default, agents(models[0])
