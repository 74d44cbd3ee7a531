"""Beyond one patient: the band, the sweep, one cell, and several visitors at once."""

import csv

from tests.app.browser.visits import eventually

QUICK = {"scenario": "mouse_itp", "size": 32}


def test_the_band_has_twenty_runs_in_its_table(visitor):
    visit = visitor().open(QUICK)
    visit.click("open-compare")
    visit.click("run-band")
    eventually(lambda: visit.part("band").locator("svg .area").count() == 2, 240.0)
    with visit.page.expect_download() as waiting:
        visit.click("export-band")
    lines = waiting.value.path().read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len({row["seed"] for row in rows}) == 20


def test_a_click_in_the_sweep_opens_that_run(visitor):
    visit = visitor().open(QUICK)
    visit.click("open-compare")
    visit.part("sweep-x").select_option("dose")
    visit.part("sweep-y").select_option("composition.dimer")
    visit.part("sweep-n").select_option("2")
    visit.click("run-sweep")
    eventually(lambda: visit.part("heat-1-1").count(), 240.0)
    visit.click("heat-1-0")
    eventually(lambda: '"dose":4' in visit.page.evaluate("decodeURIComponent(location.hash)"))
    assert visit.part("compare").is_hidden()


def test_a_cell_is_shown_and_followed(visit):
    box = visit.part("canvas-treated").bounding_box()
    visit.part("canvas-treated").focus()
    visit.page.keyboard.press("Enter")
    eventually(lambda: visit.part("cell-panel").is_visible())
    name = visit.part("cell-panel").get_attribute("data-id")
    assert name in visit.part("cell-panel").inner_text()
    visit.click("follow")
    visit.steps(10)
    assert visit.part("cell-panel").get_attribute("data-id") == name
    assert visit.part("follow").get_attribute("aria-pressed") == "true"
    visit.click("cell-close")
    assert visit.part("cell-panel").is_hidden()
    visit.page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    eventually(lambda: visit.part("cell-panel").is_visible())


def test_two_visitors_do_not_touch_each_other(visitor):
    one, two = visitor().open(), visitor().open({"scenario": "mouse_kbxn", "size": 32, "seed": 7})
    before = two.bits
    one.steps(3)
    one.part("toggle-FC_FCRN").uncheck()
    eventually(lambda: one.bits != before)
    assert (two.t, two.bits) == (0, before)
    assert one.picture("control") != two.picture("control")

    def sessions():
        return one.page.request.get(f"{one.address}api/health").json()["sessions"]

    both = sessions()
    two.page.context.close()
    eventually(lambda: sessions() == both - 1)
