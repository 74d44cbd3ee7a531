"""The command line: words in, tables out, exit statuses."""

import json
import math
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivigabm.cli import app
from ivigabm.errors import InputError
from ivigabm.options import Simulation

SCENARIO = """
title = "Made up"
species = "human"
days = 12
[clinical]
measure = "platelets"
unit = "10⁹/L"
better = "higher"
scale = [[0.0, 0.0], [1.0, 250.0]]
"""


@pytest.fixture
def made_up(tmp_path: Path, scripted_model: type) -> str:
    path = tmp_path / "made_up.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_run_prints_the_outcome_table(made_up: str) -> None:
    result = call("run", made_up, "--replicates", "2")
    assert result.exit_code == 0, result.output
    table = result.stdout
    assert "12 days, 2 replicates" in table
    assert "Platelets" in table
    assert "anti-inflammatory index" in table
    igg = next(line for line in table.splitlines() if line.startswith("Serum IgG"))
    assert igg.split() == ["Serum", "IgG", "g/L", "17.0", "15.0", "+2.00", "2.00", "to", "2.00"]


def test_json_is_one_object_and_nothing_else(made_up: str) -> None:
    result = call("run", made_up, "--json", "--seed", "5", "--replicates", "3", "--days", "2.5")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert (found["seed"], found["replicates"], found["days"]) == (5, 3, 2.5)
    assert found["outcomes"]["serum_igg_g_per_l"]["effect"] == 2.0


def test_a_run_over_the_posterior_tells_the_share_of_the_parameters(made_up: str) -> None:
    words = ("run", made_up, "--replicates", "2", "--posterior", "3")
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["posterior"] == 3
    assert set(found["outcomes"]["clinical_score"]["variance"]) == {"parameters", "seeds"}
    assert "2 replicates of 3 posterior draws" in call(*words).stdout


def test_what_does_not_run_over_the_posterior_says_so(made_up: str) -> None:
    result = call("sensitivity", made_up, "--posterior", "3")
    assert result.exit_code == 2
    assert "sensitivity varies the parameters itself" in result.stderr


def test_one_draw_holds_no_uncertainty(made_up: str) -> None:
    result = call("run", made_up, "--posterior", "1")
    assert result.exit_code == 2
    assert "at least 2 draws" in result.stderr


def test_out_writes_the_folder(made_up: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = call("run", made_up, "--replicates", "1", "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == [
        "manifest.json",
        "outcomes.parquet",
        "report.html",
        "ro-crate-metadata.json",
        "timeseries.parquet",
    ]
    json.loads(result.stdout)


def test_no_ivig_leaves_no_effect(made_up: str) -> None:
    found = json.loads(call("run", made_up, "--json", "--no-ivig").stdout)
    assert {row["effect"] for row in found["outcomes"].values()} == {0.0}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dose", "nan"], "--dose: found nan"),
        (["--dose", "-1"], "dose"),
        (["--days", "0"], "--days: found 0"),
        (["--days", "inf"], "--days: found inf"),
        (["--only", "FC_FCRM"], "FC_FCRN"),
        (["--only", "fc,"], "--only: found an empty name"),
        (["--preparation", "ivigg"], "ivig"),
        (["--schedule", "0=2"], "schedule"),
        (["--route", "oral"], "route"),
        (["--set", "section.width"], "KEY=VALUE is expected"),
        (["--set", "section.widht=32"], "section.width"),
        (["--no-ivig", "--dose", "2"], "--no-ivig and --dose exclude each other"),
        (["--replicates", "0"], "--replicates"),
        (["--dose", "much"], "--dose"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_bad_options_are_named_before_anything_runs(
    made_up: str, tmp_path: Path, words: list[str], message: str
) -> None:
    result = call("run", made_up, "--out", str(tmp_path / "run"), *words)
    assert result.exit_code == 2, result.output
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""
    assert not (tmp_path / "run").exists()


def test_something_unforeseen_is_status_1_with_its_name(
    made_up: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("ivigabm.experiments.twins.twin", broken)
    result = call("run", made_up)
    assert result.exit_code == 1
    assert "ZeroDivisionError: by nought" in result.stderr
    assert "Traceback" not in result.output
    monkeypatch.setenv("IVIGABM_DEBUG", "1")
    assert isinstance(call("run", made_up).exception, ZeroDivisionError)


def test_options_become_words_of_the_evidence_language() -> None:
    options = Simulation(
        dose=2.0,
        treat_day=-1.0,
        only=["FC_FCRN,fab2", "FC_TYPE2"],
        block=["FcRn:0.5"],
        therapy=["plasma_exchange@0:1x5/2,20:1"],
        set=["section.width = 32", "days=3"],
    )
    assert options.words() == {
        "dose": 2.0,
        "treat_day": -1.0,
        "only": ["FC_FCRN", "fab2", "FC_TYPE2"],
        "block": ["FcRn:0.5"],
        "therapy": ["plasma_exchange@0:1x5/2,20:1"],
        "set.section.width": "32",
        "set.days": "3",
    }
    assert Simulation().words() == {}
    assert Simulation(no_ivig=True).words() == {"no_ivig": True}
    assert Simulation(seed=3, replicates=2).seeds == (3, 4)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="--concentration: found nan"):
        Simulation(concentration=math.nan)


def test_mechanisms_are_listed_and_drawn(tmp_path: Path) -> None:
    found = json.loads(call("mechanisms", "--json").stdout)["mechanisms"]
    assert {"FC_FCRN", "FAB_ANTIID"} <= {row["id"] for row in found}
    assert all(row["pathway"] in {"Fab2", "Fc", "both"} for row in found)
    listing = call("mechanisms").stdout
    for ending in ("svg", "graphml"):
        file = tmp_path / f"wiring.{ending}"
        assert call("mechanisms", "--graph", str(file)).exit_code == 0
        text = file.read_text(encoding="utf-8")
        ET.fromstring(text)
        assert all(row["id"] in text and row["id"] in listing for row in found)


@pytest.mark.parametrize("name", ["wiring.png", "missing/wiring.svg", "."])
def test_a_graph_that_cannot_be_written_is_bad_input(tmp_path: Path, name: str) -> None:
    result = call("mechanisms", "--graph", str(tmp_path / name))
    assert result.exit_code == 2
    assert result.stderr.startswith("ivigabm: --graph: ")
    assert list(tmp_path.iterdir()) == []


def test_parameters_are_filtered() -> None:
    everything = json.loads(call("parameters", "--json").stdout)["parameters"]
    some = json.loads(call("parameters", "fcrn.kd", "--json").stdout)["parameters"]
    assert 0 < len(some) < len(everything)
    assert {"value", "unit", "low", "high", "source", "status"} <= set(some[0])
    lines = call("parameters", "fcrn.kd").stdout.splitlines()
    assert len(lines) == 1 + len(some)
    assert call("parameters", "no such text").exit_code == 2


def test_scenarios_are_listed() -> None:
    found = json.loads(call("scenarios", "--json").stdout)["scenarios"]
    assert {"healthy", "itp", "cidp", "mouse_itp"} <= {row["name"] for row in found}
    assert all(row["name"] in call("scenarios").stdout for row in found)


def shell(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ivigabm", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_installed_program_answers_bad_input_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words, message in (
        (["run", "cipd"], "did you mean 'cidp'?"),
        (["run", str(tmp_path)], "is a directory"),
        (["run", str(tmp_path / "none.toml")], "does not exist"),
        (["run", "cidp", "--out", str(tmp_path / "file")], "is a file"),
        (["run", "cidp", "--out", str(tmp_path / "file" / "run")], "is a file"),
    ):
        done = shell(*words)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert done.stderr.startswith("ivigabm: ")
        assert done.stderr.count("\n") == 1
        assert message in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_help_meets_nothing_heavy() -> None:
    heavy = ["numpy", "numba", "pandas", "mesa", "scipy", "networkx", "matplotlib"]
    code = (
        "import sys; from typer.testing import CliRunner; from ivigabm.cli import app; "
        "done = CliRunner().invoke(app, ['run', '--help']); assert '--knockout' in done.output; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_load_on_first_use() -> None:
    code = (
        "import sys, ivigabm; assert 'pydantic' not in sys.modules; "
        "from ivigabm import Scenario; assert Scenario.__module__ == 'ivigabm.scenario'; "
        "import ivigabm.experiments.twins; from ivigabm.experiments import twin; "
        "assert twin is ivigabm.twin and callable(twin); print(sorted(dir(ivigabm)) == sorted("
        "ivigabm.__all__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    with pytest.raises(ImportError):
        exec("from ivigabm import nothing_of_this_name")


def test_help_of_the_page_is_quick() -> None:
    code = (
        "import sys\nfrom ivigabm.cli import app\ntry:\n    app(['app', '--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'mesa', 'numba', 'starlette', 'uvicorn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--no-browser" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        result = call("app", "--no-browser", "--port", str(other.getsockname()[1]))
    assert result.exit_code == 2
    assert "cannot listen at 127.0.0.1" in result.stderr


def test_the_page_refuses_an_unknown_scenario() -> None:
    result = call("app", "--no-browser", "--scenario", "cipd")
    assert result.exit_code == 2
    assert "cidp" in result.stderr
