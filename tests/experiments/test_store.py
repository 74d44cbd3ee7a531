"""The store: never half-written, read while it grows, shared by several writers."""

import errno
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from small_sweep import arms, same, write_plan

from ivigabm.experiments import parts
from ivigabm.experiments.runner import compute, run
from ivigabm.experiments.store import BATCH_RUNS, Memory, Store, StoreError
from ivigabm.experiments.sweeps import sweep
from ivigabm.experiments.task import Run


def made_up(key: str, seed: int, series: bool = False) -> Run:
    table = np.array([[0.0, seed], [1.0, 2.0 * seed]]) if series else None
    names = ("tnf",) if series else ()
    return Run(key, seed, (("a", "g", 0.1 * seed), ("b", "", -1.0)), names, table, 10)


def files(folder: Path, prefix: str = "outcomes") -> list[Path]:
    return sorted(folder.rglob(f"{prefix}-*.parquet"))


def test_what_was_computed_is_found_again(tmp_path: Path) -> None:
    first = run(arms(), [1, 2], store=Store(tmp_path), series=True)
    more = run(arms(), [1, 2, 3], store=Store(tmp_path), series=True)
    assert (first.computed, more.computed, more.cached) == (8, 4, 8)
    fresh = run(arms(), [1, 2, 3], series=True)
    same(more.outcomes, fresh.outcomes)
    same(more.timeseries, fresh.timeseries)
    assert more.agent_steps == fresh.agent_steps


def test_series_are_computed_where_only_outcomes_are_kept(tmp_path: Path) -> None:
    run(arms(), [1], store=Store(tmp_path))
    again = run(arms(), [1], store=Store(tmp_path), series=True)
    assert again.computed == 4
    same(again.outcomes, run(arms(), [1], store=Store(tmp_path)).outcomes)
    assert not again.outcomes.duplicated(["key", "seed", "outcome"]).any()


def test_runs_of_other_code_are_neither_used_nor_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path) as store:
        store.add(made_up("k", 1), {})
    monkeypatch.setattr("ivigabm.experiments.store.code_version", lambda: "later")
    assert Store(tmp_path).done() == set()
    monkeypatch.undo()
    assert Store(tmp_path).done() == {("k", 1)}


def test_partial_results_are_readable_while_it_runs(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for seed in range(BATCH_RUNS):
            store.add(made_up("k", seed), {"days": 1.0})
        table, steps = Store(tmp_path).outcomes()
        assert table["seed"].nunique() == BATCH_RUNS
        assert steps == 10 * BATCH_RUNS
        store.add(made_up("k", 99), {})
        assert ("k", 99) not in Store(tmp_path).done()
        deadline = time.monotonic() + 10
        while ("k", 99) not in Store(tmp_path).done():  # written though nothing else is added
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert Store(tmp_path).inputs() == {"k": {"days": 1.0}}


def test_many_runs_make_few_files(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for seed in range(40 * BATCH_RUNS):
            store.add(made_up("k", seed), {})
    assert len(files(tmp_path)) == 1
    assert len(Store(tmp_path).done()) == 40 * BATCH_RUNS


@pytest.mark.parametrize("damage", ["truncated", "emptied", "one byte"])
@pytest.mark.parametrize("prefix", ["outcomes", "series"])
def test_a_damaged_part_is_noticed_and_redone(tmp_path: Path, damage: str, prefix: str) -> None:
    whole = run(arms(), [1, 2], store=Store(tmp_path), series=True)
    run(arms(), [3], store=Store(tmp_path), series=True)
    part = files(tmp_path, prefix)[0]
    lost = pq.read_table(part).select(["key", "seed"]).to_pandas().drop_duplicates()
    content = bytearray(part.read_bytes())
    if damage == "one byte":
        content[len(content) // 3] ^= 0x10
    part.write_bytes(content[: {"truncated": len(content) // 2, "emptied": 0}.get(damage)])
    again = run(arms(), [1, 2], store=Store(tmp_path), series=True)
    assert again.computed == len(lost[lost["seed"] < 3])
    same(again.outcomes, whole.outcomes)
    same(again.timeseries, whole.timeseries)
    assert not part.exists()
    assert run(arms(), [1, 2], store=Store(tmp_path), series=True).computed == 0


def test_a_writer_killed_while_writing_leaves_only_a_stale_file(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(made_up("k", 1), {})
    folder = files(tmp_path)[0].parent
    young, old = folder / ".outcomes-x-000001.tmp", folder / ".outcomes-y-000001.tmp"
    for file in (young, old):
        file.write_bytes(b"PAR1 half")
    os.utime(old, (0, 0))
    with Store(tmp_path) as store:
        assert store.done() == {("k", 1)}
    assert young.exists()  # it may belong to a writer that is alive
    assert not old.exists()


def test_a_crash_between_merging_and_clearing_up_shows_no_row_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "unlink", lambda *args, **kwargs: None)
    with Store(tmp_path) as store:
        for seed in range(3):
            store.add(made_up("k", seed, series=True), {})
            store.flush()
    assert len(files(tmp_path)) == 4
    table, steps = Store(tmp_path).outcomes()
    assert len(table) == 6
    assert steps == 30
    assert len(Store(tmp_path).timeseries()) == 6


def test_writers_and_readers_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Four writers that merge their parts all the time, and one reader that never fails."""
    problems: list[Exception] = []
    counts: list[int] = []
    busy = threading.Event()

    def write(number: int) -> None:
        try:
            with Store(tmp_path) as store:
                for seed in range(60):
                    store.add(made_up(f"k{number}", seed), {})
                    store.flush()
        except Exception as problem:
            problems.append(problem)

    def read() -> None:
        try:
            while not busy.is_set():
                counts.append(len(Store(tmp_path).done()))
        except Exception as problem:
            problems.append(problem)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    busy.set()
    reader.join()
    assert not problems
    assert counts == sorted(counts)  # what was there once stays there
    table, _ = Store(tmp_path).outcomes()
    assert len(Store(tmp_path).done()) == 240
    assert len(table) == 480


def full_after(count: int) -> Any:
    """A disk that takes some more files and is full then."""
    calls = 0

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > count:
            raise OSError(errno.ENOSPC, "No space left on device")

    return fsync


def test_a_full_disk_is_said_and_what_is_there_stays_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.os, "fsync", full_after(1))
    with pytest.raises(StoreError, match=r"No space left.* runs are kept.*make room") as caught:
        run(arms(), range(8), store=Store(tmp_path))
    monkeypatch.undo()
    kept = len(Store(tmp_path).done())  # one batch, by number or by time
    assert 0 < kept <= BATCH_RUNS
    assert f" {kept} runs are kept" in str(caught.value)
    assert not list(tmp_path.rglob("*.tmp"))
    again = run(arms(), range(8), store=Store(tmp_path))
    assert (again.computed, again.cached) == (32 - kept, kept)
    same(again.outcomes, run(arms(), range(8)).outcomes)


def test_a_disk_too_full_to_merge_keeps_the_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.os, "fsync", full_after(3))
    with Store(tmp_path) as store:
        for seed in range(3):
            store.add(made_up("k", seed), {})
            store.flush()
    assert len(files(tmp_path)) == 3
    assert len(Store(tmp_path).done()) == 3


@pytest.mark.slow
def test_a_small_disk_really_fills_up(tmp_path: Path) -> None:
    """Needs the right to mount (root)."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    try:
        with pytest.raises(StoreError, match="No space left"):
            run(arms(), range(40), store=Store(disk), series=True)
        kept = Store(disk).done(series=True)
        assert 0 < len(kept) < 160
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        again = run(arms(), range(40), store=Store(disk), series=True)
        assert again.cached == len(kept)
        same(again.outcomes, run(arms(), range(40)).outcomes)
    finally:
        subprocess.run(["umount", disk], check=True)


# -- killed -------------------------------------------------------------------------------------


def sweep_process(plan: Path, out: Path, workers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ivigabm", "sweep", str(plan), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [*command, "--workers", str(workers)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_parts(process: subprocess.Popen[str], out: Path, count: int) -> None:
    while len(files(out)) < count and process.poll() is None:
        time.sleep(0.01)


def kill_and_resume(folder: Path, moments: int, replicates: int) -> list[float]:
    """Share of the runs that each killed sweep had kept."""
    plan = write_plan(folder, replicates=replicates)
    whole = sweep(plan)
    draw = random.Random(5)
    shares = []
    for moment in range(moments):
        out = folder / f"out{moment}"
        process = sweep_process(plan, out, workers=1 + moment % 2)
        wait_for_parts(process, out, draw.randint(0, 2))
        time.sleep(draw.uniform(0.0, 0.5))
        process.kill()
        assert process.stderr is not None
        process.stderr.close()
        process.wait()
        kept = Store(out / "store").done()
        again = sweep(plan, out)
        assert again.cached == len(kept)
        assert again.computed == whole.runs - len(kept)
        same(again.table, whole.table)
        stored = Store(out / "store").outcomes()[0]
        assert not stored.duplicated(["key", "seed", "outcome"]).any()
        assert len(Store(out / "store").done()) == whole.runs
        shares.append(len(kept) / whole.runs)
    return shares


def test_a_sweep_killed_at_random_moments_goes_on(tmp_path: Path) -> None:
    assert len(kill_and_resume(tmp_path, moments=3, replicates=5)) == 3


@pytest.mark.slow
def test_a_sweep_killed_at_twenty_random_moments_goes_on(tmp_path: Path) -> None:
    shares = kill_and_resume(tmp_path, moments=20, replicates=8)
    assert sum(0 < share < 1 for share in shares) >= 5  # in the middle, not before or after


def test_named_observations_come_back(tmp_path: Path) -> None:
    """A run may keep only what is asked of it, with probes and the row before the first step."""
    names = ("cells[macrophage]", "clinical_score")
    asked = [replace(one, observe=names) for one in arms()[:2]]
    assert {one.key for one in asked}.isdisjoint(one.key for one in arms())
    found = []
    for place in (Memory(), Store(tmp_path)):
        new = list(compute(asked, [1, 2], None, place, series=True))
        assert [run.error for run in new] == [""] * 4
        wanted = {(run.key, run.seed) for run in new}
        assert list(compute(asked, [1, 2], None, place, series=True)) == []
        courses = place.courses(wanted, names)
        for one in new:
            table = courses[one.key, one.seed]
            assert list(table) == ["day", *names]
            assert table.to_numpy().tobytes() == one.series.tobytes()
            assert table["day"].iloc[0] == 0.0
            assert (table["cells[macrophage]"] > 0).all()
        found.append(courses)
        assert place.courses(set(), names) == {}
        assert list(place.courses({(asked[0].key, 2)}, names[1:])) == [(asked[0].key, 2)]
    assert set(found[0]) == set(found[1])
