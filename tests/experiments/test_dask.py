"""A Dask cluster of three worker processes: the same bits, also when one of them is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from light_tasks import die_on_three
from small_sweep import arms, same

from ivigabm.errors import InputError
from ivigabm.experiments.executors import Dask, Lost
from ivigabm.experiments.runner import run
from ivigabm.experiments.store import Store

SEEDS = range(10)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    import dask
    from distributed import LocalCluster

    quick = {"distributed.scheduler.allowed-failures": 1}
    with (
        dask.config.set(quick),
        LocalCluster(
            n_workers=3,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster


def test_a_cluster_gives_the_same_bits(cluster: Any) -> None:
    here = run(arms(), SEEDS, series=True)
    there = run(arms(), SEEDS, Dask(cluster.scheduler_address), series=True)
    same(here.outcomes, there.outcomes)
    same(here.timeseries, there.timeseries)


def test_a_killed_worker_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    from distributed import Client

    with Client(cluster.scheduler_address, set_as_default=False) as client:
        processes = list(client.run(os.getpid).values())
    killed = []

    def kill(done: int, total: int) -> None:
        if done >= 8 and not killed:
            killed.append(processes[0])
            os.kill(processes[0], signal.SIGKILL)

    there = run(arms(), SEEDS, Dask(cluster.scheduler_address), Store(tmp_path), kill)
    assert killed
    assert (there.computed, there.failed) == (len(arms()) * len(SEEDS), 0)
    same(there.outcomes, run(arms(), SEEDS).outcomes)
    assert run(arms(), SEEDS, store=Store(tmp_path)).computed == 0


def test_a_task_that_kills_every_worker_is_given_up_alone(cluster: Any) -> None:
    found = list(Dask(cluster.scheduler_address).map(die_on_three, range(6)))
    lost = [result for result in found if isinstance(result, Lost)]
    assert [one.task for one in lost] == [3]
    assert sorted(set(found) - set(lost)) == [0, 1, 2, 4, 5]


def test_no_scheduler_is_bad_input() -> None:
    with pytest.raises(InputError, match=r"--dask: no scheduler at 'tcp://127.0.0.1:9'"):
        list(Dask("tcp://127.0.0.1:9", timeout_s=0.2).map(abs, [1]))
    with pytest.raises(InputError, match=r"scheduler file 'nowhere\.json' does not exist"):
        list(Dask("nowhere.json", timeout_s=0.2).map(abs, [1]))


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'ivigabm\[dask\]'"):
        list(Dask("tcp://127.0.0.1:9").map(abs, [1]))
