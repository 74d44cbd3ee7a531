"""The page needs no network; the folder is whole or not there."""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from ivigabm.errors import InputError
from ivigabm.experiments.twins import TwinResult, twin
from ivigabm.report import folder
from ivigabm.report.html import render
from ivigabm.scenario import Scenario

FILES = {
    "manifest.json",
    "outcomes.parquet",
    "report.html",
    "ro-crate-metadata.json",
    "timeseries.parquet",
}
VOID = {"meta", "path", "rect"}


class Balanced(HTMLParser):
    """Refuses a page whose elements are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def page(result: TwinResult) -> str:
    return render(folder.manifest(result), result.outcomes, result.timeseries)


def test_page_is_sound_and_fetches_nothing(result: TwinResult) -> None:
    html = page(result)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert not re.search(r"(?:src|href)=|@import|url\(|<script|<link", html)


def test_page_shows_outcomes_units_mechanisms_and_what_is_assumed(result: TwinResult) -> None:
    html = page(result)
    for row in result.effects.itertuples():
        assert row.unit in html
    assert html.count('<svg class="chart"') == 2
    assert "Platelets (10⁹/L)" in html
    assert all(m["id"] in html for m in folder.manifest(result)["mechanisms"])
    assert "What is assumed" in html
    assert "Made-up &lt;disease&gt; &amp; co" in html


def test_page_of_one_replicate_says_that_there_is_no_interval(
    scripted_model: type, disease: Scenario
) -> None:
    assert "does not exist for a single one" in page(twin(disease))


def test_folder_holds_what_reading_it_back_needs(result: TwinResult, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "run"
    folder.write_run(out, result, ["ivigabm", "run", "made_up"])
    assert {path.name for path in out.iterdir()} == FILES
    facts = json.loads((out / "manifest.json").read_text())
    assert facts["seeds"] == [1, 2, 3]
    assert facts["command_line"] == ["ivigabm", "run", "made_up"]
    assert Scenario.from_dict(facts["treated"]["scenario"]) == result.resolved.scenario
    outcomes = pd.read_parquet(out / "outcomes.parquet")
    series = pd.read_parquet(out / "timeseries.parquet")
    pd.testing.assert_frame_equal(outcomes, result.outcomes, check_dtype=False)
    assert list(series) == ["seed", "arm", "day", "variable", "value"]
    assert "Outcomes" in render(facts, outcomes, series)
    assert [path.name for path in out.parent.iterdir()] == ["run"]


def test_second_run_replaces_the_first_and_leaves_other_files(
    result: TwinResult, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "manifest.json").write_text("old")
    folder.write_run(tmp_path, result)
    assert {path.name for path in tmp_path.iterdir()} == FILES | {"notes.txt"}
    assert json.loads((tmp_path / "manifest.json").read_text())["program"] == "ivigabm"


def test_nothing_is_left_when_writing_fails(
    result: TwinResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        folder.write_run(tmp_path / "run", result)
    assert list(tmp_path.iterdir()) == []


def test_new_folder_obeys_the_umask(result: TwinResult, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        folder.write_run(tmp_path / "run", result)
    finally:
        os.umask(before)
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("place", "message"), [("file", "is a file"), ("file/below", "which is a file")]
)
def test_a_file_in_the_way_is_bad_input(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=message):
        folder.check_out(tmp_path / place)


def test_a_place_that_cannot_be_written_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(InputError, match=r"cannot write into .*Permission denied"):
        folder.check_out(tmp_path / "run")


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    folder.check_out(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
