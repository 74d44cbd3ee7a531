"""The fixed row of controls, and the switches that act while it runs."""

import time

from tests.app.browser.visits import eventually


def ticks(visit, group):
    boxes = visit.page.locator(f".group.{group} input[data-mechanism]")
    return boxes.evaluate_all("boxes => boxes.map((box) => box.checked)")


def test_step_raises_time_by_one_and_reset_gives_the_first_picture_again(visit):
    first = visit.picture("treated")
    visit.steps(3)
    assert visit.t == 3
    assert visit.picture("treated") != first
    visit.click("reset")
    visit.until(0)
    assert visit.picture("treated") == first


def test_a_new_patient_has_another_picture(visit):
    first = visit.picture("control")
    visit.click("new-seed")
    eventually(lambda: visit.picture("control") != first)
    assert visit.t == 0


def test_play_pause_and_speed(visit):
    def steps_in(place, seconds):
        visit.speed(place)
        before = visit.t
        visit.click("play")
        time.sleep(seconds)
        visit.click("play")
        eventually(lambda: visit.part("play").get_attribute("data-state") == "paused")
        return visit.t - before

    slow, normal = steps_in(0, 2.0), steps_in(3, 2.0)
    assert 1 <= slow < normal
    time.sleep(0.3)
    stood = visit.t
    time.sleep(0.4)
    assert visit.t == stood


def test_ivig_now_changes_the_treated_arm_alone(visitor):
    visit = visitor().open({"scenario": "mouse_kbxn", "size": 32, "dose": 0})
    visit.click("give-now")
    visit.steps(3)
    assert visit.picture("treated") != visit.picture("control")
    # given by hand: it is in the link
    eventually(lambda: "give" in visit.link)


def test_a_toggle_acts_at_once(visit):
    before = visit.bits
    start = time.monotonic()
    visit.part("toggle-FC_FCRN").uncheck()
    eventually(lambda: visit.bits != before)
    assert time.monotonic() - start < 1.0  # 0.3 s on an idle machine
    changed = [i for i, (a, b) in enumerate(zip(before, visit.bits, strict=True)) if a != b]
    assert len(changed) == 1


def test_group_switches(visit):
    visit.part("all-fc").uncheck()
    eventually(lambda: not any(ticks(visit, "Fc")))
    assert all(ticks(visit, "Fab2"))
    visit.part("all-fc").check()
    eventually(lambda: all(ticks(visit, "Fc")))
    visit.part("all-fab").uncheck()
    eventually(lambda: not any(ticks(visit, "Fab2")))
    assert all(ticks(visit, "Fc"))


def test_fab2_alone_unticks_every_fc_box_and_no_fab_box(visit):
    visit.click("product-fab2")
    eventually(lambda: not any(ticks(visit, "Fc")))
    assert all(ticks(visit, "Fab2"))
    assert visit.part("product-fab2").get_attribute("aria-pressed") == "true"
    visit.click("product-fc")
    eventually(lambda: not any(ticks(visit, "Fab2")))
    assert any(ticks(visit, "Fc"))


def test_dose_none_keeps_the_twins_equal(visit):
    visit.set_slider("dose", "0")
    eventually(lambda: visit.part("dose").get_attribute("aria-valuetext") == "0 g/kg")
    eventually(lambda: visit.picture("treated") == visit.picture("control"))
    visit.speed(7)
    visit.click("play")
    eventually(lambda: visit.t >= 100)
    visit.click("play")
    for chart in (1, 2, 3):
        assert float(visit.part(f"chart-{chart}").get_attribute("data-difference")) == 0.0
        assert "0 %" in visit.part(f"badge-{chart}").inner_text()
    eventually(lambda: visit.picture("treated") == visit.picture("control"))
