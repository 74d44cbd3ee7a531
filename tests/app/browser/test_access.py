"""For everyone: names, keys, words for pictures, calm, dark, and no serious finding of axe."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.app.browser.visits import eventually


def serious(visit):
    """What axe finds that matters: rule and the first places."""
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
        for one in Axe().run(visit.page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visitor, scheme):
    visit = visitor(color_scheme=scheme).open()
    visit.steps(2)
    visit.part("mechanism-groups").locator("summary").first.click()
    assert serious(visit) == []
    for opener, dialog in (("open-lessons", "lessons"), ("open-compare", "compare"),
                           ("open-share", "share"), ("open-help", "help")):  # fmt: skip
        visit.click(opener)
        assert serious(visit) == [], dialog
        visit.page.keyboard.press("Escape")
    visit.click("tour-start")
    assert serious(visit) == []


def test_axe_finds_nothing_serious_on_a_phone(visitor):
    visit = visitor(viewport={"width": 390, "height": 800}).open()
    visit.click("canvas-treated")
    assert serious(visit) == []


def test_every_input_has_a_name(visit):
    visit.click("open-share")
    nameless = visit.page.locator("input, select, button").evaluate_all(
        """all => all.filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim()
          || [...(one.labels || [])].some((label) => label.textContent.trim())))
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_all_keys_work(visit):
    press = visit.page.keyboard.press
    press(".")
    visit.until(1)
    press("ArrowRight")
    visit.until(2)
    press("ArrowLeft")
    visit.until(1)
    press("ArrowRight")
    visit.until(2)
    press("Space")
    eventually(lambda: visit.t > 4)
    press("Space")
    eventually(lambda: visit.part("play").get_attribute("data-state") == "paused")
    press("r")
    visit.until(0)
    press("?")
    assert visit.part("keys").is_visible()
    press("Escape")
    assert visit.part("keys").is_hidden()


def test_keys_leave_fields_alone(visit):
    visit.part("scenario").focus()
    visit.page.keyboard.press("r")
    visit.steps(2)
    visit.part("speed").focus()
    visit.page.keyboard.press("ArrowLeft")
    assert visit.t == 2
    assert visit.part("speed").input_value() == "2"


def test_pictures_are_told_in_words_when_paused(visit):
    before = visit.part("text-treated").text_content()
    assert "macrophage" in before
    visit.steps(30)
    after = visit.part("text-treated").text_content()
    assert after != before
    assert visit.part("text-control").text_content() != after


def test_focus_can_be_seen(visit):
    for _ in range(3):
        visit.page.keyboard.press("Tab")
    width = visit.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(width.removesuffix("px")) >= 2


def test_less_motion_starts_paused_and_does_not_glow(visitor):
    visit = visitor(reduced_motion="reduce").open()
    time.sleep(0.5)
    assert visit.t == 0
    visit.steps(8)
    glow = visit.page.locator(".node .glow").evaluate_all("all => all.map((n) => n.style.opacity)")
    assert set(glow) == {"0"}


def test_dark_follows_the_system_and_the_button(visitor):
    visit = visitor(color_scheme="dark").open()
    root = visit.page.locator("html")
    assert root.get_attribute("data-theme") == "dark"
    dark = visit.picture("control")
    visit.click("theme")
    assert root.get_attribute("data-theme") == "light"
    assert visit.picture("control") != dark
