"""Processes of this machine that compute tasks, and are replaced when they die or grow old.

Every process has its own pipe: one that is killed takes nothing with it but the tasks it held,
and these are given to another. One whose parent is killed reads the end of its pipe and leaves.
"""

import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from ivigabm.experiments.executors import Lost

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2  # tasks a process holds: one that it computes, one to go on with at once
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    held: deque[int] = field(default_factory=deque)
    given: int = 0


@dataclass(frozen=True)
class Pool:
    """Computes tasks in `size` processes.

    Parameters
    ----------
    recycle : tasks after which a process is replaced.
    attempts : processes that a task may lose before it is given up.
    """

    size: int
    recycle: int
    attempts: int

    def map(self, function: Callable[[T], R], tasks: Sequence[T]) -> Generator[R | Lost]:
        """Results as they are ready. An exception of `function` is raised here."""
        from ivigabm.engine.kernel import is_cold  # numba, which not every function needs

        pending = deque(range(len(tasks)))
        deaths: Counter[int] = Counter()
        workers: list[_Worker] = []
        size = 1 if is_cold() else self.size  # one compiles, the others then read its cache
        try:
            while pending or any(worker.held for worker in workers):
                self._staff(workers, function, size, len(pending))
                self._feed(workers, tasks, pending)
                for worker in _ready(workers):
                    try:
                        index, result, error = worker.pipe.recv()
                    except (EOFError, OSError):
                        workers.remove(worker)
                        yield from self._bury(worker, tasks, pending, deaths)
                        continue
                    worker.held.remove(index)
                    if error is not None:
                        raise error
                    size = self.size
                    yield result
        finally:
            for worker in workers:
                _end(worker)

    def _staff(
        self, workers: list[_Worker], function: Callable[[T], R], size: int, pending: int
    ) -> None:
        """Let go who is old, and take on who is missing."""
        for worker in list(workers):
            if worker.given >= self.recycle and not worker.held:
                workers.remove(worker)
                _end(worker)
        while len(workers) < size and pending > sum(_room(w, self.recycle) for w in workers):
            workers.append(_start(function))

    def _feed(self, workers: list[_Worker], tasks: Sequence[Any], pending: deque[int]) -> None:
        """Give everyone a first task, and then a second one, while there are any."""
        for load in range(1, _AHEAD + 1):
            for worker in workers:
                if pending and len(worker.held) < load and worker.given < self.recycle:
                    index = pending.popleft()
                    worker.held.append(index)
                    worker.given += 1
                    try:
                        worker.pipe.send((index, tasks[index]))
                    except OSError:
                        return  # it has died: reading from it says so

    def _bury(
        self, worker: _Worker, tasks: Sequence[T], pending: deque[int], deaths: Counter[int]
    ) -> Iterator[Lost]:
        """Take back what a dead process held. The task it was at may have been what killed it."""
        worker.process.join()
        if worker.held:
            deaths[worker.held[0]] += 1
        for index in reversed(worker.held):
            if deaths[index] < self.attempts:
                pending.appendleft(index)
            else:
                code = worker.process.exitcode
                reason = f"{self.attempts} processes died over it (exit status {code})"
                yield Lost(tasks[index], reason)
        worker.pipe.close()


def _room(worker: _Worker, recycle: int) -> int:
    """Tasks that a process can still be given now."""
    return max(0, min(_AHEAD - len(worker.held), recycle - worker.given))


def _ready(workers: list[_Worker]) -> list[_Worker]:
    readable = wait([worker.pipe for worker in workers])
    return [worker for worker in workers if worker.pipe in readable]


def _start(function: Callable[[Any], Any]) -> _Worker:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_work, args=(theirs, function), daemon=True)
    with _single_threaded():
        process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    """A process keeps nothing that would be lost, so it is simply stopped."""
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _work(pipe: Connection, function: Callable[[Any], Any]) -> None:
    """What a process does until its pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    while True:
        try:
            index, task = pipe.recv()
        except (EOFError, OSError):
            return
        answer: tuple[int, Any, Exception | None]
        try:
            answer = (index, function(task), None)
        except Exception as error:
            answer = (index, None, error)
        try:
            pipe.send(answer)
        except OSError:
            return


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Processes started here use one thread: there is one of them for every core."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
