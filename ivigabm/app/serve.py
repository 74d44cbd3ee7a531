"""Run the server and open the page."""

import asyncio
import socket
import webbrowser
from collections.abc import Callable
from threading import Thread

import uvicorn

from ivigabm.app.messages import MOST_BYTES
from ivigabm.app.meta import meta
from ivigabm.app.server import Server, application
from ivigabm.app.settings import Config
from ivigabm.app.twin_model import TwinModel
from ivigabm.errors import InputError
from ivigabm.scenario import Scenario


def serve(
    host: str,
    port: int,
    scenario: Scenario | None = None,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    port : 0 takes a free one. say : told where the page is, once it can be opened.

    Raises
    ------
    InputError : the place is taken, or not one of this machine.
    """
    listener = _listen(host, port)
    Thread(target=_warm, args=(scenario,), daemon=True).start()
    place = f"[{host}]" if ":" in host else host
    address = f"http://{place}:{listener.getsockname()[1]}/"
    server = uvicorn.Server(configuration(host, Server(scenario)))

    async def run() -> None:
        opened = asyncio.create_task(_announce(server, address, browser, say))
        try:
            await server.serve(sockets=[listener])
        finally:
            opened.cancel()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return
    finally:
        listener.close()


def configuration(host: str, server: Server) -> uvicorn.Config:
    """How uvicorn runs it: long messages are cut off, frames are not packed for a short way."""
    return uvicorn.Config(
        application(host, server),
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=MOST_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )


def _warm(scenario: Scenario | None) -> None:
    """Read tables and load kernels before the first visitor waits for them."""
    meta()
    named = {"scenario": scenario.name} if scenario else {}
    known = {scenario.name: scenario} if scenario else None
    TwinModel(Config.read(named, known), scenario).step()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError(f"cannot listen at {host}, port {port}: {error.strerror}") from None
    return listener


async def _announce(
    server: uvicorn.Server, address: str, browser: bool, say: Callable[[str], None]
) -> None:
    while not server.started:
        await asyncio.sleep(0.05)
    say(address)
    if browser:
        await asyncio.to_thread(webbrowser.open, address)
