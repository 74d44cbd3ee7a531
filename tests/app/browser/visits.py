"""A visitor of the page, by the names of its parts."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

SMALL = {"scenario": "mouse_kbxn", "size": 32}  # no run-in, few cells
READY = 60_000  # ms; a first picture may have to wait for kernels to compile


def eventually(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `condition` says once it is true. The page's policy forbids waiting inside it."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.03)
    return found


class Visit:
    """One visitor's page, by the names of its parts."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, config: dict[str, Any] | None = None, more: str = "") -> "Visit":
        text = quote(json.dumps(SMALL if config is None else config), safe="")
        self.page.goto(f"{self.address}#{text}{more}")
        self.page.wait_for_selector("body[data-ready]", timeout=READY)
        return self

    def part(self, name: str) -> Any:
        return self.page.get_by_test_id(name)

    def click(self, name: str) -> None:
        self.part(name).click()

    @property
    def t(self) -> int:
        return int(self.page.locator("body").get_attribute("data-t") or -1)

    @property
    def bits(self) -> str:
        return self.page.locator("body").get_attribute("data-cfg")

    @property
    def link(self) -> str:
        """The address now; playwright's own is late after `replaceState`."""
        return self.page.evaluate("location.href")

    def until(self, t: int) -> None:
        """Wait until step t is on the screen."""
        self.page.wait_for_selector(f'body[data-t="{t}"]', timeout=30_000)

    def steps(self, n: int) -> None:
        """That many single steps, each seen."""
        for _ in range(n):
            goal = self.t + 1
            self.click("step")
            self.until(goal)

    def picture(self, arm: str) -> str:
        """The bytes of a canvas."""
        return self.page.get_by_test_id(f"canvas-{arm}").evaluate("canvas => canvas.toDataURL()")

    def speed(self, place: int) -> None:
        """Put the speed slider at a place of its scale: 0 is 1/8, 3 is 1, 7 is the fastest."""
        self.part("speed").fill(str(place))

    def set_slider(self, name: str, value: str) -> None:
        self.part(name).fill(value)
        self.part(name).dispatch_event("change")
