"""What can be taken away from the page."""

import csv
import json
from xml.etree import ElementTree

import pytest

from tests.app.browser.visits import Visit, eventually


def taken(visit, name, timeout=60_000):
    with visit.page.expect_download(timeout=timeout) as waiting:
        visit.click(name)
    return waiting.value


@pytest.fixture
def sharing(visit):
    visit.steps(6)
    visit.click("open-share")
    return visit


def test_table_pictures_and_charts(sharing, tmp_path):
    table = taken(sharing, "export-csv")
    lines = [x for x in table.path().read_text().splitlines() if not x.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert len({row["t"] for row in rows if row["t"] != "0"}) == 6
    for arm in ("control", "treated"):
        picture = taken(sharing, f"export-png-{arm}").path().read_bytes()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    charts = ElementTree.fromstring(taken(sharing, "export-svg").path().read_text())
    paths = charts.iter("{http://www.w3.org/2000/svg}path")
    curves = [path for path in paths if path.get("stroke") != "none"]
    assert len(curves) >= 6


def test_settings_go_out_and_come_back(sharing, visitor, tmp_path):
    sharing.click("share-close")
    sharing.part("toggle-FAB_CYTOKINE").uncheck()
    eventually(lambda: "0" in sharing.bits)
    sharing.click("open-share")
    file = tmp_path / "run.json"
    file.write_bytes(taken(sharing, "export-json").path().read_bytes())
    assert json.loads(file.read_text())
    other = visitor().open()
    other.click("open-share")
    other.part("import-json").set_input_files(file)
    eventually(lambda: other.part("share").is_hidden())
    other.steps(7)
    assert other.bits == sharing.bits


def test_the_replay_page_draws_from_a_file_and_asks_for_nothing(sharing, chromium, tmp_path):
    file = tmp_path / "replay.html"
    file.write_bytes(taken(sharing, "export-replay").path().read_bytes())
    page = chromium.new_page()
    replay = Visit(page, file.as_uri())
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert replay.t == 0
    first = replay.picture("treated")
    replay.part("scrub").fill("6")
    eventually(lambda: replay.t == 6)
    assert replay.picture("treated") != first
    assert replay.picture("treated") == sharing.picture("treated")
    assert [u for u in replay.requests if not u.startswith(("file:", "data:", "blob:"))] == []
    assert replay.errors == []
    page.close()
