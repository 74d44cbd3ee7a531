"""Measured against predicted binding of immune complexes to cells with one receptor."""

from dataclasses import replace

import numpy as np
import pytest

from ivigabm.errors import InputError
from ivigabm.experiments import binding_assay as assay_of
from ivigabm.experiments import binding_validation as validation
from ivigabm.experiments.binding_assay import Assay, bound_complexes, table_affinity
from ivigabm.experiments.binding_scores import (
    ceiling,
    normalised,
    over_rows,
    score,
)
from ivigabm.knowledge import complex_binding as tables


@pytest.fixture(scope="module")
def fitted():
    return validation.fitted()


@pytest.fixture(scope="module")
def frame(fitted):
    assay, found = fitted
    return assay.frame(found.values)


def test_predicted_binding_follows_the_measured(frame):
    found = score(frame, resamples=100)
    assert found.n == 112
    assert found.spearman.value >= 0.84
    assert found.spearman.low >= 0.8
    assert found.r2.value >= 0.66
    assert score(frame, over_rows, resamples=0).spearman.value >= 0.78


# FcgRI is saturated by three subclasses and tabled as blind to the fourth: no order is left.
@pytest.mark.parametrize(
    ("receptor", "least"),
    [("FcgRI", 0.45), ("FcgRIIA-131H", 0.7), ("FcgRIIB-232I", 0.65), ("FcgRIIIA-158F", 0.88),
     ("FcgRIIIA-158V", 0.8), ("FcgRIIIB-NA1", 0.85)],
)  # fmt: skip
def test_each_receptor(frame, receptor, least):
    assert score(frame[frame["receptor"] == receptor], resamples=0).spearman.value >= least


def test_without_affinities_agreement_is_gone():
    """Negative control: the same freedom, but every IgG binds alike."""
    assay, found = validation.fitted(lambda subclass, receptor: 1e6)
    blind = score(assay.frame(found.values), resamples=0)
    assert blind.spearman.value < 0.6
    assert blind.r2.value < 0.4


def test_valency_is_needed(fitted):
    """Negative control: complexes that bind with one arm only."""
    assay, found = fitted
    single = found.values | {"log_valency[low]": -np.log10(4.0), "log_valency[high]": -1.4}
    flat = score(assay.frame(single), resamples=0)
    assert flat.r2.value < score(assay.frame(found.values), resamples=0).r2.value - 0.3


def test_prediction_comes_close_to_what_replicates_say_of_one_another(frame):
    top = ceiling(frame).spearman.value
    assert score(frame, over_rows, resamples=0).spearman.value > 0.85 * top
    assert top < 0.95


def test_a_study_left_out_and_mixtures_are_predicted(fitted):
    assert score(validation.left_out("tan2023"), resamples=0).spearman.value >= 0.8
    mixed = validation.mixtures(fitted[1].values)
    assert mixed["mixed"].all()
    assert score(mixed, resamples=0).spearman.value >= 0.75


def test_the_published_fit_stands_beside():
    """Affinities refined on these signals, with the same freedom, do better."""
    assay, found = validation.fitted(assay_of.refined_affinity)
    assert 0.85 <= score(assay.frame(found.values), resamples=0).spearman.value < 0.95


def test_constants_agree_with_the_table_of_parameters(fitted):
    """Kx* of the simulator is the published one; the fit may not wander off."""
    found = fitted[1]
    free = {f.name: f for f in validation.unknowns()}
    assert abs(found.values["log_kx"] - free["log_kx"].centre) < 1.0
    assert all(abs(v) < 1.0 for name, v in found.values.items() if name.startswith("log_copies"))
    assert set(found.sd) == set(found.values)


def test_a_known_truth_is_found_again():
    chosen = validation.signals(studies=["robinett2018"])
    truth = {"log_kx": -12.0, "log_concentration": -8.3, "label": 0.4, "log_background": -2.0}
    true = Assay(chosen, table_affinity).predicted(truth)
    made = [replace(s, value=float(10.0**v)) for s, v in zip(chosen, true, strict=True)]
    assay = Assay(made, table_affinity)
    np.testing.assert_allclose(assay.measured, true, atol=1e-4)  # centred anew
    error = assay.measured - assay.predicted(truth | {"log_kx": -13.0})
    assert np.std(error) > 0.1  # another constant is seen
    noisy = [
        replace(s, value=s.value * (1.05 if k % 2 else 0.95)) for k, s in enumerate(made)
    ]  # fmt: skip
    found = validation.fit(Assay(noisy, table_affinity), validation.unknowns()).values
    for name in ("log_kx", "log_concentration", "label"):
        assert found[name] == pytest.approx(truth[name], abs=0.15), name


def test_one_receptor_has_a_closed_form():
    """Complexes bound for free receptors r: L ((1 + Kx K r)^f - 1) / Kx, receptors conserved."""
    for copies, valency in ((1e4, 4), (3e5, 26)):
        k, kx, conc = 2e6, 6.31e-13, 1e-9
        low, high = 0.0, copies
        for _ in range(200):
            free = (low + high) / 2.0
            used = conc * valency * k * free * (1.0 + kx * k * free) ** (valency - 1)
            low, high = (free, high) if free + used < copies else (low, free)
        expected = conc * ((1.0 + kx * k * free) ** valency - 1.0) / kx
        found = bound_complexes(conc, valency, (1.0,), (k,), copies, kx)
        assert found == pytest.approx(expected, rel=1e-6)


def test_a_mixture_of_equals_is_no_mixture():
    args = (1e-9, 33)
    rest = (2e5, 6.31e-13)
    one = bound_complexes(*args, (1.0,), (3e5,), *rest)
    assert bound_complexes(*args, (0.3, 0.7), (3e5, 3e5), *rest) == pytest.approx(one, rel=1e-9)
    strong = bound_complexes(*args, (1.0,), (3e6,), *rest)
    assert one < bound_complexes(*args, (0.3, 0.7), (3e6, 3e5), *rest) < strong


def test_normalising_takes_out_a_replicates_brightness():
    value = np.array([1.0, 10.0, 100.0, 7.0, 70.0, 700.0])
    logs = normalised(value, np.array([0, 0, 0, 1, 1, 1]))
    np.testing.assert_allclose(logs[:3], logs[3:])
    np.testing.assert_allclose(logs[:3], [-1.0, 0.0, 1.0])
    below = normalised(np.array([-5.0, 300.0, 5.0]), np.zeros(3, int))
    assert below[0] == pytest.approx(np.log10(0.01) - np.mean(np.log10([0.01, 3.0, 0.05])))


def test_score_of_a_frame_that_agrees_in_order_only(frame):
    steep = frame.assign(predicted=3.0 * frame["measured"])
    found = score(steep, over_rows, resamples=20)
    assert found.spearman.value == pytest.approx(1.0)
    assert found.correlation2 == pytest.approx(1.0)
    assert found.r2.value == pytest.approx(1.0 - 4.0)
    assert found.spearman.low <= found.spearman.value <= found.spearman.high + 1e-12
    assert np.isnan(score(frame[:2], resamples=0).spearman.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("lux2013,1,FcgRI,IgG9,4,5", "'IgG9' is not known"),
        ("lux2013,1,FcgRX,IgG1,4,5", "receptor 'FcgRX' is not known"),
        ("lux2013,1,FcgRI,IgG1,4,bright", "signal is 'bright'"),
        ('lux2013,1,FcgRI,"IgG1:0.5,IgG2:0.4",4,5', "do not add up to 1"),
        ("lux2013,1,FcgRIIIB-NA1,IgG1,4,5", "has no FcgRIIIB-NA1 of lux2013"),
        ("lux2013,1,FcgRI,IgG1,4,5\nlux2013,1,FcgRI,IgG1,4,6", "stands twice"),
    ],
)
def test_a_bad_row_is_refused(tmp_path, monkeypatch, row, message):
    (tmp_path / "evidence").mkdir()
    path = tmp_path / "evidence" / "binding_complexes.csv"
    path.write_text(f"study,replicate,receptor,igg,valency,signal\n{row}\n")
    tables.cell_lines()  # the other tables are those of the package
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    tables.binding_signals.cache_clear()
    try:
        with pytest.raises(InputError, match=message):
            tables.binding_signals()
    finally:
        tables.binding_signals.cache_clear()


def test_signals_below_background_are_kept():
    values = [s.value for s in tables.binding_signals()]
    assert len(values) == 1191
    assert min(values) < 0.0
    assert tables.mixture("IgG1:0.9,IgG2:0.1", "here") == (("IgG1", 0.9), ("IgG2", 0.1))
