"""A server on a free port of this machine, and a page that speaks to it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from visitor import Page

from ivigabm.app.serve import configuration
from ivigabm.app.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    """Sessions of the server that `port` listens for."""
    yield Server(most_sessions=3)


@pytest.fixture
def port(server: Server) -> Iterator[int]:
    """Where a server listens."""
    running = uvicorn.Server(configuration("127.0.0.1", server))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    running.should_exit = True
    thread.join(timeout=20)
    assert not thread.is_alive()
    listener.close()


@pytest.fixture
def page(port: int) -> Iterator[Page]:
    """One visitor."""
    with Page(port) as visitor:
        visitor.until("hello")
        yield visitor
