"""Dose and response: known curves are found again, and what is not known is said."""

import numpy as np
import pandas as pd
import pytest

from ivigabm.experiments.dose_response import dose_responses, fit

DOSES = np.tile([0.1, 0.25, 0.5, 1.0, 2.0, 4.0], 8)
PATIENTS = np.repeat(np.arange(8), 6)
CURVE = 30 * DOSES / (0.8 + DOSES)


@pytest.mark.parametrize(
    ("baseline", "hill", "power"), [(False, 1.0, 1.0), (True, 1.0, 1.0), (True, None, 2.5)]
)
def test_an_exact_curve_is_found_exactly(baseline: bool, hill: float | None, power: float) -> None:
    response = 30 * DOSES**power / (0.8**power + DOSES**power) + (5.0 if baseline else 0.0)
    found = fit(DOSES, response, baseline=baseline, hill=hill)
    assert found.ed50.value == pytest.approx(0.8, rel=1e-6)
    assert found.emax.value == pytest.approx(30, rel=1e-6)
    assert found.hill == pytest.approx(power, rel=1e-6)
    assert found.e0 == pytest.approx(5.0 if baseline else 0.0, abs=1e-6)
    assert found.at(DOSES) == pytest.approx(response, abs=1e-6)
    assert found.at(0.0) == pytest.approx(found.e0)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    draw = np.random.default_rng(3)
    ed50 = emax = 0
    for _ in range(150):
        found = fit(DOSES, CURVE + draw.normal(0, 2, len(DOSES)))
        ed50 += found.ed50.low <= 0.8 <= found.ed50.high
        emax += found.emax.low <= 30 <= found.emax.high
    assert 133 <= ed50 <= 150
    assert 133 <= emax <= 150


def test_patients_are_resampled_whole() -> None:
    """Patients differ in Emax: more doses in the same few patients do not say more about it."""
    draw = np.random.default_rng(4)
    hits = 0
    for _ in range(20):
        own = 30 * (1 + 0.3 * draw.normal(size=16))
        doses, patients = np.tile(DOSES[:6], 16), np.repeat(np.arange(16), 6)
        response = own[patients] * doses / (0.8 + doses) + draw.normal(0, 0.5, len(doses))
        found = fit(doses, response, patients=patients)
        truth = float(own.mean())
        assert found.emax.low < truth < found.emax.high
        hits += found.emax.low <= 30 <= found.emax.high
    assert hits >= 15


def test_without_a_plateau_ed50_has_no_upper_limit() -> None:
    draw = np.random.default_rng(5)
    found = fit(DOSES, 0.1 * DOSES + draw.normal(0, 0.01, len(DOSES)))
    assert found.ed50.high == np.inf
    assert found.ed50.low > 4


def test_no_response_has_no_ed50() -> None:
    found = fit(DOSES, np.zeros(len(DOSES)))
    assert np.isnan(found.ed50.value)
    assert found.emax == (0, 0, 0)
    assert (found.ed50.low, found.ed50.high) == (0, np.inf)


def test_too_few_doses_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit(np.array([1.0, 2.0, 1.0, 2.0]), np.ones(4))


def test_a_table_is_fitted_group_by_group() -> None:
    rows = [
        {"dose": d, "preparation": name, "seed": int(p), "outcome": "y", "unit": "g", "effect": e}
        for name, ed50 in (("ivig", 0.8), ("fc", 0.3))
        for d, p, e in zip(DOSES, PATIENTS, 30 * DOSES / (ed50 + DOSES), strict=True)
    ]
    found = dose_responses(pd.DataFrame(rows), ["preparation"]).set_index("preparation")
    assert found.loc["ivig", "ed50"] == pytest.approx(0.8)
    assert found.loc["fc", "ed50"] == pytest.approx(0.3)
    limits = found.loc["fc", ["ed50_low", "ed50_high"]].tolist()
    assert limits == pytest.approx([0.3, 0.3], rel=0.02)  # as fine as the candidates
    assert list(found["observations"]) == [48, 48]
