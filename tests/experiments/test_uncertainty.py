"""Intervals over parameters and seeds, and the share of each: with numbers of known variance."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scripted_findings import HEADER
from small_sweep import SMALL, same, write_plan

from ivigabm.errors import InputError
from ivigabm.experiments import evidence, twin
from ivigabm.experiments.bootstrap import difference, paired, picks, relative_reduction, resampled
from ivigabm.experiments.calibration.posterior import Posterior
from ivigabm.experiments.contrast import effects
from ivigabm.experiments.plan import Plan
from ivigabm.experiments.sweeps import sweep
from ivigabm.experiments.task import Run, Task
from ivigabm.experiments.uncertainty import parameter_share
from ivigabm.perturbation import parse
from ivigabm.report.folder import manifest
from ivigabm.scenario import Scenario

CLEARANCE = "platelet.clearance_max"


def figures(parameters: float, seeds: float, draws: int = 400, count: int = 24) -> np.ndarray:
    """Means over resampled seeds, of numbers whose standard deviations are given."""
    generator = np.random.default_rng(5)
    values = parameters * generator.standard_normal((draws, 1))
    values = values + seeds * generator.standard_normal((draws, count))
    return np.array([row[picks(count)].mean(axis=1) for row in values])


# -- shares -------------------------------------------------------------------------------------


def test_shares_of_a_known_variance() -> None:
    """A mean over 24 seeds of spread 5 varies by about 1, as much as the parameters do."""
    assert parameter_share(figures(1.0, 24**0.5)) == pytest.approx(0.5, abs=0.1)
    assert parameter_share(figures(0.0, 1.0)) < 0.2
    assert parameter_share(figures(1.0, 0.0)) == 1.0
    assert parameter_share(figures(3.0, 24**0.5)) == pytest.approx(0.9, abs=0.05)


def test_what_all_draws_owe_to_the_seeds_is_no_parameter() -> None:
    same_seeds = np.random.default_rng(1).standard_normal(8)[picks(8)].mean(axis=1)
    assert parameter_share(np.array([same_seeds] * 5)) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 50), (5, 1)])
def test_without_draws_or_seeds_there_is_no_share(shape: tuple[int, int]) -> None:
    assert np.isnan(parameter_share(np.random.default_rng(1).random(shape)))


def test_where_nothing_varies_there_is_no_share() -> None:
    assert np.isnan(parameter_share(np.ones((4, 30))))


# -- intervals ----------------------------------------------------------------------------------


def test_one_draw_is_the_interval_of_its_seeds() -> None:
    generator = np.random.default_rng(3)
    treated, control = generator.random(8), generator.random(8) + 1.0
    for statistic in (difference, relative_reduction):
        one = paired(statistic, treated, control)
        assert one == paired(statistic, treated[None], control[None])
        assert resampled(statistic, treated, control).shape == (1, 4000)


def test_draws_widen_an_interval() -> None:
    treated = np.array([[1.0, 1.2, 0.8], [5.0, 5.2, 4.8]])
    control = np.zeros((2, 3))
    found = paired(difference, treated, control)
    assert found.value == pytest.approx(3.0)
    assert found.low == pytest.approx(0.8, abs=0.1)
    assert found.high == pytest.approx(5.2, abs=0.1)


def test_effects_over_draws_have_a_share() -> None:
    rows = [
        (draw, seed, arm, "x", "", 4.0 * draw * (arm == "treated") + 0.1 * seed * draw)
        for draw in range(4)
        for seed in (3, 1, 2)
        for arm in ("treated", "control")
    ]
    names = ["draw", "seed", "arm", "outcome", "unit", "value"]
    (found,) = effects(pd.DataFrame(rows, columns=names)).itertuples()
    assert found.effect == pytest.approx(6.0)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.0, 12.0))
    assert found.parameter_share == 1.0


# -- run ----------------------------------------------------------------------------------------


def draws(*values: float) -> list[dict[str, float]]:
    return [{f"{CLEARANCE}@human": value} for value in values]


def test_a_run_over_draws() -> None:
    """Platelets fall as the draw of their clearance rises."""
    change = parse({**SMALL, "preparation": "ivig"})
    scenario = Scenario.load("itp")
    found = twin(scenario, change, (1, 2), days=0.5, draws=draws(12, 60))
    assert list(found.outcomes)[:3] == ["draw", "seed", "arm"]
    assert found.outcomes.groupby(["draw", "seed", "arm"]).ngroups == 8
    rows = found.outcomes[found.outcomes["outcome"] == "clinical_score"]
    level = rows.groupby("draw")["value"].mean()
    assert level[0] > 1.2 * level[1]
    told = found.summary()
    assert told["posterior"] == 2
    shares = told["outcomes"]["clinical_score"]["variance"]
    assert shares["parameters"] + shares["seeds"] == pytest.approx(1.0)
    assert manifest(found)["draws"] == draws(12, 60)
    plain = twin(scenario, change, (1, 2), days=0.5)
    assert "draw" not in plain.outcomes
    assert "posterior" not in plain.summary()
    assert "variance" not in plain.summary()["outcomes"]["clinical_score"]


def test_a_draw_at_the_usual_value_is_the_run_itself() -> None:
    """The value is stated, or read off the table: the same bits."""
    change = parse({**SMALL, "preparation": "ivig"})
    plain = twin(Scenario.load("itp"), change, (1,), days=0.5)
    other = twin(Scenario.load("itp"), change, (1,), days=0.5, draws=draws(115, 115))
    first = other.outcomes[other.outcomes["draw"] == 0].drop(columns="draw")
    same(first.reset_index(drop=True), plain.outcomes)


# -- sweep --------------------------------------------------------------------------------------


def test_a_sweep_over_draws(tmp_path: Path) -> None:
    plan = Plan.load(write_plan(tmp_path, replicates=2, doses=2))
    found = sweep(plan, tmp_path / "out", draws=draws(12, 60))
    assert set(found.table["draw"]) == {0, 1}
    assert found.table["point"].nunique() == 4
    table = pd.read_parquet(tmp_path / "out" / "uncertainty.parquet")
    assert len(table) == 4 * found.table["outcome"].nunique()
    assert {"point", "dose", "preparation", "effect", "parameter_share"} <= set(table)
    again = sweep(plan, tmp_path / "out", draws=draws(12, 60))
    assert again.computed == 0
    assert sweep(plan, tmp_path / "out").uncertainty.empty
    assert not (tmp_path / "out" / "uncertainty.parquet").exists()


# -- evidence -----------------------------------------------------------------------------------

ROW = "R1,mouse_itp,none,,platelets@24h,value,10,20,node:autoantibody,Made up,verified,\n"


def scripted(task: Task) -> Run:
    """Platelets are the parameter; a seed moves them a little."""
    value = task.resolved.scenario.parameters.get(CLEARANCE, 15.0)
    if not any(antibody.dose_fold > 0 for antibody in task.resolved.scenario.antibody):
        value = 1000.0
    chance = 0.5 * np.random.default_rng(task.seed).standard_normal()
    day = np.array([0.0, task.days])
    columns = [np.full(2, value + chance) for _ in task.observe or ()]
    outcomes = (("clinical_score", "", value),)
    return Run(task.key, task.seed, outcomes, task.observe or (), np.column_stack([day, *columns]))


def test_rows_over_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivigabm.experiments.runner.simulate", scripted)
    table = tmp_path / "table.csv"
    table.write_text(HEADER + ROW, encoding="utf-8")
    at = [{f"{CLEARANCE}@mouse": value} for value in (11.0, 15.0, 15.0, 30.0)]
    found = evidence(table, draws=at)
    plain = evidence(table)
    assert found.findings[0].verdict == plain.findings[0].verdict  # that at the usual values
    (detail,) = found.summary()["details"]
    assert detail["posterior"]["agree"] == 0.75
    assert detail["posterior"]["simulated"] == pytest.approx(17.75, abs=0.5)
    low, high = detail["posterior"]["ci95"]
    assert low == pytest.approx(11.0, abs=0.8)
    assert high == pytest.approx(30.0, abs=0.8)
    assert detail["posterior"]["variance"]["parameters"] > 0.95
    assert found.table()["posterior_agree"].tolist() == [0.75]
    assert "posterior" not in plain.summary()["details"][0]


def test_a_failed_draw_leaves_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(task: Task) -> Run:
        if task.resolved.scenario.parameters.get(CLEARANCE) == 30.0:
            return Run(task.key, task.seed, error="out of memory")
        return scripted(task)

    monkeypatch.setattr("ivigabm.experiments.runner.simulate", failing)
    table = tmp_path / "table.csv"
    table.write_text(HEADER + ROW, encoding="utf-8")
    found = evidence(table, draws=[{f"{CLEARANCE}@mouse": value} for value in (11.0, 30.0)])
    assert found.findings[0].verdict.word == "agree"
    assert found.findings[0].spread is None


def test_a_sweep_that_varies_a_draw_is_refused(tmp_path: Path) -> None:
    from ivigabm.experiments.plan import Pair
    from ivigabm.experiments.sweep_draws import over_draws

    pair = Plan.load(write_plan(tmp_path)).pairs()[0]
    with pytest.raises(InputError, match="a column of this name"):
        over_draws([Pair({"draw": 1}, pair.arm, pair.control)], draws(12, 60))


def test_the_sample_gives_the_draws() -> None:
    table = pd.DataFrame(
        {"draw": [1], "weight": [1.0], "distance": [0.0], f"{CLEARANCE}@human": [38.0]}
    )
    assert Posterior(table).draws(2) == draws(38, 38)
