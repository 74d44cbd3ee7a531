"""Where runs are computed: in this process, in processes of this machine, on a Dask cluster.

All three have one method, `map(function, tasks)`. It yields what `function` gives, in the order
in which it is ready, and a `Lost` for a task whose worker died time after time.
"""

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ivigabm.errors import InputError

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3  # workers that a task may lose before it is given up
_AHEAD = 4  # tasks that wait on a cluster for each of its threads
_FEW = 4  # threads that a cluster is taken to have while its workers are still coming


@dataclass(frozen=True)
class Lost:
    """A task that no worker survived."""

    task: Any
    reason: str


class Executor(Protocol):
    """Something that can compute many tasks."""

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T]
    ) -> Generator[R | Lost, None, None]:
        """Results of `function`, in any order."""
        ...


class InProcess:
    """Computes in this process, one task after the other."""

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T]
    ) -> Generator[R | Lost, None, None]:
        """Results in the order of the tasks."""
        for task in tasks:
            yield function(task)


@dataclass(frozen=True)
class Processes:
    """Computes in processes of this machine, one thread each.

    Parameters
    ----------
    workers : number of processes; otherwise one for each core that this process may use.
    recycle : tasks after which a process is replaced by a new one, so that what libraries
        never free does not add up.
    """

    workers: int | None = None
    recycle: int = 500

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T]
    ) -> Generator[R | Lost, None, None]:
        """Results as they are ready. A process that dies is replaced and its tasks repeated."""
        from ivigabm.experiments.pool import Pool

        pool = Pool(self.workers or cores(), self.recycle, ATTEMPTS)
        return pool.map(function, tasks)


@dataclass(frozen=True)
class Dask:
    """Computes on the workers of a running Dask scheduler.

    Parameters
    ----------
    address : of the scheduler, such as `tcp://10.0.0.1:8786`, or the path of its scheduler file.

    Raises
    ------
    InputError : `distributed` is not installed, or no scheduler answers.
    """

    address: str
    timeout_s: float = 20.0

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T]
    ) -> Generator[R | Lost, None, None]:
        """Results as they are ready; the scheduler repeats tasks of workers that die."""
        distributed = _distributed()
        with self._client(distributed) as client:
            blamed: list[Lost] = []
            for result in _on_cluster(distributed, client, function, tasks):
                if isinstance(result, Lost):
                    blamed.append(result)
                else:
                    yield result
            for lost in blamed:  # a death counts against all that waited there: try each alone
                yield from _on_cluster(distributed, client, function, [lost.task])

    def _client(self, distributed: Any) -> Any:
        where = {"address": self.address}
        if self.address.endswith(".json"):
            where = {"scheduler_file": self.address}
            if not Path(self.address).is_file():  # Dask would wait for it without end
                raise InputError(f"--dask: scheduler file '{self.address}' does not exist")
        try:
            return distributed.Client(**where, timeout=self.timeout_s, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise InputError(f"--dask: no scheduler at '{self.address}': {reason}") from None


def _on_cluster(
    distributed: Any, client: Any, function: Callable[[T], R], tasks: Sequence[T]
) -> Generator[R | Lost, None, None]:
    """Keep a few tasks waiting for every thread of the cluster, not all of them."""
    waiting = iter(tasks)
    held: dict[str, T] = {}

    def submit(most: int) -> list[Any]:
        futures = []
        for task in islice(waiting, most):
            # impure: what two sweeps ask for at once is not shared behind their backs
            future = client.submit(function, task, pure=False)
            held[future.key] = task
            futures.append(future)
        return futures

    threads = sum(client.nthreads().values())
    first = submit(_AHEAD * max(threads, _FEW))
    queue = distributed.as_completed(first, loop=client.loop)
    for future in queue:
        task = held.pop(future.key)
        if future.status == "finished":
            yield future.result()
        else:
            problem = future.exception()
            if future.status == "error" and not isinstance(problem, distributed.KilledWorker):
                raise problem
            yield Lost(task, f"the cluster gave it up: {problem!r}")
        queue.update(submit(1))


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise InputError("--dask needs an extra: pip install 'ivigabm[dask]'") from None


def cores() -> int:
    """Cores that this process may use; a batch system grants fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local(workers: int) -> Executor:
    """The executor for a number of processes on this machine; 1 is this process itself."""
    return InProcess() if workers == 1 else Processes(workers)
