"""Predict, then run; and the tour, by keyboard alone."""

import json

import pytest

from tests.app.browser.visits import eventually


def lesson(visit, name):
    lessons = json.loads(visit.page.request.get(f"{visit.address}api/meta").text())["lessons"]
    return next(one for one in lessons if one["id"] == name)


def test_run_waits_for_a_guess_and_a_wrong_one_is_taken_kindly(visit):
    what = lesson(visit, "fcgr_block")
    wrong = next(w for w in ("rise", "fall", "same") if w != what["expected"])
    visit.click("open-lessons")
    visit.click("lesson-fcgr_block")
    eventually(lambda: visit.part("lesson-run").count())
    assert visit.part("lesson-run").is_disabled()
    visit.part(f"predict-{wrong}").check()
    visit.click("lesson-run")
    came = eventually(lambda: visit.part("lesson-outcome").get_attribute("data-came"), 120.0)
    assert came == what["expected"]
    words = visit.part("lesson-outcome").inner_text()
    assert "You expected" in words
    assert what["answer"] in words
    guess = visit.page.locator(".curve.prediction")
    assert any(guess.evaluate_all("all => all.map((path) => path.getAttribute('d'))"))
    visit.click("lesson-leave")
    assert visit.part("lesson-bar").is_hidden()


def test_each_lesson_opens_from_its_link_with_its_settings(visitor):
    visit = visitor().open()
    for one in json.loads(visit.page.request.get(f"{visit.address}api/meta").text())["lessons"]:
        visit.page.goto("about:blank")
        visit.page.goto(f"{visit.address}#lesson={one['id']}")
        visit.page.wait_for_selector("body[data-ready]")
        bar = visit.part("lesson-bar")
        eventually(lambda bar=bar, one=one: bar.get_attribute("data-lesson") == one["id"])
        assert visit.bits == one["config"]["mechanisms"]
        assert visit.part("scenario").input_value() == one["config"]["scenario"]
        assert visit.part("mechanism-groups").is_visible() is not one["hidden"]


def test_the_tour_by_keyboard(visit):
    visit.part("tour-start").focus()
    visit.page.keyboard.press("Enter")
    for step in range(1, 7):
        eventually(lambda step=step: visit.part("tour").get_attribute("data-step") == str(step))
        assert visit.part("tour").evaluate("tour => tour.contains(document.activeElement)")
        box = visit.part("tour").bounding_box()
        assert box["x"] >= 0
        assert box["y"] + box["height"] <= 720
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Shift+Tab")
        visit.page.keyboard.press("Enter")
    assert visit.part("tour").is_hidden()


@pytest.mark.parametrize("steps", [0, 2])
def test_escape_ends_the_tour_and_gives_the_focus_back(visit, steps):
    visit.click("tour-start")
    for _ in range(steps):
        visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Escape")
    assert visit.part("tour").is_hidden()
    assert visit.page.evaluate("document.activeElement.id") == "tour-start"
    visit.page.reload()
    visit.page.wait_for_selector("body[data-ready]")
    assert visit.part("tour").is_hidden()
