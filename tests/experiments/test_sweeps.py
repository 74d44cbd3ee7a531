"""Sweeps: a plan is read or refused, and its table is what the runs say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_sweep import SMALL, same, write_plan
from typer.testing import CliRunner

from ivigabm.cli import app
from ivigabm.errors import InputError
from ivigabm.experiments import sweeps
from ivigabm.experiments.plan import Plan
from ivigabm.experiments.sweeps import sweep
from ivigabm.experiments.twins import twin
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario


def plan(**changes: Any) -> Plan:
    return Plan.from_dict({"scenario": "itp", "vary": {"dose": [1.0, 2.0]}, **changes})


@pytest.fixture
def seen(tmp_path: Path) -> Any:
    return sweep(write_plan(tmp_path, replicates=2), tmp_path / "out")


def test_the_table_has_one_row_per_run_and_outcome(seen: Any) -> None:
    table = seen.table
    assert list(table)[:3] == ["point", "dose", "preparation"]
    assert len(table) == 8 * 2 * 7
    assert not table.duplicated(["dose", "preparation", "seed", "outcome"]).any()
    assert seen.runs == 8 * 2 + 2  # the untreated twins of all points are the same two
    assert table["control_key"].nunique() == 1
    assert (table["effect"] == table["value"] - table["control"]).all()


def test_effects_are_those_of_twins(seen: Any) -> None:
    change = parse({**SMALL, "dose": 0.5, "preparation": "fc"})
    pair = twin(Scenario.load("itp"), change, (1, 2), 0.5).effects.set_index("outcome")
    rows = seen.table.query("dose == 0.5 and preparation == 'fc'")
    for name, group in rows.groupby("outcome"):
        assert group["effect"].mean() == pytest.approx(pair.loc[name, "effect"], rel=1e-12)


def test_repeated_it_costs_nothing_and_says_the_same(seen: Any, tmp_path: Path) -> None:
    again = sweep(tmp_path / "plan.toml", tmp_path / "out")
    assert (again.computed, again.cached) == (0, seen.runs)
    same(again.table, seen.table)


def test_the_folder_holds_what_reading_it_back_needs(seen: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    kept = pd.read_parquet(out / "results.parquet")
    pd.testing.assert_frame_equal(kept, seen.table, check_dtype=False)
    facts = json.loads((out / "manifest.json").read_text())
    assert facts["runs"] == seen.runs
    assert facts["plan"]["vary"]["preparation"] == ["ivig", "fc"]
    assert facts["first_point"]["resolved"]["scenario"]["section"]["width"] == 16
    assert (out / "plan.toml").read_text() == (tmp_path / "plan.toml").read_text()
    fits = pd.read_parquet(out / "dose_response.parquet")
    assert set(fits["preparation"]) == {"ivig", "fc"}
    assert not list(out.glob(".*"))


def test_a_running_sweep_shows_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "_PARTIAL_S", 0.0)
    monkeypatch.setattr(sweeps, "_PARTIAL_SHARE", 1e9)
    monkeypatch.setattr("ivigabm.experiments.store.BATCH_RUNS", 1)
    counts = []
    target = tmp_path / "out" / "results.parquet"

    def look(done: int, total: int) -> None:
        counts.append(len(pd.read_parquet(target)) if target.exists() else 0)

    whole = sweep(write_plan(tmp_path, replicates=1), tmp_path / "out", progress=look)
    assert counts == sorted(counts)
    assert 0 < counts[-1] < len(whole.table)
    same(sweep(tmp_path / "plan.toml", tmp_path / "out").table, whole.table)


# -- plans --------------------------------------------------------------------------------------


def test_a_point_is_in_the_words_of_the_command_line() -> None:
    pairs = plan(
        vary={"without": [[], "fc"], "cells": {"macrophage": [30, 60]}},
        fix={"route": "sc", "parameters": {"opsonin": {"density_igg": 7.0}}},
        days=2,
    ).pairs()
    assert [pair.point for pair in pairs][1] == {"without": [], "cells.macrophage": 60}
    last = pairs[-1].arm.resolved
    assert last.scenario.cells.macrophage == 60
    assert last.scenario.parameters == {"opsonin.density_igg": 7.0}
    assert {dose.route for dose in last.doses} == {"sc"}
    assert len(last.mechanisms) < len(pairs[0].arm.resolved.mechanisms)
    assert pairs[-1].control.resolved.preparation is None
    assert pairs[0].arm.days == 2


def test_scenario_days_and_genotype_can_be_varied() -> None:
    vary = {"scenario": ["itp", "cidp"], "days": [1, 2], "genotype.FcgRIIIA": ["158VV", "158FF"]}
    arms = [pair.arm for pair in plan(vary=vary).pairs()]
    assert {arm.resolved.scenario.name for arm in arms} == {"itp", "cidp"}
    assert {arm.days for arm in arms} == {1.0, 2.0}
    assert len({arm.key for arm in arms}) == 8


def test_a_scenario_file_may_lie_beside_the_plan(tmp_path: Path) -> None:
    scenario = Path(__file__).parents[2] / "scenarios" / "itp.toml"
    (tmp_path / "mine.toml").write_text(scenario.read_text())
    (tmp_path / "plan.toml").write_text('scenario = "mine.toml"\n[vary]\ndose = [1]\n')
    assert Plan.load(tmp_path / "plan.toml").pairs()[0].arm.resolved.scenario.name == "mine"


def test_latin_hypercube_fills_ranges_and_counts_stay_whole() -> None:
    points = plan(
        design="latin-hypercube",
        samples=40,
        vary={"dose": [0.5, 2], "cells.macrophage": [10, 19], "preparation": ["ivig", "fc"]},
    ).points()
    doses = np.array([point["dose"] for point in points])
    assert 0.5 <= doses.min() < 0.6
    assert 1.9 < doses.max() < 2.0
    counts = [point["cells.macrophage"] for point in points]
    assert sorted(set(counts)) == list(range(10, 20))
    assert [point["preparation"] for point in points].count("fc") == 20


def test_a_fraction_states_how_it_is_made() -> None:
    vary = {"dose": [1, 2], "route": ["iv", "sc"], "knockout": [[], "FcRn"], "without": ["", "fc"]}
    fraction = plan(design="fractional-factorial", vary=vary)
    assert len(fraction.points()) == 8
    assert fraction.aliases() == ["without = dose × route × knockout"]
    assert len(plan(design="factorial", vary=vary).points()) == 16


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scenario": "itpp"}, "did you mean 'itp'"),
        ({"replicate": 3}, "key 'replicate' is not known; did you mean 'replicates'"),
        ({"vary": {"dsoe": [1]}}, r"\[vary\] dsoe: key 'dsoe' is not known; did you mean 'dose'"),
        ({"vary": {"cells.macrophag": [1]}}, "did you mean 'cells.macrophage'"),
        ({"vary": {"preparation": ["ivigg"]}}, "did you mean 'ivig'"),
        ({"vary": {"dose": 1.0}}, "a list of values is expected"),
        ({"vary": {"dose": []}}, "a list of values is expected"),
        ({"vary": {"dose": [-1.0]}}, "allowed is 0 to 20"),
        ({"vary": {"days": [0]}}, "a number above 0"),
        ({"vary": {"cells.macrophage": [1.5]}}, "cells.macrophage"),
        ({"vary": {"parameters.fcrn.k_innt": [1.0]}}, "did you mean 'fcrn.k_int'"),
        ({"vary": {"genotype.FcgRIIIA": ["158XX"]}}, "158XX"),
        ({"fix": {"dose": 1.0}}, r"stands in \[vary\] and in \[fix\]"),
        ({"fix": {"route": "po"}}, r"\[fix\] route"),
        ({"fix": {"schedule": "0:1"}}, "dose and schedule are both given"),
        ({"design": "gird"}, "did you mean 'grid'"),
        ({"design": "latin-hypercube"}, "key 'samples' is missing"),
        ({"design": "latin-hypercube", "samples": 3, "vary": {"dose": [2, 1]}}, "no range"),
        ({"design": "fractional-factorial", "vary": {"dose": [1, 2, 3]}}, "takes 2 of each"),
        ({"design": "fractional-factorial", "resolution": 7}, "allowed are 3, 4 and 5"),
        ({"replicates": 0}, "at least 1"),
        ({"replicates": True}, "at least 1"),
        ({"seeds": [1, 1]}, "stands twice"),
        ({"seeds": [1], "replicates": 2}, "both given"),
        ({"seeds": ["a"]}, "a whole number"),
        ({"days": -1}, "a number above 0"),
        ({"vary": 3}, "a table is expected"),
    ],
)
def test_a_plan_at_fault_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        plan(**changes).pairs()
    assert str(caught.value).startswith("plan: ")


def test_a_plan_file_at_fault_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml' cannot be read"):
        Plan.load(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_text("scenario = ")
    with pytest.raises(InputError, match=r"bad\.toml: cannot be read as TOML"):
        Plan.load(tmp_path / "bad.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(InputError, match="key 'scenario' is missing"):
        Plan.load(tmp_path / "empty.toml")


# -- command line -------------------------------------------------------------------------------


def call(*words: str) -> Any:
    return CliRunner().invoke(app, ["sweep", *words])


def test_json_is_the_published_one_and_nothing_else(tmp_path: Path) -> None:
    words = (str(write_plan(tmp_path, replicates=1)), "--out", str(tmp_path / "out"))
    found = json.loads(call(*words, "--workers", "1", "--json").stdout)
    assert set(found) == {"runs", "computed", "cached", "failed", "store", "wall_s"}
    assert (found["runs"], found["computed"], found["failed"]) == (9, 9, 0)
    shown = call(*words, "--workers", "1")
    assert shown.exit_code == 0
    assert "9 runs: 0 computed, 9 found in the store" in shown.stdout
    assert "ED50" in shown.stdout


def test_bad_input_ends_with_2_and_a_full_disk_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = ("--out", str(tmp_path / "out"), "--workers", "1")
    bad = call(str(write_plan(tmp_path, 'desing = "grid"')), *out)
    assert bad.exit_code == 2
    assert "did you mean 'design'" in bad.stderr
    both = call(str(write_plan(tmp_path)), *out, "--dask", "tcp://127.0.0.1:9")
    assert both.exit_code == 2

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ivigabm.experiments.parts.os.fsync", full)
    broken = call(str(write_plan(tmp_path, replicates=1)), *out)
    assert broken.exit_code == 1
    assert broken.stderr.count("\n") == 1
    assert "No space left on device" in broken.stderr
    assert "0 runs are kept" in broken.stderr


def test_failed_runs_are_listed_and_the_others_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ivigabm.model import IVIgModel

    step = IVIgModel.step

    def break_down(model: IVIgModel) -> None:
        if model.seed == 2:
            raise ZeroDivisionError("made up")
        step(model)

    monkeypatch.setattr(IVIgModel, "step", break_down)
    out = tmp_path / "out"
    words = (str(write_plan(tmp_path, replicates=2)), "--out", str(out), "--workers", "1")
    result = call(*words, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failed"] == 9
    assert "9 runs failed; seed 2: ZeroDivisionError: made up" in result.stderr
    assert set(pd.read_parquet(out / "results.parquet")["seed"]) == {1}
    assert len(json.loads((out / "manifest.json").read_text())["failures"]) == 9
