"""Many small replicates on one and two processes, against `mesa.batch_run` of the reference."""

import time
from collections.abc import Iterator
from typing import Any

import mesa
from mesa.datacollection import DataCollector
from reference.engine import ReferenceModel

from ivigabm.experiments.executors import Processes
from ivigabm.experiments.runner import Arm, run
from ivigabm.perturbation import Perturbation, parse, resolve
from ivigabm.scenario import Scenario

from .clock import Measure
from .worlds import SCENARIO, SMALL

DAYS = 2.0


class Batched(ReferenceModel):
    """The reference as `batch_run` wants a model: keywords, a data collector, an end."""

    def __init__(self, rng: int = 1, world: Perturbation | None = None) -> None:
        super().__init__(SCENARIO, rng=rng, perturbation=world, days=DAYS)
        reporters = {"integrity": _integrity, "finished": _now}
        self.datacollector = DataCollector(model_reporters=reporters)

    def step(self) -> None:
        """One step, then what it came to."""
        super().step()
        self.datacollector.collect(self)


def _integrity(model: ReferenceModel) -> float:
    targets = model.kinds["target_cell"]
    return sum(target.integrity for target in targets) / len(targets)


def _now(model: ReferenceModel) -> float:
    return time.time()


def measure(quick: bool) -> Iterator[Measure]:
    """Replicates per second, from the first result of every process on: without start-up."""
    part, runs, slow = "small replicates", 48 if quick else 256, 6 if quick else 24
    engine = {n: _engine(runs, n) for n in (1, 2)}
    batched = _batch(slow, 2)
    for n, rate in engine.items():
        yield Measure(part, f"engine, {n} process{'es' * (n > 1)}", rate, "runs/s")
    yield Measure(part, "mesa.batch_run of the reference, 2 processes", batched, "runs/s")
    gain = engine[2] / engine[1]
    yield Measure(part, "engine, 2 processes / 1", gain, "×", "1.9 ×", kept=True)
    ratio = engine[2] / batched
    yield Measure(part, "engine / mesa.batch_run, both on 2", ratio, "×", "500 ×", kept=True)


def _rate(finished: list[float], skip: int) -> float:
    """Runs per second once `skip` runs are done."""
    times = sorted(finished)
    return (len(times) - 1 - skip) / (times[-1] - times[skip])


def _engine(runs: int, processes: int) -> float:
    arm = Arm("small", resolve(Scenario.load(SCENARIO), parse(SMALL)), DAYS)
    finished: list[float] = []

    def note(done: int, total: int) -> None:
        if done:
            finished.append(time.time())

    run([arm], range(runs), Processes(processes), progress=note)
    return _rate(finished, skip=runs // 4)


def _batch(runs: int, processes: int) -> float:
    words: dict[str, Any] = {"rng": list(range(runs)), "world": [parse(SMALL)]}
    found = mesa.batch_run(Batched, words, number_processes=processes, display_progress=False)
    return _rate([row["finished"] for row in found], skip=processes)
