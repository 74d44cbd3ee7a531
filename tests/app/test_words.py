"""The page's words: every language says everything, and says it where English does."""

import json
import re

import pytest

from ivigabm.app.server import STATIC

WORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in STATIC.glob("lang/*.json")}
PLACE = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
def test_a_language_has_the_phrases_and_places_of_english(language):
    english, other = WORDS["en"], WORDS[language]
    assert other.keys() == english.keys()
    for key, phrase in english.items():
        assert set(PLACE.findall(other[key])) == set(PLACE.findall(phrase)), key


def test_every_phrase_the_page_asks_for_is_there():
    asked = set(re.findall(r'data-i18n(?:-label)?="(\w+)"', (STATIC / "index.html").read_text()))
    for script in STATIC.glob("js/*.js"):
        asked |= set(re.findall(r"\bt\('([\w-]+)'", script.read_text("utf-8")))
    assert len(asked) > 80
    assert asked <= WORDS["en"].keys()


def test_no_markup_carries_a_style_or_a_script_of_its_own():
    page = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"https?://", page)
