"""How fast many runs go: two processes against one, and what runner and store cost.

    python analysis/runner_rate.py [RUNS] [DAYS]

Runs small worlds, prints the rate of each number of processes with start-up counted in, and the
share of time that is spent outside of the simulation itself.
"""

import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from ivigabm import Scenario
from ivigabm.experiments.executors import Executor, InProcess, Processes
from ivigabm.experiments.runner import Arm, run
from ivigabm.experiments.store import Store
from ivigabm.perturbation import parse, resolve

SMALL = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 24,
    "set.cells.b_cell": 60, "set.cells.igg_parcels": 4, "set.cells.autoantibody_parcels": 8,
    "set.target.count_per_agent": 2.0, "set.run_in_days": 0.25,
}  # fmt: skip


def rate(executor: Executor, runs: int, days: float) -> tuple[float, float, float]:
    """Runs per second, share of time outside of the simulation, and CPU of this process per run.

    The share is that of one process; it says nothing where several compute at once.
    """
    arm = Arm("treated", resolve(Scenario.load("itp"), parse(SMALL)), days)
    with tempfile.TemporaryDirectory() as folder:
        started, cpu = time.perf_counter(), time.process_time()
        run([arm], range(runs), executor, Store(folder))
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        parts = [pq.read_table(part).to_pandas() for part in Path(folder).rglob("*.parquet")]
    inside = sum(part.drop_duplicates("seed")["wall_s"].sum() for part in parts)
    return runs / wall, 1 - inside / wall, cpu / runs


def main(runs: int = 1000, days: float = 7.0) -> None:
    """Measure and print."""
    run([Arm("warm", resolve(Scenario.load("itp"), parse(SMALL)), 1.0)], [0])
    here, overhead, _ = rate(InProcess(), max(runs // 10, 10), days)
    print(f"in process: {here:.2f} runs/s, {100 * overhead:.1f} % outside of the simulation")
    one, _, _ = rate(Processes(1), runs, days)
    two, _, cpu = rate(Processes(2), runs, days)
    print(f"1 process: {one:.2f} runs/s; 2 processes: {two:.2f} runs/s, {two / one:.2f} times that")
    print(f"the process that collects: {1e3 * cpu:.2f} ms of CPU a run")


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, float), sys.argv[1:], strict=False)))
