"""Sensitivity: known answers, and a small world."""

import sys

import numpy as np
import pytest

from ivigabm.errors import InputError
from ivigabm.experiments.factors import Factor, factors_of, points_of
from ivigabm.experiments.indices import MEASURES, analyse, design, vargha_delaney
from ivigabm.experiments.sensitivity import choose_replicates, sensitivity_of
from ivigabm.knowledge.parameters import Parameter
from ivigabm.perturbation import Perturbation, parse
from ivigabm.scenario import Scenario
from tests.small_worlds import FEW, PER_SCENARIO

NAMES = ("x1", "x2", "x3")


def ishigami(share):
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 with x uniform on (-π, π)."""
    x1, x2, x3 = ((2 * share - 1) * np.pi).T
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def by_measure(table):
    return {m: rows.set_index("parameter") for m, rows in table.groupby("measure")}


def test_sobol_gives_the_known_indices_of_ishigami():
    points = design("sobol", NAMES, 2048)
    found = by_measure(analyse("sobol", NAMES, points, ishigami(points)))
    # closed forms: V = a²/8 + bπ⁴/5 + b²π⁸/18 + 1/2 with a = 7, b = 0.1
    a, b = 7.0, 0.1
    one = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    two, both = a**2 / 8, b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    total = one + two + both
    known = {
        "S1": {"x1": one / total, "x2": two / total, "x3": 0.0},
        "ST": {"x1": (one + both) / total, "x2": two / total, "x3": both / total},
    }
    for measure, values in known.items():
        for name, value in values.items():
            row = found[measure].loc[name]
            assert row["value"] == pytest.approx(value, abs=0.02)
            assert row["ci_low"] - 0.01 < value < row["ci_high"] + 0.01
            assert row["ci_high"] - row["ci_low"] < 0.15


def test_morris_is_exact_where_the_response_is_a_plane():
    points = design("morris", NAMES, 6)
    found = by_measure(analyse("morris", NAMES, points, points @ np.array([4.0, -2.0, 0.0])))
    assert found["mu_star"]["value"].to_list() == pytest.approx([4, 2, 0], abs=1e-9)
    assert found["mu"]["value"].to_list() == pytest.approx([4, -2, 0], abs=1e-9)
    assert found["sigma"]["value"].to_list() == pytest.approx([0, 0, 0], abs=1e-9)


def test_pawn_ranks_an_idle_factor_last():
    points = design("pawn", NAMES, 400)
    response = 5 * points[:, 0] + points[:, 1]
    found = analyse("pawn", NAMES, points, response).set_index("parameter")
    assert found.loc["x1", "value"] > 2 * found.loc["x2", "value"] > 0
    assert found.loc["x3", "value"] < 0.2
    assert (found["ci_low"] <= found["value"]).all()
    assert (found["value"] <= found["ci_high"]).all()


@pytest.mark.parametrize("method", MEASURES)
def test_a_response_that_never_moves_has_no_influence_on_record(method):
    points = design(method, NAMES, 4)
    found = analyse(method, NAMES, points, np.full(len(points), 3.0))
    assert sorted(set(found["measure"])) == sorted(MEASURES[method])
    assert (found["value"] == 0.0).all()


@pytest.mark.parametrize(
    ("method", "size", "message"),
    [("sobol", 12, "power of two"), ("morris", 1, "2 or more"), ("moris", 4, "morris")],
)
def test_designs_that_cannot_be_are_refused(method, size, message):
    with pytest.raises(InputError, match=message):
        design(method, NAMES, size)


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(InputError, match=r"ivigabm\[sensitivity\]"):
        design("morris", NAMES, 4)


def test_vargha_delaney_counts_ties_half():
    one, other = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 0.0])
    brute = np.mean([(a > b) + 0.5 * (a == b) for a in one for b in other])
    assert vargha_delaney(one, other) == pytest.approx(brute)
    assert vargha_delaney(other, one) == pytest.approx(1 - brute)
    assert vargha_delaney(one, one) == 0.5
    assert vargha_delaney(one + 5, other) == 1.0


def test_replicates_grow_with_the_noise():
    rng = np.random.default_rng(4)
    centre = np.arange(6.0)[:, None]
    chosen = []
    for noise in (0.1, 2.0, 3.5):
        number, table = choose_replicates(centre + noise * rng.normal(size=(6, 16)))
        chosen.append(number)
        assert table["a"].is_monotonic_increasing or noise == 0.1
    assert chosen[0] == 1 < chosen[1] < chosen[2]
    assert choose_replicates(rng.normal(size=(6, 16)) * 50 + centre)[0] == 16
    assert choose_replicates(np.zeros((6, 16)))[0] == 1


def test_a_factor_spans_its_range_by_ratio_where_it_is_wide():
    def factor(low, high):
        return Factor(Parameter("a.b", "any", low, low, high, "-", "assumed", "", ""))

    narrow, wide = factor(2.0, 6.0), factor(0.01, 100.0)
    assert [narrow.at(s) for s in (0.0, 0.5, 1.0)] == pytest.approx([2, 4, 6])
    assert [wide.at(s) for s in (0.0, 0.5, 1.0)] == pytest.approx([0.01, 1, 100])
    assert not factor(0.0, 5.0).log


def little(scenario, **words):
    return parse({**FEW, **PER_SCENARIO[scenario], **words})


def test_factors_are_what_the_scenario_reads_and_nobody_measured():
    cidp = Scenario.load("cidp")
    rows = [factor.row for factor in factors_of(cidp, little("cidp"))]
    names = {row.name for row in rows}
    assert "repair.myelin" in names  # named by the scenario file
    assert "damage.strip_max" in names
    assert "platelet.clearance_max" not in names  # of another target
    assert all(row.species in ("human", "any") and row.low < row.high for row in rows)
    assert all(row.status != "measured" for row in rows)
    chosen = factors_of(cidp, little("cidp"), ["fcrn.*", "repair.myelin"])
    assert {f.row.name.split(".")[0] for f in chosen} == {"fcrn", "repair"}
    with pytest.raises(InputError, match=r"repair\.myelin"):
        factors_of(cidp, little("cidp"), ["repair.mielin"])
    with pytest.raises(InputError, match="at least 2"):
        factors_of(cidp, little("cidp"), ["repair.myelin"])


def test_a_point_that_the_model_refuses_is_pulled_to_the_usual_values():
    cidp, change = Scenario.load("cidp"), little("cidp")
    factors = factors_of(cidp, change, ["b_cell.division", "b_cell.differentiation"])
    assert [f.row.name for f in factors] == ["b_cell.differentiation", "b_cell.division"]
    unit = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])  # the first: a clone that runs away
    points, moved = points_of(cidp, change, factors, unit)
    assert moved == 1
    assert dict(points[2]) == {"b_cell.differentiation": 1.0, "b_cell.division": 0.2}
    first = dict(points[0])
    assert 0.4 < first["b_cell.differentiation"] < 0.6
    assert 0.5 < first["b_cell.division"] < 0.6
    for factor, share in zip(factors, unit[1], strict=True):
        assert factor.share_of(factor.at(share)) == pytest.approx(share)


def test_a_small_world_ranks_what_acts_above_what_does_not():
    found = sensitivity_of(
        Scenario.load("cidp"),
        little("cidp", dose=2.0),
        parameters=["damage.strip_max", "fcrn.salvage_phi", "complement.half_igm"],
        samples=3,
        replicates=1,
        days=0.5,
    )
    assert len(found.points) == 3 * 4
    assert found.runs == 2 * len(found.points)
    table = found.ranking()
    assert table.index[0] == "damage.strip_max"
    assert table.loc["complement.half_igm", ("value", "mu_star")] == 0.0  # no IgM antibody here
    summary = found.summary()
    assert list(summary["indices"]) == list(table.index)
    assert set(summary["indices"]["damage.strip_max"]) == {"mu_star", "mu", "sigma"}
    assert summary["indices"]["damage.strip_max"]["sigma"]["ci95"] == [None, None]


def test_the_pilot_chooses_replicates_and_is_paid_for(monkeypatch):
    monkeypatch.setattr("ivigabm.experiments.sensitivity.COUNTS", (1, 2))
    seen = []
    found = sensitivity_of(
        Scenario.load("cidp"),
        little("cidp"),
        parameters=["damage.strip_max", "fcrn.salvage_phi"],
        samples=2,
        days=0.25,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert found.replicates in set(found.reliability["replicates"])
    pilot = found.runs - 2 * len(found.points) * found.replicates
    assert pilot == 2 * 6 * 2
    assert seen[-1] == (found.runs, found.runs)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_outcomes_and_methods_are_checked_before_anything_runs():
    with pytest.raises(InputError, match="inflammation_auc"):
        sensitivity_of(Scenario.load("cidp"), Perturbation(), outcome="inflamation_auc")
