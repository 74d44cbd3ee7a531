"""Questions that take long: each in a process of its own, which is killed to stop it."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from ivigabm.app import messages
from ivigabm.app.question import Question
from ivigabm.app.questions import QUESTIONS, asked
from ivigabm.app.tables import csv_of_run, file_name, settings_file
from ivigabm.app.twin_model import TwinModel
from ivigabm.errors import InputError

if TYPE_CHECKING:
    from ivigabm.app.session import Wire

MOST_JOBS = 2  # at work at a time, of all visitors
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads
_EXPORTS = ("csv", "json", "replay", "band")


class Workshop:
    """Where the jobs of all visitors are done."""

    def __init__(self) -> None:
        self.room = asyncio.Semaphore(MOST_JOBS)
        self.ears = ThreadPoolExecutor(MOST_JOBS + 1, "ivigabm-job")
        self.working = 0

    def close(self) -> None:
        """Let go of the threads; desks have stopped their jobs before."""
        self.ears.shutdown(wait=False, cancel_futures=True)


class Desk:
    """The jobs of one visitor, at most one of each name."""

    names = tuple(QUESTIONS)

    def __init__(self, workshop: Workshop, wire: "Wire") -> None:
        self._shop, self._wire = workshop, wire
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._band_csv: tuple[str, str] | None = None

    async def ask(self, twin: TwinModel, message: messages.Message) -> None:
        """Begin a job; one of the same name is stopped.

        Raises
        ------
        InputError : the question does not make sense.
        """
        name = str(message["type"])
        question = asked(name, twin, message)
        self.cancel(name)
        self._tasks[name] = asyncio.create_task(self._work(name, question))

    async def export(self, twin: TwinModel, message: messages.Message) -> None:
        """Answer with a file; that of a replay is made by a job.

        Raises
        ------
        InputError : no such file.
        """
        what = messages.word(message, "what", _EXPORTS)
        if what == "replay":
            await self.ask(twin, {"type": "replay"})
        elif what == "csv":
            await self._file(what, file_name(twin, "csv"), "text/csv", csv_of_run(twin))
        elif what == "json":
            text = settings_file(twin)
            await self._file(what, file_name(twin, "json"), "application/json", text)
        elif self._band_csv is None:
            raise InputError("export: no band yet; run one first")
        else:
            await self._file(what, self._band_csv[0], "text/csv", self._band_csv[1])

    def cancel(self, name: str) -> None:
        """Stop a job, if it is at work."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """Stop all jobs."""
        for name in list(self._tasks):
            self.cancel(name)
        self._band_csv = None

    async def _file(self, what: str, name: str, mime: str, text: str) -> None:
        await self._wire.text(
            {"type": "export", "what": what, "name": name, "mime": mime, "text": text}
        )

    async def _say(self, name: str, state: str, **more: Any) -> None:
        await self._wire.text({"type": "job", "job": name, "state": state, **more})

    async def _work(self, name: str, question: Question) -> None:
        state = "cancelled"
        try:
            await self._say(name, "waiting")
            async with self._shop.room:
                self._shop.working += 1
                try:
                    state = await self._listen(name, question)
                finally:
                    self._shop.working -= 1
        finally:
            if self._tasks.get(name) is asyncio.current_task():
                del self._tasks[name]
            if state != "gone":
                await asyncio.shield(self._say(name, state))

    async def _listen(self, name: str, question: Question) -> str:
        """Run the process and pass on what it says; the state in which the job ends."""
        loop = asyncio.get_running_loop()
        ours, theirs = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_answer, args=(theirs, name, question), daemon=True)
        starting = loop.run_in_executor(None, process.start)
        try:
            await asyncio.shield(starting)
            theirs.close()
            while True:
                said = await loop.run_in_executor(self._shop.ears, _hear, ours)
                if said is None:
                    await self._wire.text(_refused(name, "the computation ended unexpectedly"))
                    return "failed"
                if "done" in said:
                    await self._say(name, "running", **said)
                elif "failed" in said:
                    await self._wire.text(_refused(name, said["failed"]))
                    return "failed"
                else:
                    await self._deliver(name, said)
                    return "done"
        finally:
            await asyncio.shield(starting)  # one stopped before it has begun begins first
            theirs.close()
            process.kill()
            loop.run_in_executor(None, _bury, process, ours)

    async def _deliver(self, name: str, said: Mapping[str, Any]) -> None:
        if "file" in said:
            await self._file(name, *said["file"])
            return
        if "csv" in said:
            self._band_csv = said["csv"]
        await self._wire.text({"type": "result", "job": name, **said["result"]})


def _refused(name: str, reason: str) -> dict[str, str]:
    return {"type": "refused", "about": name, "message": reason}


def _hear(pipe: Connection) -> dict[str, Any] | None:
    """What a process says next; None when it is gone."""
    try:
        said: dict[str, Any] = pipe.recv()
    except (EOFError, OSError):
        return None
    return said


def _bury(process: Any, pipe: Connection) -> None:
    process.join()
    pipe.close()


def _answer(pipe: Connection, name: str, question: Question) -> None:
    """In the process: answer one question, with word of progress."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server stops its jobs itself
    answer: Callable[..., dict[str, Any]] = QUESTIONS[name]
    try:
        said = answer(question, lambda done, of: pipe.send({"done": done, "of": of}))
    except InputError as error:
        said = {"failed": str(error)}
    except (ArithmeticError, LookupError, TypeError, ValueError, OSError, MemoryError) as error:
        said = {"failed": f"{type(error).__name__}: {error}"}
    pipe.send(said)
    pipe.close()
