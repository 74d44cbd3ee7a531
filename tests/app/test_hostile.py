"""A hostile visitor: no crash, no leak, and a clear refusal."""

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from visitor import Page
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ivigabm.app.guard import Guard
from ivigabm.app.messages import MOST_BYTES
from ivigabm.app.server import MOST_SESSIONS
from ivigabm.mechanisms import mechanism_ids


def ask(port, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


def sessions(port):
    return json.loads(ask(port, "/api/health")[1])["sessions"]


def settle(port, count, seconds=20.0):
    """Wait until so many sessions are left."""
    end = time.monotonic() + seconds
    while sessions(port) != count and time.monotonic() < end:
        time.sleep(0.05)
    assert sessions(port) == count


def closed_with(page):
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            page.socket.recv(timeout=20)
    return closed.value.rcvd.code


def test_every_answer_carries_the_policy(port):
    for path in ("/", "/api/meta", "/api/health", "/nothing", "/static/nothing.js"):
        answer, _ = ask(port, path)
        policy = answer.getheader("content-security-policy")
        assert policy.startswith("default-src 'self'")
        assert f"ws://127.0.0.1:{port}" in policy
        assert "unsafe" not in policy


def test_the_meta_is_served(port):
    answer, body = ask(port, "/api/meta")
    assert answer.status == 200
    assert json.loads(body)["defaults"]["scenario"] == "cidp"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80; script-src *"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_foreign_names_are_refused(port, headers):
    assert ask(port, "/api/meta", **headers)[0].status in (400, 403)


@pytest.mark.parametrize(
    ("bound", "host", "ours"),
    [
        ("127.0.0.1", "localhost:8765", True),
        ("127.0.0.1", "[::1]:8765", True),
        ("127.0.0.1", "10.0.0.7:8765", False),
        ("10.0.0.7", "10.0.0.7:8765", True),
        ("0.0.0.0", "class.example:8765", True),
        ("0.0.0.0", "class.example:8765; script-src *", False),
        ("0.0.0.0", "a@b", False),
        ("0.0.0.0", "class.example:port", False),
    ],
)
def test_hosts_are_names_of_what_is_bound(bound, host, ours):
    asked = []

    async def inner(scope, receive, send):
        asked.append(scope)

    async def send(message):
        asked.append(None)

    headers = [(b"host", host.encode())]
    call = Guard(inner, bound)({"type": "http", "headers": headers}, None, send)
    with ThreadPoolExecutor(1) as thread:  # a browser's loop may be running in this one
        thread.submit(asyncio.run, call).result()
    assert (asked[0] is not None) == ours


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd"]
)
def test_only_the_pages_files_are_served(port, path):
    assert ask(port, path)[0].status == 404


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "http://"])
def test_a_socket_from_another_page_is_refused(port, origin):
    with pytest.raises(InvalidStatus) as refused, connect(
        f"ws://127.0.0.1:{port}/ws", origin=origin
    ):
        pass
    assert refused.value.response.status_code == 403
    assert sessions(port) == 0


def test_a_socket_for_another_name_is_refused(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(
            b"GET /ws HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert b" 403 " in raw.recv(4096).split(b"\r\n")[0]


def test_too_long_a_message_ends_the_session(page, port):
    page.socket.send("x" * (MOST_BYTES + 1))
    assert closed_with(page) == 1009
    settle(port, 0)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "17", '"reset"', "{}", '{"type": 3}', "[" * 30_000, b"\x00", '{"type": NaN}'],
)
def test_what_is_no_message_is_refused_and_ends_the_session(page, port, text):
    page.socket.send(text)
    assert page.until("refused", about="message")["message"]
    assert closed_with(page) == 1007
    settle(port, 0)


def test_broken_frames_end_the_session(page, port):
    page.socket.socket.sendall(b"\xff\xff\xff\xff\xff\xff\xff\xff")
    with pytest.raises(ConnectionClosed):
        page.socket.recv(timeout=20)
    settle(port, 0)


ABSURD = [
    ("reset", {"config": {"seed": -1}}),
    ("reset", {"config": {"size": 10**9}}),
    ("reset", {"config": {"dose": "lots"}}),
    ("reset", {"config": {"scenario": "../../etc/passwd"}}),
    ("reset", {"config": {"scenario": "healthy", "knockout": ["everything"]}}),
    ("reset", {"config": {"preparation": "x.toml"}}),
    ("reset", {"config": {"composition": {"dimer": 7}}}),
    ("reset", {"config": {"log": [[1, 2, 3]]}}),
    ("reset", {"config": 3}),
    ("reset", {"t": 10**9}),
    ("step", {"n": 10**12}),
    ("step", {"n": -1}),
    ("step", {"n": 1.5}),
    ("play", {"speed": 1e9}),
    ("play", {"speed": {"a": 1}}),
    ("play", {"speed": 1, "skip": 0}),
    ("ack", {"frame": 10**9}),
    ("ack", {}),
    ("set", {"key": "FC_NOTHING", "value": True}),
    ("set", {"key": "FC_FCRN", "value": "yes"}),
    ("set", {"key": ["FC_FCRN"], "value": True}),
    ("set", {"key": "size", "value": 1_000_000}),
    ("set", {"key": "mechanisms", "value": "1" * 10_000}),
    ("give", {"g_per_kg": 1e300}),
    ("give", {"g_per_kg": "1"}),
    ("give", {}),
    ("inspect", {"arm": "neither", "x": 1, "y": 1}),
    ("inspect", {"arm": "treated", "x": -5, "y": 1}),
    ("inspect", {"arm": "treated", "x": "1", "y": None}),
    ("follow", {"arm": "treated", "id": "-1"}),
    ("follow", {"arm": "treated", "id": "٣"}),
    ("follow", {"arm": "treated", "id": 12}),
    ("attribution", {"players": "everybody"}),
    ("attribution", {"outcome": "happiness"}),
    ("band", {"seeds": 10**6}),
    ("sweep", {}),
    ("sweep", {"x": {"key": "dose", "values": [1] * 999}, "y": {"key": "dose", "values": [1, 2]}}),
    ("sweep", {"x": {"key": "dose", "values": [0, 99]}, "y": {"key": "dose", "values": [1, 2]}}),
    ("cancel", {"job": "all"}),
    ("export", {"what": "/etc/passwd"}),
    ("export", {"what": "band"}),
    ("shutdown", {}),
]  # fmt: skip


def test_absurd_requests_are_refused_and_the_run_goes_on(page):
    page.start()
    page.send("step", n=2)
    page.until("frame", t=2)
    for kind, rest in ABSURD:
        message = page.refused(kind, **rest)
        assert 5 < len(message) <= 2000, (kind, rest)
        assert "Traceback" not in message
    page.send("step")
    assert page.until("frame", t=3)[0]["bits"] == "1" * len(mechanism_ids())


def test_requests_before_a_run_are_refused(page):
    for kind, rest in (("step", {}), ("play", {}), ("set", {"key": "FC_FCRN", "value": True}),
                       ("inspect", {"arm": "treated", "x": 1, "y": 1}), ("band", {})):  # fmt: skip
        assert "reset" in page.refused(kind, **rest)


def test_one_over_the_cap_is_told_so_and_may_come_when_another_has_left(port):
    pages = [Page(port) for _ in range(3)]
    with pages[0], pages[1], pages[2]:
        for visitor in pages:
            visitor.until("hello")
        with Page(port) as late:
            assert "3 places" in late.until("refused", about="connect")["message"]
            assert closed_with(late) == 1013
    settle(port, 0)
    with Page(port) as again:
        again.until("hello")


def test_leaving_in_the_middle_of_a_frame_frees_the_session(port):
    for _ in range(3):
        page = Page(port)
        page.until("hello")
        page.start()
        page.send("play", speed=0)
        page.until("frame")
        page.send("band", seeds=20)
        page.until("job", state="running")
        page.socket.socket.shutdown(socket.SHUT_RDWR)  # no farewell
    settle(port, 0)
    end = time.monotonic() + 20
    while json.loads(ask(port, "/api/health")[1])["jobs"] and time.monotonic() < end:
        time.sleep(0.1)
    assert json.loads(ask(port, "/api/health")[1])["jobs"] == 0


def test_who_says_nothing_is_sent_away(server, port):
    server._idle = 0.3
    with Page(port) as page:
        page.until("hello")
        assert "nobody" in page.until("refused", about="idle")["message"]
        assert closed_with(page) == 1001
    settle(port, 0)


@pytest.fixture(scope="module")
def process():
    """A server as a user starts it: port and process id."""
    command = [sys.executable, "-m", "ivigabm", "app", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        line = ""
        while "http" not in line:
            line = running.stderr.readline()
            assert line, "it did not start"
        yield int(line.rstrip("/\n").rpartition(":")[2]), running.pid
        running.terminate()
        assert running.wait(timeout=20) is not None


def resident(pid):
    """Memory that a process holds, bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def crowd(port, count):
    """So many connections at a time, each with a run; how many were let in."""
    pages = [Page(port) for _ in range(count)]
    admitted = []
    for page in pages:
        said = json.loads(page.socket.recv(timeout=60))
        if said["type"] == "hello":
            admitted.append(page)
    for page in admitted:
        page.send("reset", config={"scenario": "mouse_kbxn", "size": 64})
        page.send("step", n=10)
    for page in admitted:
        page.until("frame", seconds=120, t=10)
    for page in pages:
        page.__exit__()
    settle(port, 0)
    return len(admitted)


def test_fifty_at_once_leave_nothing_behind(process):
    port, pid = process
    assert crowd(port, MOST_SESSIONS) == MOST_SESSIONS
    before = resident(pid)  # with what a full house has ever needed
    for _ in range(2):
        assert crowd(port, 50) == MOST_SESSIONS
    assert resident(pid) <= 1.1 * before
