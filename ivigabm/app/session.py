"""One visitor: a twin, what the page asks of it, and one frame in flight."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from typing import Any, Protocol, TypeVar

from ivigabm import __version__
from ivigabm.app import messages
from ivigabm.app.cell import Watched, nearest_cell
from ivigabm.app.frames import frame
from ivigabm.app.happened import Happened
from ivigabm.app.jobs import Desk
from ivigabm.app.meta import SPEEDS
from ivigabm.app.settings import LAST_STEP, Config
from ivigabm.app.twin_model import ARMS, TwinModel
from ivigabm.app.welcome import config_message
from ivigabm.errors import InputError
from ivigabm.scenario import Scenario

STEPS_PER_SECOND = 8.0  # at speed 1
_MOST = 1000  # steps asked for at once
_CHUNK = 16  # steps between two looks at whether somebody wants something else
_REBUILD = ("preparation", "dose", "scenario", "size", "seed")
log = logging.getLogger(__name__)
T = TypeVar("T")


class Wire(Protocol):
    """How a session speaks to its page."""

    async def text(self, message: Mapping[str, Any]) -> None:
        """Send a JSON message."""
        ...

    async def binary(self, data: bytes) -> None:
        """Send a frame."""
        ...


class Session:
    """State of one connection. `handle` takes messages; `drive` steps and sends frames.

    Parameters
    ----------
    number : of this session, for the log. threads : where models are stepped.
    desk : of this visitor, for questions that take long.
    """

    def __init__(
        self,
        wire: Wire,
        number: int,
        threads: Executor,
        desk: Desk,
        scenarios: Mapping[str, Scenario],
    ) -> None:
        self._wire, self._number, self._threads, self._desk = wire, number, threads, desk
        self._scenarios = scenarios
        self._twin: TwinModel | None = None
        self._happened: Happened | None = None
        self._watched: Watched | None = None
        self._following = False
        self._lock = asyncio.Lock()  # who holds it may touch the twin
        self._wake = asyncio.Event()
        self._playing, self._speed, self._skip = False, 1.0, 1
        self._steps = 0  # asked for, beside playing
        self._redraw = False
        self._sent = self._acked = 0
        self._drawn = -1  # t of the newest frame
        self._ended = False
        self._handlers: dict[str, Callable[[messages.Message], Awaitable[None]]] = {
            "reset": self._reset, "step": self._step, "play": self._play, "pause": self._pause,
            "ack": self._ack, "set": self._set, "give": self._give, "inspect": self._inspect,
            "follow": self._follow, "attribution": self._ask, "band": self._ask,
            "sweep": self._ask, "cancel": self._cancel, "export": self._export,
        }  # fmt: skip

    async def hello(self) -> None:
        """The first message."""
        await self._wire.text({"type": "hello", "version": __version__, "session": self._number})

    async def handle(self, text: str) -> None:
        """One message of the page. What cannot be done is refused and changes nothing.

        Raises
        ------
        Garbled : no message at all.
        """
        message = messages.read(text)
        about = message["type"]
        try:
            handler = self._handlers.get(about)
            if handler is None:
                messages.word(message, "type", self._handlers)
            else:
                await handler(message)
        except InputError as error:
            await self.refuse(about, str(error))
        except (ArithmeticError, LookupError, TypeError, ValueError):
            log.exception("session %d: %s", self._number, about[:40])
            await self.refuse(about, "this could not be done; the server's log says why")

    async def refuse(self, about: str, reason: str) -> None:
        """Say why not."""
        await self._wire.text({"type": "refused", "about": about[:40], "message": reason[:2000]})

    def close(self) -> None:
        """Let go of everything."""
        self._desk.close()
        self._twin = self._happened = self._watched = None

    # -- the page asks --------------------------------------------------------------------------

    async def _reset(self, message: messages.Message) -> None:
        config = Config.read(message.get("config", {}), self._scenarios)
        await self._start(config, messages.integer(message, "t", 0, LAST_STEP, 0))

    async def _start(self, config: Config, t: int = 0) -> None:
        """A new twin, shown at a step."""
        async with self._lock:
            twin = await self._away(lambda: TwinModel(config, self._scenarios.get(config.scenario)))
            self._playing, self._steps = False, 0
            self._desk.close()
            self._twin, self._happened = twin, Happened(twin)
            self._happened.notice()
            self._watched, self._following = None, False
            self._drawn, self._ended = -1, False
            self._acked = self._sent
            await self._wire.text(config_message(twin))
        self._steps, self._redraw = t, t == 0
        self._wake.set()

    async def _step(self, message: messages.Message) -> None:
        self._need()
        self._playing = False
        self._steps = min(self._steps + messages.integer(message, "n", 1, _MOST, 1), _MOST)
        self._wake.set()

    async def _play(self, message: messages.Message) -> None:
        self._need()
        speed = message.get("speed", 1)
        if isinstance(speed, bool) or speed not in SPEEDS:
            raise InputError(f"speed: found {messages.short(speed)}, allowed are {SPEEDS}")
        self._skip = messages.integer(message, "skip", 1, 64, 1)
        self._playing, self._speed, self._steps = True, float(speed), 0
        self._wake.set()
        await self._state()

    async def _pause(self, message: messages.Message) -> None:
        self._playing, self._steps = False, 0
        await self._state()

    async def _ack(self, message: messages.Message) -> None:
        self._acked = max(self._acked, messages.integer(message, "frame", 0, self._sent))
        self._wake.set()

    async def _set(self, message: messages.Message) -> None:
        twin, key, value = self._need(), message.get("key"), message.get("value")
        if key in _REBUILD:
            changes: dict[str, Any] = {key: value, "log": []}
            if key == "preparation":
                changes["mechanisms"] = ""
            await self._start(Config.read(twin.config.as_json() | changes, self._scenarios))
            return
        await self._change(str(key)[:60], value)

    async def _give(self, message: messages.Message) -> None:
        await self._change("give", message.get("g_per_kg"))

    async def _change(self, key: str, value: Any) -> None:
        twin = self._need()
        async with self._lock:
            twin.change(key, value)
            if self._happened is not None:
                self._happened.notice()
            entries = [list(change) for change in twin.replayed().log]
            head = {"type": "log", "t": twin.t, "bits": twin.bits, "log": entries}
        await self._wire.text(head)
        self._redraw = True
        self._wake.set()

    async def _inspect(self, message: messages.Message) -> None:
        twin, arm = self._need(), messages.word(message, "arm", ARMS)
        model = twin.models[arm]
        x = messages.real(message, "x", 0, model.world.shape[0])
        y = messages.real(message, "y", 0, model.world.shape[1])
        async with self._lock:
            found = nearest_cell(model, x, y)
            if found is None:
                await self._wire.text({"type": "cell", "arm": arm, "id": None})
                return
            if self._watched is None or (self._watched.arm, self._watched.cell_id) != (arm, found):
                self._watched, self._following = Watched(twin, arm, found), False
            answer = self._watched.as_json()
        await self._wire.text(answer)

    async def _follow(self, message: messages.Message) -> None:
        twin, arm, number = self._need(), messages.word(message, "arm", ARMS), message.get("id")
        if number is None:
            self._watched, self._following = None, False
            return
        if not isinstance(number, str) or not number.isascii() or not number.isdecimal():
            raise InputError(f"id: found {messages.short(number)}, a string of digits is expected")
        cell = int(number[:20])
        if self._watched is None or (self._watched.arm, self._watched.cell_id) != (arm, cell):
            async with self._lock:
                self._watched = Watched(twin, arm, cell)
        self._following = True
        await self._wire.text(self._watched.as_json())

    async def _ask(self, message: messages.Message) -> None:
        await self._desk.ask(self._need(), message)

    async def _cancel(self, message: messages.Message) -> None:
        self._desk.cancel(messages.word(message, "job", self._desk.names))

    async def _export(self, message: messages.Message) -> None:
        twin = self._need()
        async with self._lock:
            await self._desk.export(twin, message)

    # -- time goes on ---------------------------------------------------------------------------

    async def drive(self) -> None:
        """Step and send frames as they are wanted, until cancelled."""
        due = time.monotonic()
        while True:
            wanted = self._redraw or self._steps > 0 or self._playing
            if self._twin is None or not wanted or self._acked < self._sent:
                self._wake.clear()
                await self._wake.wait()
                continue
            if self._playing and not self._redraw and self._speed > 0.0:
                due = max(due, time.monotonic() - 1.0 / STEPS_PER_SECOND)
                wait = due - time.monotonic()
                if wait > 0.0:
                    self._wake.clear()
                    await _sleep_or(self._wake, wait)
                    continue
                due += self._skip / (STEPS_PER_SECOND * self._speed)
            await self._advance_and_show()

    async def _advance_and_show(self) -> None:
        """The steps that are wanted, and a frame when they are all taken."""
        async with self._lock:
            twin = self._need()
            redraw, self._redraw = self._redraw, False
            count = 0 if redraw else min(self._steps, _CHUNK) or self._skip * self._playing
            count = min(count, LAST_STEP - twin.t)
            await self._away(lambda: self._take(count))
            if not redraw and self._steps:
                self._steps = max(0, self._steps - _CHUNK) if twin.t < LAST_STEP else 0
                if self._steps:
                    return
            over = not twin.running and not self._ended
            self._ended = self._ended or over
            if over or twin.t >= LAST_STEP:
                self._playing = False
            data = await self._away(self._draw)
        await self._wire.binary(data)
        if over:
            await self._state()

    def _take(self, count: int) -> None:
        """Steps, in a thread; those who watch look after each."""
        twin, happened, watched = self._twin, self._happened, self._watched
        assert twin is not None and happened is not None
        for _ in range(count):
            twin.step()
            happened.notice()
            if watched is not None:
                watched.see()

    def _draw(self) -> bytes:
        twin, happened = self._twin, self._happened
        assert twin is not None and happened is not None
        new = twin.t != self._drawn
        self._sent += 1
        self._drawn = twin.t
        following = self._watched if self._following else None
        head = {
            "frame": self._sent,
            "ended": self._ended,
            "playing": self._playing,
            "new": new,
            "happened": happened.sentences(),
            "follow": following.as_json() if following else None,
        }
        return frame(twin, head)

    async def _state(self) -> None:
        await self._wire.text({
            "type": "state", "playing": self._playing, "speed": self._speed,
            "t": self._twin.t if self._twin else 0, "ended": self._ended,
        })  # fmt: skip

    async def _away(self, work: Callable[[], T]) -> T:
        """Do it in a thread: a step would hold up all other visitors."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _need(self) -> TwinModel:
        if self._twin is None:
            raise InputError("no run yet; the first message is a reset")
        return self._twin


async def _sleep_or(event: asyncio.Event, seconds: float) -> None:
    """Sleep, but not through an event."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
