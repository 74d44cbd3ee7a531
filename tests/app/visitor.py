"""What a browser does, without one: a page that speaks to the server."""

import json
import time
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import connect

from ivigabm.app.frames import read_frame

QUICK = {"scenario": "mouse_kbxn", "size": 32}  # no run-in, few cells


class Page:
    """What a browser does, without one."""

    def __init__(self, port: int, **options: Any) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        options = {"origin": self.origin, **options}
        self._open = ExitStack()
        address = f"ws://127.0.0.1:{port}/ws"
        self.socket = self._open.enter_context(connect(address, max_size=None, **options))

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, *_: Any) -> None:
        self._open.close()

    def send(self, kind: str, **rest: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **rest}))

    def until(self, kind: str, seconds: float = 60.0, **wanted: Any) -> Any:
        """The next message of a kind; `frame` gives (head, sections) and is acknowledged."""
        end = time.monotonic() + seconds
        while True:
            said = self.socket.recv(timeout=max(0.01, end - time.monotonic()))
            if isinstance(said, bytes):
                found = read_frame(said)
                self.send("ack", frame=found[0]["frame"])
                if kind == "frame" and all(found[0][k] == v for k, v in wanted.items()):
                    return found
                continue
            message = json.loads(said)
            if message["type"] == kind and all(message.get(k) == v for k, v in wanted.items()):
                return message
            assert message["type"] != "refused", message

    def start(self, **config: Any) -> Any:
        """A new run; its first frame."""
        self.send("reset", config={**QUICK, **config})
        self.until("config")
        return self.until("frame")

    def refused(self, kind: str, **rest: Any) -> str:
        """Why a request is refused."""
        self.send(kind, **rest)
        return self.until("refused", about=kind)["message"]
