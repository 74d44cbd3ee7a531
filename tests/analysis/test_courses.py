"""The study `analysis/courses.py`: course, effect and onset of one disease."""

import runpy
from pathlib import Path

import pandas as pd
import pytest

from ivigabm.scenario import scenario_names

SCRIPT = Path(__file__).parents[2] / "analysis" / "courses.py"


@pytest.fixture(scope="module")
def study():
    return runpy.run_path(str(SCRIPT))


def test_onset_is_within_days_in_itp_and_the_table_shows_it(study):
    row = study["course"]("itp", 1)
    assert row["untreated"] < 30.0
    assert row["largest_effect"] > 40.0
    assert 0.5 < row["onset"] < 4.0
    assert "C121" in row["source"]
    assert study["show"](pd.DataFrame([row])).row_count == 1


def test_published_figures_are_of_scenarios(study):
    assert set(study["published"]()) <= {*scenario_names(), "alzheimer"}
