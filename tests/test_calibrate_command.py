"""`ivigabm calibrate`: a plan in, a posterior sample and its manifest out."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from ivigabm.cli import app
from ivigabm.experiments.calibration import read_posterior

HEADER = (
    "id,scenario,arm,versus,readout,relation,low,high,mechanism,citation,confidence,contested_by\n"
)
TINY = (
    "set.section.width=16; set.section.height=16; set.cells.macrophage=24; "
    "set.target.count_per_agent=10"
)
ROWS = (
    f"T1,mouse_itp,{TINY},,platelets.percent@4h,value,45,60,node:autoantibody,Made up,verified,\n"
    f"T2,mouse_itp,antibody.class=IgG2a; {TINY},{TINY},platelets@4h,<,,,node:autoantibody,"
    "Made up,verified,\n"
)
CLEARANCE = "platelet.clearance_max@mouse"
PLAN = (
    f'parameters = ["{CLEARANCE}", "binding.dimer_weight"]\nrows = ["T1", "T2"]\n'
    'samples = 12\nreplicates = 2\ntable = "rows.csv"\n'
)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["calibrate", *words])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A real calibration of a small mouse."""
    home = tmp_path_factory.mktemp("calibration")
    (home / "rows.csv").write_text(HEADER + ROWS, encoding="utf-8")
    (home / "plan.toml").write_text(PLAN, encoding="utf-8")
    out = str(home / "out")
    result = call(str(home / "plan.toml"), "--out", out, "--workers", "1", "--best", "2", "--json")
    return home, result


def test_the_sample_and_its_manifest_are_written(done: tuple[Path, Result]) -> None:
    home, result = done
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    sample = read_posterior(home / "out" / "posterior.csv")
    assert len(sample.table) == found["kept"] == 3
    assert sample.parameters == (CLEARANCE, "binding.dimer_weight")
    told = json.loads((home / "out" / "posterior.json").read_text())
    for key in ("code", "parameters", "rows", "seeds", "design_seed", "distance", "splits"):
        assert told[key], key
    assert told["rows"] == {"T1": "mouse_itp", "T2": "mouse_itp"}
    assert [one["prior"] for one in told["parameters"]] == [[9.0, 40.0], [2.0, 20.0]]
    points = pd.read_parquet(home / "out" / "points.parquet")
    assert len(points) == 12
    assert found["best"]["distance"] <= points["distance"].min()


def test_what_clears_platelets_faster_leaves_fewer(done: tuple[Path, Result]) -> None:
    """The parameter of a draw reaches the model."""
    table = pd.read_parquet(done[0] / "out" / "distances.parquet")
    points = pd.read_parquet(done[0] / "out" / "points.parquet")
    figures = table[(table["row"] == "T1") & (table["draw"] >= 0)].set_index("draw")["figure"]
    assert figures.corr(points[CLEARANCE], method="spearman") < -0.9


def test_it_goes_on_from_its_store(done: tuple[Path, Result]) -> None:
    home, first = done
    again = call(str(home / "plan.toml"), "--out", str(home / "out"), "--workers", "1")
    assert again.exit_code == 0, again.output
    assert "0 runs" in again.stderr
    assert CLEARANCE in again.stdout
    told = json.loads((home / "out" / "posterior.json").read_text())
    for key in ("parameters", "splits", "tolerance"):
        assert told[key] == json.loads(first.stdout)[key]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.toml"], "cannot be read"),
        (["--samples", "3"], "samples: found 3"),
        (["--replicates", "1"], "replicates: found 1"),
    ],
)
def test_input_at_fault(tmp_path: Path, words: list[str], message: str) -> None:
    result = call(*words, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


def test_without_the_library_the_search_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    result = call("--best", "3", "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "pip install 'ivigabm[calibration]'" in result.stderr
