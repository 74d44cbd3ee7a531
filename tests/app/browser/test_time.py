"""Looking back: the last frames are kept, the past is marked, and Play goes on from the present."""

from tests.app.browser.visits import eventually


def test_back_shows_the_frame_as_it_was_and_play_goes_on(visit):
    visit.steps(39)
    kept = visit.picture("treated")
    visit.steps(1)
    assert visit.picture("treated") != kept
    visit.click("step-back")
    visit.until(39)
    assert visit.picture("treated") == kept
    assert visit.part("past").is_visible()
    seen = visit.page.evaluate_handle(
        """() => {
          const seen = [];
          new MutationObserver(() => seen.push(+document.body.dataset.t))
            .observe(document.body, { attributeFilter: ['data-t'] });
          return seen;
        }"""
    )
    visit.speed(3)
    visit.click("play")
    eventually(lambda: visit.t >= 42)
    visit.click("play")
    later = [t for t in seen.json_value() if t != 40]
    assert later[0] == 41
    assert visit.part("past").is_hidden()


def test_the_time_line_reaches_back_to_the_start(visit):
    first = visit.picture("control")
    visit.steps(5)
    visit.part("scrub").fill("0")
    visit.until(0)
    assert visit.picture("control") == first
    visit.click("now")
    visit.until(5)
