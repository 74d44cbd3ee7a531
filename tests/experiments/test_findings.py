"""A table from its text to verdicts, with scripted runs instead of simulations."""

from collections import Counter
from pathlib import Path

import pytest
from scripted_findings import EDGE, HEADER, NODE, scripted

from ivigabm.errors import InputError
from ivigabm.experiments import evidence
from ivigabm.experiments.executors import InProcess
from ivigabm.experiments.findings.pins import changes, pins_of, read_pins, text_of
from ivigabm.experiments.findings.plan import plan
from ivigabm.experiments.findings.result import EvidenceResult
from ivigabm.experiments.findings.rounds import ladder
from ivigabm.experiments.findings.table import read_tables
from ivigabm.experiments.store import Store
from ivigabm.experiments.task import Run, Task
from ivigabm.report.findings_page import render

IVIG = "preparation=ivig; dose=1; treat_day=-1"
GOOD = (
    f"G1,mouse_itp,{IVIG},none,platelets@24h,>,,,{EDGE},Samuelsson 2001,verified,\n"
    f'G2,mouse_itp,"knockout={NODE}; {IVIG}",{IVIG},platelets.protection@24h,<,,0.5,{EDGE},'
    "Samuelsson 2001,verified,\n"
    "G3,mouse_itp,none,,platelets.percent@1d,value,5,15,node:autoantibody,Crow 2001,verified,\n"
)


def table(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Tasks that were run; each answers from a script."""
    calls: list[Task] = []
    monkeypatch.setattr("ivigabm.experiments.runner.simulate", scripted(calls=calls))
    return calls


def words(result: EvidenceResult) -> dict[str, str]:
    return {finding.row.id: finding.verdict.word for finding in result.findings}


# -- tables -------------------------------------------------------------------------------------


def test_bad_rows_are_named_and_the_good_ones_run(tmp_path: Path, runs: list[Task]) -> None:
    bad = (
        "B1,mouse_itp,preperation=ivig; dose=1,none,platelets@24h,>,,,all,x,verified,\n"
        "B2,mouse_itp,preparation=ivig; dose=-3,none,platelets@24h,>,,,all,x,verified,\n"
    )
    result = evidence(table(tmp_path, GOOD + bad))
    assert words(result) == {"G1": "agree", "G2": "agree", "G3": "agree"}
    first, second = map(str, result.faults)
    assert first.startswith("table.csv, line 5, row B1: arm: key 'preperation' is not known")
    assert "did you mean 'preparation'?" in first
    assert second == "table.csv, line 6, row B2: dose (g/kg): found -3, allowed is 0 to 20"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"X,mouse_itp,{IVIG},,platelets@24h,>,,,all,x,verified,\n", "versus: the cell is empty"),
        (f"X,mouse_itp,{IVIG},none,platelets@24h,>,low,,all,x,verified,\n", "a number is expected"),
        (f"X,mouse_itp,{IVIG},none,,>,,,all,x,verified,\n", "readout: the cell is empty"),
        (f"X,mouse_itp,{IVIG},none,platelets@soon,>,,,all,x,verified,\n", "time 'soon'"),
        ("X,mouse_itp,dose=1,none,platelets@24h,>,,,all,x,verified,\n", "without a preparation"),
        (f"X,mouse_itp,{IVIG},none,platelets@24h,>,,,all,x, y,verified,\n", "13 cells"),
        (f"X,mouse_itp,{IVIG},none,platelets@24h,~,1,,all,x,verified,\n", "both needed"),
        (f"G1,mouse_itp,{IVIG},none,platelets@24h,>,,,all,x,verified,\n", "'G1' stands twice"),
    ],
)
def test_a_row_at_fault(tmp_path: Path, runs: list[Task], row: str, message: str) -> None:
    result = evidence(table(tmp_path, GOOD + row))
    assert len(result.findings) == 3
    (fault,) = result.faults
    assert message in fault.message
    assert fault.place == "table.csv, line 5"


def test_lines_are_those_of_the_file(tmp_path: Path, runs: list[Task]) -> None:
    """Quoted cells may span lines, and empty lines count."""
    rows = GOOD.replace("Crow 2001", '"Crow\n2001"') + "\nX,mouse_itp,,,a,>,,,all,x,verified,\n"
    (fault,) = evidence(table(tmp_path, rows)).faults
    assert fault.place == "table.csv, line 7"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("X,mouse_itq,none,,platelets,value,0,1,all,x,v,\n", "did you mean 'mouse_itp'"),
        ("X,mouse_itp,none,,platelet,value,0,1,all,x,v,\n", "did you mean 'platelets'"),
        ("X,mouse_itp,knockout=FcRnn,,platelets,value,0,1,all,x,v,\n", "did you mean 'FcRn'"),
        ("X,mouse_itp,none,,platelets,value,0,1,FC_FCRM,x,v,\n", "did you mean 'FC_FCRN'"),
        ("X,mouse_itp,none,,platelets,valeu,0,1,all,x,v,\n", "did you mean 'value'"),
        ("X,mouse_itp,none,,incat,value,0,1,all,x,v,\n", "does not read it"),
    ],
)
def test_words_that_the_model_lacks(
    tmp_path: Path, runs: list[Task], row: str, message: str
) -> None:
    (finding,) = evidence(table(tmp_path, row)).findings
    assert finding.verdict.word == "not_expressible"
    assert message in finding.verdict.reason
    assert not runs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER.replace("readout", "reedout"), "did you mean 'readout'"),
        (HEADER.replace(",contested_by", ""), "at fault: contested_by"),
        ("", "at fault"),
    ],
)
def test_a_header_at_fault(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        evidence(path)


def test_a_folder_holds_groups_and_other_lists(tmp_path: Path, runs: list[Task]) -> None:
    one, two, three = GOOD.splitlines(keepends=True)
    (tmp_path / "first.csv").write_text(HEADER + one + two, encoding="utf-8")
    (tmp_path / "second.csv").write_text(HEADER + three, encoding="utf-8")
    (tmp_path / "reasons.csv").write_text("id,reason\nX,none\n", encoding="utf-8")
    result = evidence(tmp_path, groups=["second"])
    assert [(finding.row.id, finding.row.group) for finding in result.findings] == [
        ("G3", "second")
    ]
    assert list(words(evidence(tmp_path, only_rows=["G2"]))) == ["G2"]
    bad = "X,mouse_itp,dose=1,none,platelets@24h,>,,,all,x,verified,\n"
    (tmp_path / "second.csv").write_text(HEADER + three + bad, encoding="utf-8")
    assert [fault.id for fault in evidence(tmp_path, groups=["second"]).faults] == ["X"]
    assert evidence(tmp_path, groups=["first"]).faults == ()
    assert evidence(tmp_path, only_rows=["G3"]).faults == ()
    with pytest.raises(InputError, match="group 'third' is not known"):
        evidence(tmp_path, groups=["third"])
    with pytest.raises(InputError, match="row 'G4' is not known"):
        evidence(tmp_path, only_rows=["G4"])


# -- verdicts -----------------------------------------------------------------------------------


def test_a_row_that_holds_without_its_mechanism_discriminates_nothing(
    tmp_path: Path, runs: list[Task]
) -> None:
    row = f"X,mouse_itp,{IVIG},none,platelets@24h,>,,,FC_COMPL_C3B,x,verified,\n"
    (finding,) = evidence(table(tmp_path, row)).findings
    assert finding.verdict.word == "not_discriminating"
    assert finding.verdict.control_verdict == "holds_without"


def test_a_row_without_claim_has_no_control(tmp_path: Path, runs: list[Task]) -> None:
    row = f"X,mouse_itp,{IVIG},none,platelets@24h,~,7,9,null,x,verified,\n"
    result = evidence(table(tmp_path, row))
    assert result.summary()["without_control"] == 1
    assert words(result) == {"X": "agree"}


def test_a_row_that_fails_needs_no_control(tmp_path: Path, runs: list[Task]) -> None:
    row = f"X,mouse_itp,{IVIG},none,platelets@24h,<,,,{EDGE},x,verified,\n"
    (finding,) = evidence(table(tmp_path, row)).findings
    assert finding.verdict.word == "disagree"
    assert finding.verdict.control is None
    assert not finding.verdict.undecided
    assert len(runs) == 2 * 8


def test_a_control_may_keep_less_than_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It still holds without the edge, but at a tenth of its size."""
    full, rest = scripted(rescue=0.8), scripted(rescue=0.05)

    def partly(task: Task) -> Run:
        if EDGE in task.resolved.mechanisms:
            return full(task)
        whole = sorted({*task.resolved.mechanisms, EDGE})
        from dataclasses import replace

        found = rest(replace(task, resolved=replace(task.resolved, mechanisms=tuple(whole))))
        return replace(found, key=task.key)

    monkeypatch.setattr("ivigabm.experiments.runner.simulate", partly)
    row = f"X,mouse_itp,{IVIG},none,platelets@24h,>,,,{EDGE},x,verified,\n"
    (finding,) = evidence(table(tmp_path, row)).findings
    assert finding.verdict.control is not None
    assert finding.verdict.control.holds
    assert finding.verdict.control_verdict == "works"
    assert finding.verdict.word == "agree"


def test_contested_rows_are_run_at_every_position(tmp_path: Path, runs: list[Task]) -> None:
    arm = f"{IVIG}; hypothesis=dc_sign_ligand:none"
    row = f"X,mouse_itp,{arm},none,platelets@24h,>,,,{EDGE},x,verified,Y;Z\n"
    (finding,) = evidence(table(tmp_path, row)).findings
    assert {name: one.word for name, one in finding.positions.items()} == {
        "dc_sign_ligand:none": "agree",
        "dc_sign_ligand:fab2": "agree",
        "dc_sign_ligand:sialylated_fc": "agree",
    }
    held = {task.resolved.hypothesis.get("dc_sign_ligand") for task in runs}
    assert held == {"none", "fab2", "sialylated_fc"}
    uncontested = evidence(table(tmp_path, row.replace("Y;Z", "")))
    assert uncontested.findings[0].positions == {}


def test_proxies_are_counted(tmp_path: Path, runs: list[Task]) -> None:
    row = f"X,mouse_itp,{IVIG}; species=rat,species=rat,platelets@24h,>,,,{EDGE},x,verified,\n"
    assert evidence(table(tmp_path, row)).summary()["proxy"] == 1


def test_before_is_the_same_run(tmp_path: Path, runs: list[Task]) -> None:
    row = "X,mouse_itp,none,before,platelets@24h,<,,,node:autoantibody,x,verified,\n"
    result = evidence(table(tmp_path, row))
    assert words(result) == {"X": "agree"}
    assert len(runs) == 2 * 8  # the row, and its control


def test_a_failed_run_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = scripted()

    def failing(task: Task) -> Run:
        if task.resolved.preparation is None:
            return good(task)
        return Run(task.key, task.seed, error="out of memory")

    monkeypatch.setattr("ivigabm.experiments.runner.simulate", failing)
    result = evidence(table(tmp_path, GOOD))
    assert [finding.row.id for finding in result.crashed] == ["G1", "G2"]
    assert "out of memory" in result.crashed[0].verdict.reason
    assert words(result)["G3"] == "agree"


# -- replicates ---------------------------------------------------------------------------------


def test_the_ladder_of_replicates() -> None:
    assert ladder(32) == (8, 16, 32)
    assert ladder(20) == (8, 16, 20)
    assert ladder(4) == (4,)


def test_replicates_stop_when_the_verdict_is_clear(tmp_path: Path, runs: list[Task]) -> None:
    result = evidence(table(tmp_path, GOOD))
    assert {finding.verdict.claim.replicates for finding in result.findings} == {8}  # type: ignore[union-attr]
    assert {task.seed for task in runs} == set(range(1, 9))


def test_noise_takes_more_replicates_and_may_stay_undecided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Task] = []
    monkeypatch.setattr("ivigabm.experiments.runner.simulate", scripted(90.0, calls))
    row = "X,mouse_itp,none,,platelets@1d,value,95,105,null,x,verified,\n"
    (finding,) = evidence(table(tmp_path, row), seed=5).findings
    assert finding.verdict.word == "disagree"
    assert finding.verdict.undecided
    assert [task.seed for task in calls] == list(range(5, 37))
    (fewer,) = evidence(table(tmp_path, row), max_replicates=16).findings
    assert fewer.verdict.claim is not None
    assert fewer.verdict.claim.replicates == 16


def test_arms_of_equal_content_run_once(tmp_path: Path, runs: list[Task]) -> None:
    evidence(table(tmp_path, GOOD))
    assert max(Counter((task.key, task.seed) for task in runs).values()) == 1
    # IVIg, nothing, knock-out with and without IVIg, healthy and healthy knock-out; the edge cut
    # in IVIg with and without knock-out; no antibody
    contents = {task.key for task in runs}
    assert len(contents) == 9


def test_a_longer_row_lends_its_run_to_a_shorter_one(tmp_path: Path, runs: list[Task]) -> None:
    rows = GOOD + "L,mouse_itp,none,,platelets.percent@3d,value,5,15,null,x,verified,\n"
    path = table(tmp_path, rows)
    for store, days in ((None, 1.0), (Store(tmp_path / "store"), 3.0)):
        runs.clear()
        evidence(path, only_rows=["G3"], store=store)
        untreated = [task for task in runs if task.resolved.scenario.antibody[0].dose_fold > 0.0]
        assert {task.days for task in untreated} == {days}


def test_a_second_look_computes_nothing(tmp_path: Path, runs: list[Task]) -> None:
    path, store = table(tmp_path, GOOD), tmp_path / "store"
    first = evidence(path, store=Store(store), executor=InProcess())
    count = len(runs)
    second = evidence(path, store=Store(store), executor=InProcess())
    assert (first.computed, first.cached) == (count, 0)
    assert (second.computed, second.cached) == (0, count)
    assert len(runs) == count
    assert first.summary() == second.summary()
    assert sum(finding.seconds for finding in first.findings) == pytest.approx(0.25 * count)


# -- results ------------------------------------------------------------------------------------


def test_the_summary_has_the_agreed_keys(tmp_path: Path, runs: list[Task]) -> None:
    found = evidence(table(tmp_path, GOOD)).summary()
    assert list(found) == [
        "rows", "agree", "disagree", "not_discriminating", "not_expressible", "without_control",
        "undecided", "proxy", "details",
    ]  # fmt: skip
    for detail in found["details"]:
        assert set(detail) == {
            "id", "verdict", "simulated", "ci95", "control_verdict", "positions"
        }  # fmt: skip
    assert found["details"][0]["control_verdict"] == "works"


def test_the_table_is_tidy(tmp_path: Path, runs: list[Task]) -> None:
    found = evidence(table(tmp_path, GOOD)).table()
    assert list(found["id"]) == ["G1", "G2", "G3"]
    assert found["citation"].notna().all()
    assert (found["ci_low"] <= found["simulated"]).all()
    assert (found["simulated"] <= found["ci_high"]).all()


def test_pins_say_what_moved(tmp_path: Path, runs: list[Task]) -> None:
    path = table(tmp_path, GOOD)
    result = evidence(path)
    file = tmp_path / "pins.csv"
    file.write_text(text_of(pins_of(result)), encoding="utf-8")
    pins = read_pins(file)
    assert changes(pins, result, whole=True) == []
    moved = dict(pins) | {("G1", ""): "disagree", ("G9", ""): "agree"}
    del moved["G3", ""]
    assert [str(change) for change in changes(moved, result, whole=True)] == [
        "G1: disagree -> agree",
        "G3: not pinned -> agree",
        "G9: agree -> no such row",
    ]
    assert len(changes(moved, result, whole=False)) == 2
    broken = evidence(table(tmp_path, GOOD.replace("platelets@24h", "platelets@soon")))
    assert [change.now for change in changes(pins, broken, whole=True)] == ["bad input"]


def test_a_file_that_is_no_pins(tmp_path: Path) -> None:
    file = tmp_path / "pins.csv"
    for text in ("", "id,verdict\nG1,agree\n", "id,position,verdict\nG1,agree\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="no table of pins"):
            read_pins(file)


def test_an_arm_without_any_mechanism_is_its_untreated_twin(
    tmp_path: Path, runs: list[Task]
) -> None:
    """Idle IgG is inert, so the control of `all` costs nothing; not so where IgG is read."""
    row = f"X,mouse_itp,{IVIG},none,platelets@24h,>,,,all,x,verified,\n"
    evidence(table(tmp_path, row))
    assert len(runs) == 2 * 8
    runs.clear()
    evidence(table(tmp_path, row.replace("platelets@24h,>,,", "serum_igg_g_per_l@24h,value,0,9")))
    assert sum(task.resolved.preparation is not None for task in runs) == 2 * 8


@pytest.mark.parametrize(
    ("scenario", "arm", "time", "hours"),
    [
        ("cidp", "none", "84d", 3.0),
        ("cidp", "none", "7d", 1.0),
        ("cidp", "set.step_hours=2", "84d", 2.0),
        ("healthy", "antibody.dose=1", "84d", 3.0),  # a tracer binds nothing
        ("gbs_aidp", "none", "84d", 3.0),  # under way since its onset
        ("mouse_eae", "none", "28d", 1.0),
    ],
)
def test_a_world_at_rest_takes_a_longer_step(
    tmp_path: Path, runs: list[Task], scenario: str, arm: str, time: str, hours: float
) -> None:
    row = f"X,{scenario},{arm},before,serum_igg_g_per_l@{time},>,,,null,x,verified,\n"
    evidence(table(tmp_path, row), max_replicates=2)
    assert {task.resolved.scenario.step_hours for task in runs} == {hours}


def test_contradictions_and_contested_rows_count_apart(tmp_path: Path, runs: list[Task]) -> None:
    table(tmp_path, GOOD + GOOD.replace("G1", "C1").splitlines(keepends=True)[0])
    (tmp_path / "conflicts.csv").write_text(
        "group,ids,against,reason\nplatelets,G2;G7,G3,They differ\n", encoding="utf-8"
    )
    result = evidence(tmp_path)
    assert result.score == (2, 2)
    (conflict,) = result.conflicts
    assert conflict.rows == {"G2", "G3", "G7"}
    assert evidence(tmp_path / "table.csv").score == (4, 4)
    (tmp_path / "conflicts.csv").write_text("group,ids\nplatelets,G2\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected columns"):
        evidence(tmp_path)


def test_positions_are_tallied(tmp_path: Path, runs: list[Task]) -> None:
    arm = f"{IVIG}; hypothesis=treg_role:cause"
    rows = (
        f"X,mouse_itp,{arm},none,platelets@24h,>,,,{EDGE},x,verified,Y\n"
        f"Y,mouse_itp,{arm},none,platelets@24h,<,,,{EDGE},x,verified,X\n"
    )
    found = evidence(table(tmp_path, rows))
    assert found.positions == {"treg_role:cause": (1, 2), "treg_role:correlate": (1, 2)}
    assert found.score == (0, 0)


def test_contested_pairs_say_whether_one_model_holds_both(
    tmp_path: Path, runs: list[Task]
) -> None:
    def row(name: str, sign: str, position: str, other: str) -> str:
        arm = f"{IVIG}; hypothesis={position}"
        return f"{name},mouse_itp,{arm},none,platelets@24h,{sign},,,{EDGE},x,verified,{other}\n"

    rows = (
        row("A", ">", "treg_role:cause", "B C D")
        + row("B", ">", "treg_role:correlate", "A")
        + row("C", "<", "treg_role:correlate", "A")
        + row("D", ">", "th2_axis:needed", "A")
    )
    result = evidence(table(tmp_path, rows))
    found = {one.rows: one for one in result.disputes}
    assert found["A", "B"].together == ("treg_role:cause", "treg_role:correlate")
    assert found["A", "C"].verdicts == ("agree", "disagree")
    assert found["A", "C"].together == ()
    assert not found["A", "C"].apart
    assert found["A", "D"].together == ("",)  # they dispute nothing that one switch decides
    assert "In\n2 of 3 pairs it does" in render(result)


def test_examples_of_the_language_can_be_read() -> None:
    rows, faults = read_tables(Path(__file__).parents[1] / "data" / "evidence_examples.csv")
    assert faults == []
    assert [row.id for row in rows] == ["E051", "E003", "E020", "E126", "C020", "C023"]
    planned = {row.id: plan(row) for row in rows}
    assert planned["E051"].case is not None
    assert planned["C020"].case is not None
    assert planned["C020"].case.claim.arm.days == 168.0
    withdrawal = planned["C023"].case
    assert withdrawal is not None
    starts = {run.start_day for side in withdrawal.claim.sides for run in side.runs.values()}
    assert starts == {-91.0}


# -- what stands beside the tables --------------------------------------------------------------

WRONG = f"W1,mouse_itp,{IVIG},none,platelets@24h,<,,,{EDGE},Samuelsson 2001,verified,\n"


def beside(folder: Path) -> None:
    table(folder, GOOD + WRONG)
    (folder / "diagnoses.csv").write_text(
        "id,diagnosis\nW1,Platelets rise & stay\nG1,Agreed once not\n", encoding="utf-8"
    )
    (folder / "not_expressible.csv").write_text(
        "id,finding,reason\nB009,Fatigue falls,fatigue is no measure\n", encoding="utf-8"
    )


def test_a_diagnosis_is_told_of_rows_that_fail(tmp_path: Path, runs: list[Task]) -> None:
    beside(tmp_path)
    result = evidence(tmp_path)
    told = result.table().set_index("id")["diagnosis"]
    assert told["W1"] == "Platelets rise & stay"
    assert told["G1"] == ""
    page = render(result)
    assert "Platelets rise &amp; stay" in page
    assert "Agreed once not" not in page
    assert "fatigue is no measure" in page


def test_a_part_of_the_table_does_not_list_what_is_not_in_it(
    tmp_path: Path, runs: list[Task]
) -> None:
    beside(tmp_path)
    assert "fatigue is no measure" not in render(evidence(tmp_path, only_rows=("G1",)))


def test_a_list_with_other_columns_is_refused(tmp_path: Path, runs: list[Task]) -> None:
    beside(tmp_path)
    (tmp_path / "diagnoses.csv").write_text("id,why\nW1,so\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected columns id, diagnosis"):
        evidence(tmp_path)


def test_the_page_shows_what_draws_say(tmp_path: Path, runs: list[Task]) -> None:
    place = table(tmp_path, GOOD)
    assert "posterior" not in render(evidence(place))
    at = [{"platelet.clearance_max@mouse": value} for value in (11.0, 30.0)]
    page = render(evidence(place, draws=at))
    assert "2 draws of the calibrated" in page
    assert "100 % of draws agree" in page
