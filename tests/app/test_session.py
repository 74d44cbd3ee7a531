"""A visitor: play, step, toggle, look closely, and take files along."""

import json
import time

import numpy as np

from ivigabm.app.frames import read_frame
from ivigabm.app.settings import Config
from ivigabm.app.twin_model import TwinModel
from ivigabm.outcomes import CONTROL, TREATED


def test_a_step_is_one_step(page):
    head, _ = page.start()
    assert (head["t"], head["new"], head["playing"]) == (0, True, False)
    for t in (1, 2, 3):
        page.send("step")
        assert page.until("frame")[0]["t"] == t
    page.send("step", n=40)
    assert page.until("frame")[0]["t"] == 43


def test_what_is_shown_is_the_twin_of_these_settings(page):
    page.start(seed=7)
    page.send("step", n=20)
    head, _ = page.until("frame")
    twin = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32, "seed": 7}))
    for _ in range(20):
        twin.step()
    assert head["values"][TREATED] == twin.values()[TREATED]
    assert head["values"][CONTROL] == twin.values()[CONTROL]


def test_a_toggle_is_seen_at_once_and_noted(page):
    page.start()
    page.send("step", n=5)
    before, _ = page.until("frame")
    page.send("set", key="FC_FCRN", value=False)
    assert page.until("log")["log"] == [[5, "FC_FCRN", False]]
    after, _ = page.until("frame")
    assert (after["t"], after["new"]) == (5, False)
    assert after["bits"].count("0") == 1 and "0" not in before["bits"]
    page.send("give", g_per_kg=0.5)
    assert page.until("log")["log"][-1] == [5, "give", 0.5]


def test_a_link_gives_the_same_run(page, port):
    page.start()
    page.send("step", n=5)
    page.until("frame", t=5)
    page.send("set", key="group:Fc", value=False)
    page.until("log")
    page.send("step", n=25)
    first, _ = page.until("frame", t=30)
    page.send("export", what="json")
    linked = json.loads(page.until("export")["text"])
    assert (linked["t"], linked["log"]) == (30, [[5, "group:Fc", False]])
    page.send("reset", config=linked, t=30)
    again, _ = page.until("frame")
    assert again["t"] == 30
    assert again["values"] == first["values"]


def test_one_frame_is_in_flight_and_play_waits_for_it(page):
    page.start()
    page.send("play", speed=0)
    page.until("state", playing=True)
    time.sleep(1.0)
    page.send("pause")
    seen = []
    while True:  # without any ack
        said = page.socket.recv(timeout=10)
        if isinstance(said, bytes):
            seen.append(read_frame(said)[0]["t"])
        elif json.loads(said)["type"] == "state":
            break
    assert seen == [1]


def test_speed_is_in_steps_per_second(page):
    page.start()
    counts = {}
    for speed in (0.25, 1):
        page.send("play", speed=speed)
        began, first = time.monotonic(), page.until("frame")[0]["t"]
        while time.monotonic() - began < 1.5:
            last = page.until("frame")[0]["t"]
        counts[speed] = last - first
        page.send("pause")
        page.until("state", playing=False)
    assert 2 <= counts[0.25] <= 5
    assert 6 <= counts[1] <= 15
    page.send("play", speed=0, skip=10)
    head, _ = page.until("frame")
    assert page.until("frame")[0]["t"] == head["t"] + 10


def test_the_planned_run_ends_and_can_go_on(page):
    page.start(scenario="mouse_itp")
    page.send("step", n=190)  # 2 days at 4 steps an hour, less 2
    page.until("frame", t=190)
    page.send("play", speed=0)
    assert page.until("state", ended=True)["t"] == 192
    page.send("play", speed=0)
    assert page.until("frame", t=194)[0]["playing"]


def test_a_product_starts_again_with_what_it_can_carry(page):
    page.start()
    page.send("step", n=3)
    page.until("frame", t=3)
    page.send("set", key="preparation", value="fab2")
    config = page.until("config")
    assert config["config"]["preparation"] == "fab2"
    head, _ = page.until("frame")
    assert (head["t"], head["bits"]) == (0, config["bits"])
    assert config["bits"].endswith("0" * 15)


def test_a_cell_is_looked_at_and_followed(page):
    _, sections = page.start()
    page.send("step", n=60)
    head, sections = page.until("frame", t=60)
    macrophage = sections[CONTROL, "kind"] == 6
    busiest = int(np.argmax(sections[CONTROL, "state"][macrophage]))
    x, y = (int(sections[CONTROL, name][macrophage][busiest]) for name in "xy")
    page.send("inspect", arm=CONTROL, x=x, y=y)
    cell = page.until("cell")
    assert cell["kind"] == "macrophage"
    assert (cell["x"], cell["y"]) == (x, y)
    for receptor in cell["receptors"]:
        assert 0.0 <= receptor["monomer"] <= receptor["copies"]
    page.send("follow", arm=CONTROL, id=cell["id"])
    page.send("step", n=40)
    head, _ = page.until("frame", t=100)
    assert head["follow"]["id"] == cell["id"]
    assert head["follow"]["alive"]
    assert all(60 < event["t"] <= 100 for event in head["follow"]["events"])
    assert head["follow"]["events"]
    page.send("follow", arm=CONTROL, id=None)
    page.send("step")
    assert page.until("frame", t=101)[0]["follow"] is None


def test_the_table_of_a_run_has_a_row_for_every_step(page):
    page.start(seed=3)
    page.send("step", n=12)
    head, _ = page.until("frame", t=12)
    page.send("export", what="csv")
    lines = page.until("export")["text"].splitlines()
    comments, columns, rows = lines[:3], lines[3].split(","), lines[4:]
    assert all(line.startswith("#") for line in comments)
    assert "seed 3" in comments[1]
    assert len(rows) == 12
    last = dict(zip(columns, rows[-1].split(","), strict=True))
    assert int(last["t"]) == 12
    expected = head["values"][TREATED]["inflammation"]
    assert abs(float(last["treated.inflammation"]) - expected) <= 1e-6 * expected
    name = next(column for column in columns if column.startswith("events.FC_FCRN"))
    events = sum(float(row.split(",")[columns.index(name)]) for row in rows)
    assert abs(events - head["mechanisms"]["FC_FCRN"]["total"]) <= 1e-3 * events


def test_visitors_have_twins_of_their_own(page, port, server):
    other = type(page)(port)
    with other:
        other.until("hello")
        page.start(seed=1)
        other.start(seed=2)
        page.send("step", n=6)
        other.send("step", n=2)
        one, two = page.until("frame")[0], other.until("frame")[0]
        assert (one["t"], two["t"]) == (6, 2)
        assert len(server.sessions) == 2
    deadline = time.monotonic() + 10
    while len(server.sessions) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(server.sessions) == 1
