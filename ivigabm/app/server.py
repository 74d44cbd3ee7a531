"""The server: files, what can be shown, and a session for every websocket."""

import asyncio
import gc
import json
import logging
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from ivigabm.app.guard import Guard
from ivigabm.app.jobs import Desk, Workshop
from ivigabm.app.messages import MOST_BYTES, Garbled
from ivigabm.app.meta import meta, scenario_json
from ivigabm.app.session import Session
from ivigabm.scenario import Scenario

MOST_SESSIONS = 16
IDLE_SECONDS = 900.0
STATIC = Path(__file__).parent / "static"
_CLOSED = (WebSocketDisconnect, RuntimeError, OSError)  # what a send to a closed socket raises
_TRY_LATER, _GARBLED, _GOING_AWAY, _TOO_LONG = 1013, 1007, 1001, 1009
log = logging.getLogger(__name__)


class _Files(StaticFiles):
    """Files that are asked for anew, and answered with 304 where they have not changed."""

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "no-cache"
        return response


class _Socket:
    """The wire of a session: one sender at a time."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._turn = asyncio.Lock()

    async def text(self, message: Mapping[str, Any]) -> None:
        """A JSON message; one that the page does not wait for any more is lost."""
        said = json.dumps(message, ensure_ascii=False, allow_nan=False)
        async with self._turn:
            with suppress(*_CLOSED):
                await self._socket.send_text(said)

    async def binary(self, data: bytes) -> None:
        """A frame."""
        async with self._turn:
            with suppress(*_CLOSED):
                await self._socket.send_bytes(data)


class Server:
    """Sessions and what they share.

    Parameters
    ----------
    scenario : the one that the page opens with; a file's is added to those that are known.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        most_sessions: int = MOST_SESSIONS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.scenarios = {scenario.name: scenario} if scenario else {}
        self.sessions: set[Session] = set()
        self._most, self._idle = most_sessions, idle_seconds
        self._numbers = count(1)
        self._threads = ThreadPoolExecutor(max(2, os.cpu_count() or 2), "ivigabm-step")
        self._workshop = Workshop()

    def close(self) -> None:
        """Let go of sessions and threads."""
        for session in self.sessions:
            session.close()
        self._workshop.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def meta(self, request: Request) -> Response:
        """`/api/meta`."""
        known = dict(meta())
        for name, scenario in self.scenarios.items():
            others = [row for row in known["scenarios"] if row["id"] != name]
            known["scenarios"] = [*others, scenario_json(scenario)]
            known["defaults"] = known["defaults"] | {"scenario": name}
        return JSONResponse(known, headers={"cache-control": "no-cache"})

    async def health(self, request: Request) -> Response:
        """`/api/health`."""
        known = {
            "sessions": len(self.sessions), "most": self._most, "jobs": self._workshop.working
        }  # fmt: skip
        return JSONResponse(known, headers={"cache-control": "no-store"})

    async def visit(self, socket: WebSocket) -> None:
        """One websocket, from its first message to its last."""
        await socket.accept()
        wire = _Socket(socket)
        if len(self.sessions) >= self._most:
            full = f"all {self._most} places are taken; try again when somebody has left"
            await wire.text({"type": "refused", "about": "connect", "message": full})
            await _shut(socket, _TRY_LATER)
            return
        session = Session(
            wire, next(self._numbers), self._threads, Desk(self._workshop, wire), self.scenarios
        )
        self.sessions.add(session)
        try:
            await session.hello()
            driver = asyncio.create_task(session.drive())
            reader = asyncio.create_task(self._read(session, socket))
            await asyncio.wait({driver, reader}, return_when=asyncio.FIRST_COMPLETED)
            for task in (driver, reader):
                task.cancel()
            for ended in await asyncio.gather(driver, reader, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, _CLOSED):
                    log.error("a session broke off", exc_info=ended)
        finally:
            session.close()
            self.sessions.discard(session)
            await _shut(socket, _GOING_AWAY)
            # Mesa's models hold themselves; what a visitor leaves behind is not left to chance.
            asyncio.get_running_loop().run_in_executor(self._threads, gc.collect)

    async def _read(self, session: Session, socket: WebSocket) -> None:
        """Messages, until the page goes away or has nothing more to say."""
        while True:
            try:
                message = await asyncio.wait_for(socket.receive(), self._idle)
            except TimeoutError:
                await session.refuse("idle", "nobody has asked for anything; reload to go on")
                await _shut(socket, _GOING_AWAY)
                return
            if message["type"] != "websocket.receive":
                return
            text = message.get("text")
            if text is not None and len(text.encode()) > MOST_BYTES:
                await _shut(socket, _TOO_LONG)
                return
            try:
                if text is None:
                    raise Garbled("message: text is expected, found bytes")
                await session.handle(text)
            except Garbled as error:
                await session.refuse("message", str(error))
                await _shut(socket, _GARBLED)
                return


async def _shut(socket: WebSocket, code: int) -> None:
    with suppress(*_CLOSED):
        await socket.close(code)


def application(host: str = "127.0.0.1", server: Server | None = None) -> Guard:
    """The ASGI application.

    Parameters
    ----------
    host : what it is bound to.
    """
    shared = server or Server()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        shared.close()

    async def index(request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    routes = [
        Route("/", index),
        Route("/api/meta", shared.meta),
        Route("/api/health", shared.health),
        WebSocketRoute("/ws", shared.visit),
        Mount("/static", _Files(directory=STATIC)),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), host)
