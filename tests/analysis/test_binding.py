"""The study `analysis/binding.py`: its tables and figure."""

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "analysis" / "binding.py"


@pytest.fixture(scope="module")
def study():
    return runpy.run_path(str(SCRIPT))


def test_tables_name_every_model_and_receptor(study, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # no word is broken
    path = tmp_path / "binding.svg"
    study["main"](["--out", str(path), "--resamples", "10"])
    said = capsys.readouterr().out
    for receptor in study["COLOURS"]:
        assert receptor in said
    for study_name in ("lux2013", "robinett2018", "tan2023"):
        assert f"{study_name} by a fit" in said
    text = path.read_text(encoding="utf-8")
    assert sum(f'<g id="axes_{k}">' in text for k in range(1, 5)) == 3
