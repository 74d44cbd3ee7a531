"""The link holds the run; a teacher's link locks and hides; words change with the language."""

from tests.app.browser.visits import SMALL, eventually


def values(visit):
    return [visit.part(f"chart-{i}").locator("svg").get_attribute("aria-label") for i in (1, 2, 3)]


def test_an_opened_link_replays_the_run_with_what_was_changed(visitor):
    one = visitor().open()
    one.steps(4)
    one.part("toggle-FC_FCGR_BLOCK").uncheck()
    one.steps(3)
    one.click("give-now")
    one.steps(13)
    eventually(lambda: "give" in one.link and "FC_FCGR_BLOCK" in one.link)
    two = visitor()
    two.page.goto(one.link)
    two.page.wait_for_selector("body[data-ready]")
    two.steps(20)
    assert values(two) == values(one)
    assert two.picture("treated") == one.picture("treated")
    assert two.bits == one.bits


def test_toggles_leave_no_trail_in_history(visit):
    before = visit.page.evaluate("history.length")
    for _ in range(5):
        visit.part("toggle-FC_FCRN").uncheck()
        visit.part("toggle-FC_FCRN").check()
    eventually(lambda: visit.link.count("FC_FCRN") == 10)
    assert visit.page.evaluate("history.length") == before


def test_copy_link_shows_the_link(visit):
    visit.click("open-share")
    visit.click("copy-link")
    eventually(lambda: visit.part("link").inner_text().startswith(visit.address))
    assert "mouse_kbxn" in visit.part("link").inner_text()


def test_a_link_that_cannot_be_read_is_refused_in_words(visitor):
    visit = visitor()
    visit.page.goto(f"{visit.address}#%7Bbroken")
    visit.page.wait_for_selector("body[data-ready]", timeout=60_000)
    assert "cannot be read" in visit.part("status").inner_text()


def test_an_impossible_setting_is_refused_in_words(visitor):
    visit = visitor().open(SMALL)
    visit.page.evaluate("location.hash = encodeURIComponent('{\"size\": 33}')")
    eventually(lambda: "33" in visit.part("status").inner_text())
    assert visit.t == 0


def test_a_teachers_link_locks_and_hides(visitor):
    teacher = visitor().open()
    teacher.click("open-share")
    for word in ("toggles", "dose", "answers"):
        teacher.part(f"lock-{word}").check()
    teacher.click("copy-class-link")
    link = eventually(lambda: teacher.part("class-link").inner_text())
    pupil = visitor()
    pupil.page.goto(link)
    pupil.page.wait_for_selector("body[data-ready]")
    for name in ("toggle-FC_FCRN", "all-fab", "dose", "give-now", "attribute"):
        assert pupil.part(name).is_disabled(), name
    assert pupil.part("play").is_enabled()


def test_every_word_changes_with_the_language(visit):
    def texts():
        words = visit.page.locator("[data-i18n]")
        return words.evaluate_all("all => all.map((node) => node.textContent)")

    english = texts()
    visit.part("language").select_option("de")
    eventually(lambda: visit.page.locator("html").get_attribute("lang") == "de")
    german = texts()
    assert len(english) > 25
    assert [a for a, b in zip(english, german, strict=True) if a == b] == []
    assert "alle Fab" in visit.part("mechanism-groups").inner_text()
    eventually(lambda: "lang=de" in visit.link)
