"""The same bits whatever the machine does beneath: vector level, libm, BLAS, threads, chunks."""

import gc
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import small_runs
from reference.worlds import small

from ivigabm.experiments.executors import InProcess, Processes
from ivigabm.experiments.runner import Arm, run
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario

HERE = Path(__file__).parent


@cache
def digests() -> tuple[str, ...]:
    """Lines that `small_runs` prints, from this process."""
    return tuple(f"{name} {small_runs.run(name)}" for name in small_runs.SCENARIOS)


def elsewhere(**variables: str) -> tuple[str, ...]:
    """The same lines from a process with these variables of its environment set."""
    paths = [str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **variables}
    command = [sys.executable, str(HERE / "small_runs.py")]
    found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return tuple(found.stdout.splitlines())


def vector_levels() -> str:
    """Instruction sets that NumPy would choose here beyond those that it is built for."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


def test_numpy_held_to_its_baseline_instruction_set():
    levels = vector_levels()
    probe = (
        "from numpy._core._multiarray_umath import __cpu_features__ as f, __cpu_dispatch__ as d;"
        "print(sum(bool(f.get(n)) for n in d))"
    )
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": levels}
    left = subprocess.run(
        [sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=True
    )
    assert left.stdout.strip() == "0"
    assert elsewhere(NPY_DISABLE_CPU_FEATURES=levels) == digests()


@pytest.mark.parametrize(
    "variables",
    [
        {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX2_Usable,-FMA_Usable"},
        {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},
        {"PYTHONHASHSEED": "7"},
    ],
    ids=["libm without FMA", "one BLAS thread", "two BLAS threads", "another hash seed"],
)
def test_what_runs_beneath_changes_no_bit(variables):
    assert elsewhere(**variables) == digests()


def test_two_worlds_in_two_threads():
    names = small_runs.SCENARIOS * 2
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(small_runs.run, names))
    assert [f"{n} {d}" for n, d in zip(names, found, strict=True)] == list(digests()) * 2


def test_worlds_that_take_turns_step_by_step():
    """Nothing is shared between models of one process but what never changes."""
    models = [small_runs.made(name) for name in small_runs.SCENARIOS]
    for _ in range(small_runs.STEPS):
        for model in models:
            model.step()
    found = [small_runs.digest(model) for model in models]
    names = small_runs.SCENARIOS
    assert [f"{n} {d}" for n, d in zip(names, found, strict=True)] == list(digests())


@pytest.mark.parametrize("seeds", [(1, 2, 3, 4), (4, 2), (3,)])
def test_processes_and_chunks_change_no_bit(seeds):
    arm = Arm("a", resolve(Scenario.load("itp"), parse(small("itp"))), 0.5)
    alone = run([arm], [1, 2, 3, 4], InProcess()).outcomes
    shared = run([arm], seeds, Processes(2, recycle=1)).outcomes
    expected = alone[alone["seed"].isin(seeds)]
    assert len(shared) == len(expected) > 0
    for seed in seeds:
        ours = shared.loc[shared["seed"] == seed, "value"].to_numpy()
        theirs = expected.loc[expected["seed"] == seed, "value"].to_numpy()
        assert ours.tobytes() == theirs.tobytes()


def resident() -> int:
    """Bytes that this process holds in memory now, or has held at most where nobody says."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def grown(first: int, runs: int) -> tuple[int, int]:
    """Objects and bytes by which a process grows over `runs` runs, after `first` others."""
    change = parse(small("itp", **{"set.run_in_days": 0}))

    def one(seed: int) -> None:
        model = IVIgModel("itp", rng=seed, days=0.25, perturbation=change).run()
        assert len(model.agents) > 0
        assert model.grid[3, 3].agents is not None  # a grid is built, and Mesa keeps some of it

    def models() -> int:
        gc.collect()
        return sum(isinstance(thing, IVIgModel) for thing in gc.get_objects())

    def size() -> tuple[int, int]:
        assert models() == others
        return len(gc.get_objects()), resident()

    others = models()  # that other tests of this process still hold
    for seed in range(first):
        one(seed)
    objects, held = size()
    for seed in range(runs):
        one(seed)
    after = size()
    return after[0] - objects, after[1] - held


def test_memory_stays_flat():
    objects, held = grown(10, 40)
    assert objects < 40  # not one a run
    assert held < 16e6  # what the allocator keeps for itself comes to rest at some 7e6


@pytest.mark.slow
def test_memory_stays_flat_over_many_runs():
    objects, held = grown(100, 400)
    assert objects < 40
    assert held < 16e6


def test_draws_do_not_hang_on_how_many_are_asked_for():
    streams = small_runs.made("cidp").world.streams
    ids = np.arange(1000, dtype=np.uint64)
    whole = streams.words(5, 1, ids).copy()
    parts = [streams.words(5, 1, part).copy() for part in np.array_split(ids, 7)]
    assert np.array_equal(np.concatenate(parts), whole)
