"""The diagram counts and glows; the log says what happened and on what it rests."""

import json

from tests.app.browser.visits import eventually


def total(visit, mechanism):
    return float(visit.part(f"node-{mechanism}").get_attribute("data-total"))


def run_on(visit, steps):
    goal = visit.t + steps
    visit.speed(7)
    visit.click("play")
    eventually(lambda: visit.t >= goal)
    visit.click("play")
    eventually(lambda: visit.part("play").get_attribute("data-state") == "paused")


def test_a_node_counts_while_on_and_stands_still_while_off(visit):
    run_on(visit, 10)
    before = total(visit, "FC_FCRN")
    assert before > 0.0
    assert float(visit.part("node-FC_FCRN").locator(".glow").evaluate("n => n.style.opacity")) > 0.0
    run_on(visit, 20)
    assert total(visit, "FC_FCRN") > before
    visit.part("toggle-FC_FCRN").uncheck()
    eventually(lambda: "off" in visit.part("node-FC_FCRN").text_content())
    stood = total(visit, "FC_FCRN")
    run_on(visit, 50)
    assert total(visit, "FC_FCRN") == stood
    assert "off" in visit.part("node-FC_FCRN").text_content()


def test_the_log_names_what_was_switched_and_its_references(visit):
    known = json.loads(visit.page.request.get(f"{visit.address}api/meta").text())["references"]
    visit.part("toggle-FC_FCRN").uncheck()
    run_on(visit, 20)
    first = visit.part("log-entry").first
    assert first.get_attribute("data-mechanism") == "FC_FCRN"
    assert "FcRn" in first.inner_text()
    links = visit.page.locator("[data-ref]")
    references = links.evaluate_all("all => all.map((link) => link.dataset.ref)")
    assert references
    assert set(references) <= set(known)
    first.locator("[data-ref]").first.click()
    assert visit.part("help").is_visible()


def test_who_did_it_draws_bars(visitor):
    visit = visitor().open({"scenario": "mouse_itp", "size": 32})
    visit.part("all-both").uncheck()  # fewer coalitions to run
    visit.click("attribute")
    eventually(lambda: visit.part("attribution-bars").count(), 120.0)
    bars = visit.part("attribution-bars")
    assert bars.locator("rect.Fab2").count() == bars.locator("rect.Fc").count() == 1
