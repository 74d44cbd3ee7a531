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
    """CPU ms per simulated day, costly ones first."""
    steps = 24 if quick else 96
    cost = {name: _day(name, steps) for name in scenario_names()}
    default = cost[SCENARIO][0]
    part = "a day of each scenario"
    for name, (seconds, step, count) in sorted(cost.items(), key=lambda item: -item[1][0]):
        what = f"{name}: {seconds / default:.2f} × {SCENARIO}, {count} agents, {step:.3f} ms a step"
        aim = f"at most {AIM:g} × {SCENARIO}: missed" if seconds > AIM * default else ""
        yield Measure(part, what, 1e3 * seconds, "ms CPU/day", aim)


def _day(name: str, steps: int) -> tuple[float, float, int]:
    """Seconds per day and ms per step around the first dose, and agents at the end."""
    model = IVIgModel(name, rng=1, days=1e9, perturbation=parse({"set.run_in_days": 0}))
    spent = []
    while len(spent) < steps:
        started = time.thread_time()
        model.step()
        spent.append(time.thread_time() - started)
    step = float(np.quantile(spent, 0.2))  # what else runs here takes its share of the rest
    return step / model.world.dt, 1e3 * step, agents(model)
