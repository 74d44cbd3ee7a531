"""`ivigabm evidence`: words in, verdicts and files out, exit statuses."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from ivigabm.cli import app

DATA = Path(__file__).parent / "data"
HEADER = (
    "id,scenario,arm,versus,readout,relation,low,high,mechanism,citation,confidence,contested_by\n"
)
TINY = (
    "set.section.width=16; set.section.height=16; set.cells.macrophage=24; "
    "set.cells.sensor_cell=6; set.cells.basophil=6; set.target.count_per_agent=10"
)
IVIG = f"preparation=ivig; dose=1; treat_day=-1; {TINY}"
ROWS = (
    f"T1,mouse_itp,{IVIG},{TINY},platelets@12h,>,,,fc,Samuelsson 2001 Science 291:484,verified,\n"
    f"T2,mouse_itp,{TINY},,platelets.percent@12h,value,0,60,node:autoantibody,Crow <2001>,"
    "verified,\n"
    f"T3,mouse_itp,{IVIG},{TINY},serum_igg_g_per_l@12h,>,,,PK_EXPOSURE,Made up,recalled,\n"
)
BAD = (
    "B1,mouse_itp,preperation=ivig; dose=1,none,platelets@12h,>,,,fc,Nobody 1900,verified,\n"
    "B2,mouse_itp,preparation=ivig; dose=500,none,platelets@12h,>,,,fc,Nobody 1900,verified,\n"
)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["evidence", *words])


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evidence") / "table.csv"
    path.write_text(HEADER + ROWS + BAD, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(table: Path) -> tuple[Path, Result]:
    """A run of the table; the folder keeps its runs for what comes after."""
    out = table.parent / "out"
    pins = str(table.parent / "pins.csv")
    result = call(str(table), "--out", str(out), "--workers", "1", "--json", "--pin", pins)
    return out, result


def test_good_rows_run_and_bad_ones_are_named(done: tuple[Path, Result]) -> None:
    result = done[1]
    assert result.exit_code == 2
    assert re.search(r"table.csv, line 5, row B1: .*did you mean 'preparation'", result.stderr)
    assert re.search(r"table.csv, line 6, row B2: .*found 500, allowed is 0 to 20", result.stderr)
    found = json.loads(result.stdout)
    assert (found["rows"], found["agree"]) == (3, 3)
    verdicts = {detail["id"]: detail for detail in found["details"]}
    assert set(verdicts) == {"T1", "T2", "T3"}
    assert verdicts["T1"]["control_verdict"] == "works"
    low, high = verdicts["T2"]["ci95"]
    assert 0 <= low <= verdicts["T2"]["simulated"] <= high <= 60


def test_the_folder_holds_table_and_page(done: tuple[Path, Result]) -> None:
    out = done[0]
    found = pd.read_parquet(out / "evidence.parquet")
    assert list(found["id"]) == list(pd.read_csv(out / "evidence.csv")["id"])
    page = (out / "report.html").read_text(encoding="utf-8")
    for text in ("Samuelsson 2001 Science 291:484", "Crow &lt;2001&gt;", "line 5, row B1"):
        assert text in page
    assert page.count('<svg class="strip"') == 3
    assert not re.search(r"""(src|href)=["']?http""", page)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["evidence"]["agree"] == 3
    assert len(manifest["faults"]) == 2


def test_it_goes_on_from_its_store(table: Path, done: tuple[Path, Result]) -> None:
    again = call(str(table), "--out", str(done[0]), "--workers", "1")
    assert again.exit_code == 2
    assert "0 runs" in again.stderr
    lines = {line.split()[0]: line for line in again.stdout.splitlines() if line.strip()}
    assert "agree" in lines["T1"]
    assert "works" in lines["T1"]


def test_a_row_over_the_posterior(table: Path, done: tuple[Path, Result]) -> None:
    words = (str(table), "--workers", "1", "--only-rows", "T2", "--max-replicates", "2")
    result = call(*words, "--posterior", "2", "--json")
    assert result.exit_code == 0, result.stderr
    (detail,) = json.loads(result.stdout)["details"]
    low, high = detail["posterior"]["ci95"]
    assert low <= detail["posterior"]["simulated"] <= high
    assert 0.0 <= detail["posterior"]["variance"]["parameters"] <= 1.0
    shown = call(*words, "--posterior", "2")
    assert "from parameters" in shown.stdout


def test_moved_verdicts_are_told(table: Path, done: tuple[Path, Result]) -> None:
    words = (str(table), "--out", str(done[0]), "--workers", "1", "--only-rows", "T1,T2")
    pins = table.parent / "pins.csv"
    kept = call(*words, "--compare", str(pins))
    assert kept.exit_code == 0
    assert "moved" not in kept.stderr
    assert "B1" not in kept.stderr  # bad rows of what was chosen only
    other = table.parent / "other.csv"
    other.write_text(pins.read_text().replace("T1,,agree", "T1,,disagree"), encoding="utf-8")
    moved = call(*words, "--compare", str(other))
    assert moved.exit_code == 1
    assert "verdict moved: T1: disagree -> agree" in moved.stderr
    assert "T2" not in moved.stderr


def test_a_table_without_fault_ends_well(tmp_path: Path, done: tuple[Path, Result]) -> None:
    path = tmp_path / "table.csv"
    beyond = "T4,mouse_itq,none,,platelets,value,0,1,all,Nobody 1900,verified,\n"
    path.write_text(HEADER + ROWS.splitlines(keepends=True)[1] + beyond, encoding="utf-8")
    result = call(str(path), "--workers", "1", "--max-replicates", "2")
    assert result.exit_code == 0
    (line,) = (line for line in result.stdout.splitlines() if "mouse_itq" in line)
    assert line.split()[-2:] == ["1", "T4"]
    assert "did you mean 'mouse_itp'?" in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.csv"], "cannot be read as a table"),
        (["--only-rows", "E001,,E002"], "an empty name"),
        (["--pin", "pins.txt"], "ending in .csv"),
        (["--compare", "nowhere.csv"], "cannot be read as pins"),
    ],
)
def test_input_at_fault(words: list[str], message: str) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


# -- drift --------------------------------------------------------------------------------------


def test_accepted_verdicts_have_not_moved() -> None:
    """Fast rows of the mouse. Accept a move: --pin tests/data/evidence_fast_pins.csv."""
    pins = str(DATA / "evidence_fast_pins.csv")
    words = ("--workers", "1", "--compare", pins)
    result = call(str(DATA / "evidence_fast.csv"), *words)
    assert result.exit_code == 0, result.stderr + result.stdout
