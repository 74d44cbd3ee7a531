"""The study `analysis/pharmacokinetics.py`: what it measures in the running model."""

import runpy
from pathlib import Path

import pytest

from ivigabm.errors import InputError
from ivigabm.knowledge import published_pharmacokinetics as published
from ivigabm.knowledge.published_pharmacokinetics import published_pharmacokinetics

SCRIPT = Path(__file__).parents[2] / "analysis" / "pharmacokinetics.py"

OUTSIDE: set[str] = set()  # rows that the model misses


@pytest.fixture(scope="module")
def study():
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(scope="module")
def measured(study):
    return study["measure"]()


@pytest.mark.parametrize("row", published_pharmacokinetics().values(), ids=lambda row: row.id)
def test_measured_figure_lies_in_the_published_range(measured, row):
    assert row.holds(measured[row.id]) == (row.id not in OUTSIDE), measured[row.id]


def test_every_measured_figure_has_a_published_row(measured):
    assert set(measured) == set(published_pharmacokinetics())


def test_ivig_speeds_clearance_through_fcrn_only(measured):
    assert measured["P027b"] > 2.0 * measured["P027a"]
    assert measured["P028b"] == pytest.approx(measured["P028a"], rel=1e-9)


def test_a_tracer_is_negligible(study):
    level = study["LEVEL"]
    course = study["serum"](f"0:{study['TRACE']}", level, days=2.0, hours=6.0)
    assert level < max(course.value) < level * 1.001


def test_fragments_without_fc_are_not_salvaged(study, measured):
    half_life = study["fragments"]()
    assert half_life["F(ab')2"] == pytest.approx(measured["P023"], rel=1e-3)
    assert half_life["Fab"] < half_life["F(ab')2"] < half_life["Fc"]
    assert half_life["Fc"] == pytest.approx(measured["P002"], rel=0.05)


def test_table_names_every_row_and_says_what_is_outside(study, measured):
    shown = study["table"](measured, {"Fc": 20.0})
    ids = list(shown.columns[0].cells)
    within = dict(zip(ids, shown.columns[5].cells, strict=True))
    assert ids == [*published_pharmacokinetics(), ""]
    assert {name for name, word in within.items() if word == "no"} == OUTSIDE


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_curves_are_drawn(study, tmp_path, suffix):
    path = tmp_path / f"curves.{suffix}"
    study["draw"](path)
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("P1,x,2,1,d,c,verified,", "range 2 to 1 is empty"),
        ("P1,x,1,2,d,c,guessed,", "confidence is 'guessed'"),
        ("P1,x,a,2,d,c,verified,", "low is 'a'"),
        ("P1,x,1,2,d,c,verified,\nP1,x,1,2,d,c,verified,", "stands twice"),
    ],
)
def test_a_bad_published_row_is_refused(tmp_path, monkeypatch, row, message):
    header = "id,quantity,low,high,unit,citation,confidence,note"
    (tmp_path / "igg_pharmacokinetics.csv").write_text(f"{header}\n{row}\n")
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    published_pharmacokinetics.cache_clear()
    try:
        with pytest.raises(InputError, match=message):
            published_pharmacokinetics()
    finally:
        published_pharmacokinetics.cache_clear()
