"""Twins: what the therapy changed, and how certain that is."""

import json
from typing import Any

import numpy as np
import pytest

from ivigabm.experiments import twin
from ivigabm.experiments.bootstrap import difference, paired, relative_reduction
from ivigabm.perturbation import Perturbation
from ivigabm.scenario import Scenario


def test_effect_is_what_the_therapy_adds(scripted_model: type, disease: Scenario) -> None:
    result = twin(disease, seeds=(1, 2, 3))
    rows = result.effects.set_index("outcome")
    igg = rows.loc["serum_igg_g_per_l"]
    assert (igg.treated, igg.control, igg.effect) == (22.0, 20.0, 2.0)
    # patients differ by tens, the effect is 2 in each: pairing takes the patients out
    assert (igg.ci_low, igg.ci_high) == pytest.approx((2.0, 2.0))
    assert rows.loc["inflammation_auc", "effect"] == -4.0
    assert result.anti_inflammatory_index.value == 0.5
    assert rows.loc["clinical_score", "unit"] == "10⁹/L"
    assert result.agent_steps == 600


def test_tables_are_tidy(scripted_model: type, disease: Scenario) -> None:
    result = twin(disease, seeds=(4, 9), days=3)
    assert list(result.outcomes) == ["seed", "arm", "outcome", "unit", "value"]
    assert list(result.timeseries) == ["seed", "arm", "day", "variable", "value"]
    assert len(result.outcomes) == 2 * 2 * 7
    assert not result.timeseries.duplicated(["seed", "arm", "day", "variable"]).any()
    assert result.timeseries["day"].max() == 3
    assert result.days == 3


def test_without_therapy_both_arms_agree(scripted_model: type, disease: Scenario) -> None:
    result = twin(disease, Perturbation(no_ivig=True), seeds=(1, 2))
    assert (result.effects["effect"] == 0).all()
    assert result.anti_inflammatory_index.value == 0


def test_progress_counts_every_arm(scripted_model: type, disease: Scenario) -> None:
    seen: list[tuple[int, int]] = []
    twin(disease, seeds=(1, 2), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_summary_has_the_published_shape(scripted_model: type, disease: Scenario) -> None:
    summary = twin(disease, seeds=(5, 6)).summary()
    assert set(summary) == {
        "scenario",
        "seed",
        "replicates",
        "days",
        "outcomes",
        "anti_inflammatory_index",
        "wall_s",
        "agent_steps",
        "variance_ratio_of_pairing",
    }
    assert (summary["scenario"], summary["seed"], summary["replicates"]) == ("made_up", 5, 2)
    for outcome in summary["outcomes"].values():
        assert set(outcome) == {"unit", "treated", "control", "effect", "ci95"}
        low, high = outcome["ci95"]
        assert low <= outcome["effect"] <= high


def test_pairing_says_how_much_variance_it_takes_out(
    scripted_model: type, disease: Scenario
) -> None:
    result = twin(disease, seeds=(1, 2, 3, 4))
    rows = result.pairing.set_index("outcome")
    # patients differ by tens, the same in both arms: their variance is in neither difference
    igg = rows.loc["serum_igg_g_per_l"]
    assert igg.paired_variance == 0
    assert igg.independent_variance == pytest.approx(2 * np.var([10, 20, 30, 40], ddof=1))
    assert igg.ratio == np.inf
    assert np.isnan(rows.loc["inflammation_auc", "ratio"])  # the same for every patient
    assert result.summary()["variance_ratio_of_pairing"]["serum_igg_g_per_l"] is None
    assert twin(disease).pairing["ratio"].isna().all()


def test_one_replicate_has_no_interval(scripted_model: type, disease: Scenario) -> None:
    summary = twin(disease).summary()
    assert summary["outcomes"]["serum_igg_g_per_l"]["ci95"] == [None, None]
    assert summary["anti_inflammatory_index"] == {"value": 0.5, "ci95": [None, None]}


def test_no_inflammation_leaves_the_index_undefined(
    scripted_model: Any, disease: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripted_model, "control_inflammation", 0.0)
    summary = twin(disease, seeds=(1, 2)).summary()
    assert summary["anti_inflammatory_index"] == {"value": None, "ci95": [None, None]}
    json.dumps(summary, allow_nan=False)


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(7)
    hits = 0
    for _ in range(200):
        patients = draw.normal(50, 20, 24)
        estimate = paired(difference, patients + draw.normal(3, 1, 24), patients)
        hits += estimate.low <= 3 <= estimate.high
    assert 175 <= hits <= 200


def test_interval_is_the_same_every_time_and_depends_on_pairs() -> None:
    treated, control = np.array([1.0, 4.0, 2.0, 8.0]), np.array([2.0, 5.0, 4.0, 9.0])
    once = paired(relative_reduction, treated, control)
    assert once == paired(relative_reduction, treated, control)
    assert once.low < once.value < once.high
    shuffled = paired(relative_reduction, treated, control[::-1].copy())
    assert shuffled.high - shuffled.low > once.high - once.low
