"""What a visitor meets first: the pictures at once, everything in its place, on any screen."""

import time
from itertools import pairwise

import pytest

SCREENS = [(1280, 720), (1920, 1080), (1080, 700)]


def test_ready_with_both_tissues_drawn_and_play_in_sight(visitor):
    visitor().open()  # kernels are compiled after this one
    visit = visitor()
    start = time.monotonic()
    visit.open()
    assert time.monotonic() - start < 4.0  # 2 s on an idle machine
    for arm in ("control", "treated"):
        colours = visit.part(f"canvas-{arm}").evaluate(
            "c => new Set(new Uint32Array(c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data.buffer)).size"
        )
        assert colours > 3
    box = visit.part("play").bounding_box()
    assert box["y"] + box["height"] <= 720
    assert visit.t == 0
    assert visit.part("sentence").inner_text()
    assert visit.part("tour-start").is_visible()
    assert [visit.part(f"card-{i}").is_visible() for i in (1, 2, 3)] == [True] * 3


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_three_columns_stand_side_by_side(visitor, width, height):
    visit = visitor(viewport={"width": width, "height": height}).open()
    boxes = [visit.page.locator(c).bounding_box() for c in (".left", ".middle", ".right")]
    for before, after in pairwise(boxes):
        assert before["x"] + before["width"] <= after["x"]
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for chart in (1, 2, 3):
        box = visit.part(f"chart-{chart}").bounding_box()
        assert boxes[1]["x"] <= box["x"]
        assert box["x"] + box["width"] <= boxes[1]["x"] + boxes[1]["width"] + 1


def test_everything_above_the_fold_at_1280(visit):
    foot = visit.part("honesty").bounding_box()["y"]
    for name in ("canvas-treated", "scrub", "chart-1", "chart-3", "diagram"):
        box = visit.part(name).bounding_box()
        assert box["y"] + box["height"] <= foot, name


def test_one_column_on_a_phone(visitor):
    visit = visitor(viewport={"width": 390, "height": 800}).open()
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tops = [visit.page.locator(c).bounding_box()["y"] for c in (".middle", ".left", ".right")]
    assert tops == sorted(tops)
    assert visit.part("play").bounding_box()["y"] < 800


def test_a_strict_policy_and_a_light_page(visitor):
    visit = visitor()
    sizes = []
    visit.page.on("response", lambda answer: sizes.append(answer))
    visit.open()
    document = sizes[0]
    policy = document.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert sum(len(answer.body()) for answer in sizes if answer.status == 200) < 300_000


def test_honesty_strip_and_an_evidence_label_for_every_toggle(visit):
    assert "not medical advice" in visit.part("honesty").inner_text()
    toggles = visit.page.locator("[data-testid^='toggle-']").count()
    labels = visit.page.locator("[data-testid^='evidence-']")
    assert toggles >= 10
    assert labels.count() == toggles
    assert set(labels.all_inner_texts()) <= {"agreed", "disputed", ""}
    visit.click("evidence-FC_FCRN")
    assert "Hansen" in visit.part("help").inner_text()
