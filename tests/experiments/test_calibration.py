"""Calibration from its plan to a posterior, with scripted runs instead of simulations."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scripted_findings import HEADER

from ivigabm.errors import InputError
from ivigabm.experiments.calibration import CalibrationPlan, calibrate, read_posterior
from ivigabm.experiments.calibration.ask import USUAL
from ivigabm.experiments.calibration.distance import FARTHEST
from ivigabm.experiments.calibration.free import design, free_parameters, usual
from ivigabm.experiments.calibration.plan import folder
from ivigabm.experiments.calibration.posterior import ABOUT, SAMPLE, Posterior
from ivigabm.experiments.calibration.rejection import splits, total, weights, widths
from ivigabm.experiments.draws import drawn, label
from ivigabm.experiments.store import Store
from ivigabm.experiments.task import Run, Task
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario

PINNED, LOOSE = "platelet.clearance_max@mouse", "binding.dimer_weight"
LOW, HIGH = 20.0, 24.0  # the truth: the row's band, in the parameter's own unit
ROWS = (
    "K1,mouse_itp,none,,platelets@24h,value,20,24,node:autoantibody,Made up,verified,\n"
    "K2,mouse_itp,knockout=FcgRI,,platelets@24h,value,19,25,node:autoantibody,Made up,verified,\n"
    "K3,mouse_itp,none,healthy,platelets@24h,<,,,node:autoantibody,Made up,verified,\n"
    'K4,mouse_itp,"hypothesis=dc_sign_ligand:none",,platelets@24h,value,0,1,null,x,verified,K1\n'
)


def answers(task: Task) -> Run:
    """Platelets are the pinned parameter itself; the loose one does nothing."""
    found = task.resolved
    value = found.scenario.parameters.get(PINNED.partition("@")[0], 14.4)
    ill = bool(found.scenario.antibody)
    day = np.array([found.start_day, 0.0, task.days])
    level = np.array([1000.0, 1000.0, value if ill else 1000.0])
    chance = 0.01 * np.random.default_rng(task.seed).standard_normal()
    names = task.observe or ()
    columns = [level + chance if name == "clinical_score" else 0.0 * day for name in names]
    series = np.column_stack([day, *columns])
    return Run(task.key, task.seed, (("clinical_score", "", value),), names, series)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    calls: list[Task] = []

    def simulate(task: Task) -> Run:
        calls.append(task)
        return answers(task)

    monkeypatch.setattr("ivigabm.experiments.runner.simulate", simulate)
    return calls


@pytest.fixture
def plan(tmp_path: Path) -> CalibrationPlan:
    (tmp_path / "rows.csv").write_text(HEADER + ROWS, encoding="utf-8")
    text = (
        f'parameters = ["{PINNED}", "{LOOSE}"]\nrows = ["K1", "K2", "K3"]\n'
        'samples = 64\nreplicates = 2\ntable = "rows.csv"\n'
    )
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    return CalibrationPlan.load(tmp_path / "plan.toml")


# -- a known answer -----------------------------------------------------------------------------


def test_a_known_posterior_is_found(plan: CalibrationPlan, runs: list[Task]) -> None:
    found = calibrate(plan)
    pinned, loose = found.widths
    assert pinned.pinned
    assert pinned.ratio < 0.5
    values = found.posterior.table[PINNED]
    assert LOW <= np.average(values, weights=found.posterior.table["weight"]) <= HIGH
    best = found.posterior.table.loc[found.posterior.table["distance"].idxmin(), PINNED]
    assert LOW <= best <= HIGH
    assert not loose.pinned
    assert 0.7 < loose.ratio < 1.3
    assert found.posterior.table["weight"].sum() == pytest.approx(1.0)


def test_the_usual_values_stand_beside_the_design(plan: CalibrationPlan, runs: list[Task]) -> None:
    """14.4 of a band from 20 to 24: 1.4 band widths below it; 4.6 of 6 below the other."""
    found = calibrate(plan)
    at = found.table[found.table["draw"] == USUAL].set_index("row")["distance"]
    assert at["K1"] == pytest.approx(1.87, abs=0.02)
    assert at["K2"] == pytest.approx(1.08, abs=0.02)
    assert at["K3"] == 0.0
    assert found.inside()["usual"] == pytest.approx(1 / 3)
    assert found.inside()["posterior"] > found.inside()["prior"]
    assert len(found.distances) == 64


def test_a_stopped_calibration_goes_on_and_a_larger_one_holds_it(
    plan: CalibrationPlan, runs: list[Task], tmp_path: Path
) -> None:
    from dataclasses import replace

    place = tmp_path / "store"
    first = calibrate(replace(plan, samples=32), store=Store(place))
    again = calibrate(plan, store=Store(place))
    assert again.cached == first.computed
    assert again.computed == pytest.approx(first.computed, rel=0.1)
    assert np.array_equal(again.unit[:32], first.unit)
    whole = calibrate(plan)
    pd.testing.assert_frame_equal(whole.table, again.table)
    assert whole.summary() == again.summary()


def test_a_run_that_fails_is_farthest(
    plan: CalibrationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(task: Task) -> Run:
        if task.resolved.absent:
            return Run(task.key, task.seed, error="out of memory")
        return answers(task)

    monkeypatch.setattr("ivigabm.experiments.runner.simulate", failing)
    found = calibrate(plan)
    assert set(found.table.loc[found.table["row"] == "K2", "distance"]) == {FARTHEST}
    assert found.widths[0].pinned


# -- rejection ----------------------------------------------------------------------------------


def test_a_normal_toy_is_recovered() -> None:
    """One parameter measured at 0.3 with an error, one that nothing reads."""
    unit = design(2, 512, seed=4)
    far = np.abs(unit[:, 0] - 0.3)
    weight, tolerance = weights(far, 0.2)
    assert (weight[far > tolerance] == 0.0).all()
    assert weight @ unit[:, 0] == pytest.approx(0.3, abs=0.01)
    pinned, loose = widths(unit, far, 0.2)
    # Epanechnikov's kernel of half width 0.1 has the standard deviation 0.1 / sqrt(5)
    assert pinned.ratio == pytest.approx(0.1 / 5**0.5 * 12**0.5, rel=0.1)
    assert pinned.chance == 0.0
    assert loose.ratio == pytest.approx(1.0, abs=0.1)
    assert loose.chance > 0.01


def test_a_parameter_of_noise_is_seldom_pinned() -> None:
    unit = design(8, 64, seed=2)
    found = [
        width.pinned
        for seed in range(12)
        for width in widths(unit, np.random.default_rng(seed).random(64), 0.25)
    ]
    assert sum(found) <= 4  # 1 % of 96 on average


def test_ties_at_the_best_share_the_weight() -> None:
    weight, _ = weights(np.array([1.0, 0.0, 0.0, 0.0, 2.0]), 0.4)
    assert weight.tolist() == pytest.approx([0.0, 1 / 3, 1 / 3, 1 / 3, 0.0])


def test_every_row_counts_alike() -> None:
    table = pd.DataFrame({"a": [3.0, 0.0], "b": [3.0, 0.0], "c": [0.0, 3.0]})
    assert total(table).tolist() == [2.0, 1.0]


def test_held_out_rows_do_not_calibrate() -> None:
    """A row is random in the halves that lack it: nothing else says where it is met."""
    generator = np.random.default_rng(7)
    table = pd.DataFrame((generator.random((200, 12)) > 0.3) * 1.0).rename(columns=str)
    found = splits(table, 0.2, count=5, seed=1)
    assert len(found) == 5
    assert len({split.rows for split in found}) == 5
    for split in found:
        assert len(split.rows) == 6
        assert split.fitted > split.before_fitted + 0.1  # noise fitted
        assert split.held_out == pytest.approx(split.before_held_out, abs=0.1)
        assert split.gap > 10.0


def test_rows_that_share_a_cause_predict_each_other() -> None:
    met = design(1, 128, seed=1)[:, 0] < 0.3
    table = pd.DataFrame({str(i): np.where(met, 0.0, 1.0) for i in range(10)})
    for split in splits(table, 0.2, count=5, seed=1):
        assert split.fitted == split.held_out == 1.0
        assert split.gap == 0.0


# -- priors and draws ---------------------------------------------------------------------------


def test_a_draw_reaches_the_species_it_is_of_and_no_stated_value() -> None:
    change = parse({"set.parameters.binding.dimer_weight": "5"})
    mouse = resolve(Scenario.load("mouse_itp"), change)
    person = resolve(Scenario.load("itp"))
    draw = {PINNED: 20.0, LOOSE: 7.0}
    assert drawn(mouse, draw).scenario.parameters == {
        "platelet.clearance_max": 20.0, "binding.dimer_weight": 5
    }  # fmt: skip
    assert drawn(person, draw).scenario.parameters == {"binding.dimer_weight": 7.0}


def test_designs_fill_the_prior() -> None:
    unit = design(8, 64, seed=1)
    assert unit.shape == (64, 8)
    for column in unit.T:
        assert np.histogram(column, bins=8, range=(0, 1))[0].tolist() == [8] * 8
    assert np.array_equal(unit, design(8, 64, seed=1))
    assert not np.array_equal(unit, design(8, 64, seed=2))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["binding.dimer_wieght"], "did you mean 'binding.dimer_weight'"),
        (["platelet.clearance_max"], "did you mean 'platelet.clearance_max@"),
        (["mass.igg"], "is measured"),
        ([LOOSE, LOOSE], "none twice"),
        ([], "at least one"),
    ],
)
def test_parameters_that_cannot_be_free(names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        free_parameters(names)


# -- plans and files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sampels = 9", "did you mean 'samples'"),
        ("samples = 2", "a whole number from 8"),
        ("replicates = 1", "a whole number from 2"),
        ("accept = 0", "a share above 0"),
        ('accept = "all"', "a number is expected"),
        ('rows = ["K1", "K1"]', "a name stands twice"),
        ("rows = []", "a list of names"),
        ("rows = [", "cannot be read as TOML"),
    ],
)
def test_a_plan_at_fault(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "plan.toml"
    rest = "" if line.startswith("rows") else 'rows = ["K1"]\n'
    path.write_text(f'parameters = ["{LOOSE}"]\n{rest}{line}\n', encoding="utf-8")
    with pytest.raises(InputError, match=message):
        CalibrationPlan.load(path)


@pytest.mark.parametrize(
    ("row", "message"), [("K4", "contested rows do not calibrate"), ("K9", "row 'K9' is not known")]
)
def test_rows_that_cannot_calibrate(plan: CalibrationPlan, row: str, message: str) -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match=message):
        replace(plan, rows=("K1", row)).planned()


def test_the_shipped_plan_can_be_run() -> None:
    plan = CalibrationPlan.load()
    assert len(plan.planned()) == len(plan.rows)
    assert 1 <= len(plan.factors()) <= 8
    values = usual(plan.factors())
    assert all(f.row.low <= values[name] <= f.row.high for f, name in zip(
        plan.factors(), plan.parameters, strict=True
    ))  # fmt: skip


def test_a_sample_survives_its_file(
    plan: CalibrationPlan, runs: list[Task], tmp_path: Path
) -> None:
    sample = calibrate(plan).posterior
    path = tmp_path / SAMPLE
    path.write_text(sample.text(), encoding="utf-8")
    again = read_posterior(path)
    assert again.parameters == (PINNED, LOOSE)
    pd.testing.assert_frame_equal(again.table, sample.table, rtol=1e-5, check_dtype=False)


def test_draws_follow_the_weights() -> None:
    table = pd.DataFrame(
        {"draw": [4, 9], "weight": [0.75, 0.25], "distance": [0.0, 0.5], LOOSE: [3.0, 8.0]}
    )
    found = [draw[LOOSE] for draw in Posterior(table).draws(8)]
    assert sorted(found) == [3.0] * 6 + [8.0] * 2
    assert Posterior(table).draws(8) == Posterior(table).draws(8)
    with pytest.raises(InputError, match="at least 2"):
        Posterior(table).draws(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("draw,weight,binding.dimer_weight\n1,1,2\n", "expected columns draw, weight, distance"),
        ("draw,weight,distance,binding.dimer\n1,1,0,2\n", "is not known"),
        (f"draw,weight,distance,{LOOSE}\n1,1,0\n", "line 2: 3 cells, not 4"),
        (f"draw,weight,distance,{LOOSE}\n1,1,0,many\n", "many"),
        (f"draw,weight,distance,{LOOSE}\n1,0,0,2\n", "a draw with a weight"),
        (f"draw,weight,distance,{LOOSE}\n", "a draw with a weight"),
        ("", "cannot be read"),
    ],
)
def test_a_sample_at_fault(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / SAMPLE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_posterior(path)


def test_the_shipped_sample_is_of_the_shipped_plan() -> None:
    plan, sample = CalibrationPlan.load(), read_posterior()
    told = json.loads((folder() / ABOUT).read_text(encoding="utf-8"))
    assert sample.parameters == plan.parameters
    assert tuple(told["rows"]) == plan.rows
    assert (told["samples"], told["accept"]) == (plan.samples, plan.accept)
    assert told["seeds"] == list(range(plan.seed, plan.seed + plan.replicates))
    assert told["kept"] == len(sample.table)
    assert len(sample.draws(20)) == 20
    for factor in plan.factors():
        values = sample.table[label(factor.row)]
        assert ((values >= factor.row.low) & (values <= factor.row.high)).all()
