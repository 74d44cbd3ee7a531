"""A server on a free port and a headless Chromium, for the tests of the live page."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from ivigabm.app.serve import configuration
from ivigabm.app.server import Server
from tests.app.browser.visits import Visit, eventually

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser")) if p), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here need a browser; `.ci/run` sees to it that there is one."""
    for item in items:
        if "browser" not in item.path.parts:
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None and "IVIGABM_NEEDS_BROWSER" not in os.environ:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where a server listens that runs in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    runner = uvicorn.Server(configuration("127.0.0.1", Server()))
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    eventually(lambda: runner.started)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    runner.should_exit = True
    thread.join(10.0)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(address: str, chromium: Any) -> Iterator[Callable[..., Visit]]:
    """Make visitors. When the test ends: no error in a console, nothing asked of other origins."""
    visits: list[Visit] = []

    def new(**context: Any) -> Visit:
        options = {"viewport": {"width": 1280, "height": 720}, "locale": "en-US", **context}
        visit = Visit(chromium.new_context(**options).new_page(), address)
        visits.append(visit)
        return visit

    yield new
    for visit in visits:
        visit.page.context.close()
    for visit in visits:
        assert visit.errors == []
        strangers = [u for u in visit.requests if not u.startswith((address, "blob:", "data:"))]
        assert strangers == []


@pytest.fixture
def visit(visitor: Callable[..., Visit]) -> Visit:
    """One visitor of a small section."""
    return visitor().open()
