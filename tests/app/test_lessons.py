"""Lessons promise a direction; the model must give it, patient after patient."""

import pytest

from ivigabm.app.lessons import direction, load_lessons
from ivigabm.app.settings import Config, chosen
from ivigabm.observation import OBSERVED

LESSONS = {lesson.id: lesson for lesson in load_lessons()}
SEEDS = 20


def test_there_are_six_and_they_can_be_read():
    assert len(LESSONS) == 6
    for lesson in LESSONS.values():
        assert lesson.outcome in OBSERVED
        assert Config.read(lesson.as_json()["config"]) == lesson.settings()
        assert lesson.text and lesson.tries and lesson.answer
        assert lesson.question.endswith(("…", "?"))


def test_only_what_the_lesson_names_is_on():
    assert chosen(LESSONS["fcrn"].settings().mechanisms) == ["FC_FCRN"]
    assert "FAB_CYTOKINE" not in chosen(LESSONS["puzzle"].settings().mechanisms)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_direction_holds_in_a_patient(lesson):
    assert LESSONS[lesson].outcome_of(1) == LESSONS[lesson].expected


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_the_direction_holds_in_all_of_twenty_patients(lesson):
    found = {seed: LESSONS[lesson].outcome_of(seed) for seed in range(1, SEEDS + 1)}
    assert {s: d for s, d in found.items() if d != LESSONS[lesson].expected} == {}


def test_a_small_change_is_none():
    assert direction(10.0, 10.1) == "same"
    assert direction(10.0, 10.5) == "rise"
    assert direction(10.0, 9.0) == "fall"
    assert direction(0.0, 0.1) == "rise"
