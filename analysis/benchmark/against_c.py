"""Two kernels against their transcription in C, compiled here with -O3 -march=native."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ivigabm.engine.streams import EPOCH, Streams
from ivigabm.model import IVIgModel
from ivigabm.processes.binding_rules import bind_contacts
from ivigabm.processes.transport import walk_parcels

from .clock import Measure, paired
from .worlds import SCENARIO, sized

FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
SEED, PURPOSE = 1, 7
PARCELS, TIMES = 100_000, 20


def measure(quick: bool) -> Iterator[Measure]:
    """Time of the engine's kernel over that of C, which gives the same bits."""
    part = "against C"
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        yield Measure(part, "no C compiler here, nothing measured", float("nan"), "")
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernels.so"
        source = Path(__file__).with_name("kernels.c")
        subprocess.run([compiler, *FLAGS, "-o", library, source, "-lm"], check=True)
        c = ctypes.CDLL(str(library))
        for name, ratio in (("transport", _transport(c)), ("binding", _binding(c, quick))):
            yield Measure(part, f"{name}: engine / C", ratio, "×", "at most 1.3 ×")
            yield Measure(part, f"{name}: C / engine", 1.0 / ratio, "×", kept=True)


def _given(*values: Any) -> list[Any]:
    """Arguments for C: arrays by address, floats as double, the rest as 64-bit integers."""
    given: list[Any] = []
    for value in values:
        if isinstance(value, np.ndarray):
            given.append(value.ctypes.data_as(ctypes.c_void_p))
        elif isinstance(value, float):
            given.append(ctypes.c_double(value))
        else:
            given.append(ctypes.c_int64(int(value)))
    return given


def _transport(c: Any) -> float:
    """Draws and jumps of parcels."""
    ids = np.arange(PARCELS, dtype=np.uint64) | np.uint64(5 << 56)
    streams, theirs = Streams(SEED), np.zeros((PARCELS, 4), np.uint64)
    places = np.random.default_rng(1).integers(0, 320, (4, PARCELS)).astype(np.int32)
    places[2:] = places[:2]
    drawing = _given(SEED, PURPOSE, EPOCH, ids, PARCELS, theirs)
    jumping = _given(theirs, PARCELS, 3, places[2], places[3], 320, 320)

    def engine() -> None:
        for _ in range(TIMES):
            words = streams.words(PURPOSE, 0, ids)
            walk_parcels(words, PARCELS, 3, places[0], places[1], 320, 320)

    def in_c() -> None:
        for _ in range(TIMES):
            c.draw_words(*drawing)
            c.walk_parcels(*jumping)

    engine()
    in_c()
    fast, slow = paired(in_c, engine, rounds=7)
    if not np.array_equal(places[:2], places[2:]):
        raise AssertionError("transport: C gives other numbers")
    return slow / fast


def _binding(c: Any, quick: bool) -> float:
    """Contact patches of a treated section, some steps after the first dose."""
    model = IVIgModel(SCENARIO, rng=1, perturbation=sized(128 if quick else 320))
    for _ in range(4):
        model.step()
    world, binding, contacts = model.world, model.binding, model.contacts
    cells, target = model.tables["macrophage"], model.tables["target_cell"]
    kinds, types = binding.kappa.shape
    own = binding.own_competition(world).copy()
    port = world.ports["fcgr_competitor"]
    bound, linked = np.zeros((contacts.n, types)), np.zeros((cells.n, types))
    first = (
        contacts.n, contacts.phagocyte, contacts.target, cells["x"], cells["y"],
        world.molecule_pitch, binding.copies, binding.per_patch, target["opsonin"],
        binding.touched, binding.kappa, own, port, binding.dimer_weight,
    )  # fmt: skip
    room = binding.bound, binding.work, binding.scratch, binding.linked
    given = _given(*first, bound, linked, cells.n, kinds, types, *port.shape[2:])

    def engine() -> None:
        for _ in range(TIMES):
            bind_contacts(*first[:9], 0.0, *first[9:], *room)

    def in_c() -> None:
        for _ in range(TIMES):
            c.bind_contacts(*given)

    engine()
    in_c()
    fast, slow = paired(in_c, engine, rounds=7)
    if bound.tobytes() != binding.bound[: contacts.n].tobytes():
        raise AssertionError("binding: C gives other numbers")
    return slow / fast
