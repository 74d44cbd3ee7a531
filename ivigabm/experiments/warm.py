"""Compile every kernel of a run beforehand, with a process per core into one cache.

Kernels compile when they are first called. Each process steps the same small worlds, but begins
at another phase: what one has compiled, the others then find in the cache.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

from ivigabm.experiments.executors import cores
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse

SCENARIOS = ("cidp", "itp", "mouse_kbxn", "mouse_eae")  # fixed, in blood, neutrophils, T cells
SMALL = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 24,
    "set.cells.igg_parcels": 4, "set.cells.autoantibody_parcels": 8, "set.run_in_days": 0,
    "treat_day": 0,
}  # fmt: skip
STEPS = 3


def warm(progress: Callable[[int, int], None], workers: int | None = None) -> bool:
    """Compile, and say how far it has come as (phases done, phases in all).

    Returns whether all processes went through; if not, what is missing compiles at first use.
    """
    count = workers or cores()
    command = [sys.executable, "-m", "ivigabm.experiments.warm"]
    processes = [
        subprocess.Popen(
            [*command, str(i), str(count)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for i in range(count)
    ]
    said: SimpleQueue[bool] = SimpleQueue()  # True for a phase, False for an end
    for process in processes:
        Thread(target=_listen, args=(process, said), daemon=True).start()
    done, running = 0, count
    while running:
        if said.get():
            done += 1
            progress(min(done, total(count)), total(count))
        else:
            running -= 1
    ends = [process.wait() for process in processes]
    return not any(ends)


def _listen(process: "subprocess.Popen[bytes]", said: "SimpleQueue[bool]") -> None:
    assert process.stdout is not None
    for _ in process.stdout:
        said.put(True)
    said.put(False)


def total(count: int) -> int:
    """Lines that `count` processes print."""
    return sum(1 for part in range(count) for _ in _plan(part, count))


def _plan(part: int, count: int) -> Iterator[tuple[str, int]]:
    """Scenario, and phase or step, in the order of one process.

    The first scenario is everybody's, from another phase on; the others are shared out.
    """
    names = phase_names()
    first = part * len(names) // count
    for k in range(len(names)):
        yield SCENARIOS[0], (first + k) % len(names)
    rest = SCENARIOS[1:]
    for k in range(len(rest)):
        yield rest[(part + k) % len(rest)], len(names)


def phase_names() -> tuple[str, ...]:
    """Names of the phases that are called one by one."""
    return (
        "plasma", "transport", "ports", "contacts", "binding", "signalling",
        "receptor_expression", "sensing", "phagocytosis", "complement", "cytokines", "b_lineage",
        "opsonization", "tissue",
    )  # fmt: skip


def _phase(model: IVIgModel, name: str) -> None:
    if name == "ports":
        model.write_ports()
        return
    for group in model.world.phagocytes:
        held = getattr(group, name, None)
        if held is not None:
            held.advance(model.world)
            return
    getattr(model, name).advance(model.world)


def _model(scenario: str) -> IVIgModel:
    """A small treated individual at its start."""
    model = IVIgModel(scenario, rng=1, perturbation=parse(dict[str, Any](SMALL)))
    world = model.world
    shape = len(world.own.tissue), *world.ports["type2_signal"].shape
    world.local_antibody = np.zeros(shape)  # the ports may come after who reads it
    return model


def compile_part(part: int, count: int) -> Iterator[None]:
    """One process' share of the work, phase after phase."""
    names, model = phase_names(), _model(SCENARIOS[0])
    for scenario, phase in _plan(part, count):
        if phase < len(names):
            _phase(model, names[phase])
        else:
            other = _model(scenario)
            for _ in range(STEPS):
                other.step()
        yield
    for _ in range(STEPS):
        model.step()


if __name__ == "__main__":
    for _ in compile_part(int(sys.argv[1]), int(sys.argv[2])):
        print("done", flush=True)
