"""Attribution: shares of mechanisms in small worlds, and how they are told."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest

from ivigabm.errors import InputError
from ivigabm.experiments import attribution, coalitions
from ivigabm.experiments.attribution import attribute, attribute_doses, observable
from ivigabm.experiments.draws import label
from ivigabm.experiments.runner import Results
from ivigabm.experiments.shapley import exact_design
from ivigabm.experiments.twins import twin
from ivigabm.knowledge.parameters import load_parameters
from ivigabm.mechanisms import mechanism_ids
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario
from tests.small_worlds import FEW, PER_SCENARIO

FOUR = "FC_FCRN,FC_FCGR_BLOCK,FAB_ANTIID,FC_TYPE2"
CIDP = Scenario.load("cidp")


def little(scenario="cidp", **words):
    return parse({**FEW, **PER_SCENARIO[scenario], "dose": 2.0, **words})


@pytest.fixture(scope="module")
def found():
    return attribute(CIDP, little(only=FOUR), seeds=(1, 2, 3), days=1.0, variables=["inflammation"])


def test_players_are_the_mechanisms_that_act(found):
    assert [player.name for player in found.players] == sorted(FOUR.split(","))
    assert found.exact
    assert found.runs == 2**4 * 3 + 1
    assert found.neutral == ()


def test_shares_sum_to_the_effect_that_run_reports(found):
    effect = twin(CIDP, little(only=FOUR), (1, 2, 3), 1.0).effects.set_index("outcome")
    totals = found.totals.set_index("outcome")
    sums = found.shares.groupby("outcome")["value"].sum()
    for outcome in totals.index:
        assert sums[outcome] == pytest.approx(totals.loc[outcome, "value"], abs=1e-12)
        if outcome != "serum_igg_g_per_l":  # there the drug counts by itself
            assert totals.loc[outcome, "value"] == pytest.approx(effect.loc[outcome, "effect"])
            assert totals.loc[outcome, "ci_low"] == pytest.approx(effect.loc[outcome, "ci_low"])
            assert totals.loc[outcome, "ci_high"] == pytest.approx(effect.loc[outcome, "ci_high"])
    assert totals.loc["inflammation_auc", "value"] < 0


def test_a_share_is_the_mean_of_what_a_mechanism_adds(found):
    # by hand, from the table of runs: all orders of the four
    from itertools import permutations

    rows = found.values[found.values["outcome"] == "inflammation_auc"]
    worth = rows.groupby("coalition")["value"].mean()
    names = [player.name for player in found.players]

    def v(chosen):
        return worth["+".join(n for n in names if n in chosen) or "none"]

    for name in names:
        gains = []
        for order in permutations(names):
            before = order[: order.index(name)]
            gains.append(v({*before, name}) - v(set(before)))
        told = found.summary()["shares"][name]
        assert told["value"] == pytest.approx(np.mean(gains), rel=1e-9)
        assert told["ci95"][0] <= told["value"] <= told["ci95"][1]


def test_the_empty_coalition_is_no_mechanism_and_not_all(found):
    rows = found.values[found.values["outcome"] == "inflammation_auc"]
    untreated = twin(CIDP, little(no_ivig=True, dose=None), (1,), 1.0).outcomes
    value = untreated.query("outcome == 'inflammation_auc' and arm == 'treated'")["value"].item()
    none = rows.query("coalition == 'none' and seed == 1")["value"].item()
    assert none == value


def test_the_time_course_ends_where_the_runs_end(found):
    last = found.timeline["day"].max()
    assert last == 1.0
    assert set(found.timeline["variable"]) == {"inflammation"}
    assert len(found.timeline) == found.timeline["day"].nunique() * 4
    assert (found.timeline["ci_low"] <= found.timeline["value"] + 1e-15).all()
    # inflammation adds up to its area under the curve, and so do the shares
    sums = found.timeline.groupby("player")["value"].sum() / 24
    for row in found.of(found.shares).itertuples():
        assert sums[row.player] == pytest.approx(row.value, rel=1e-6, abs=1e-12)


def test_the_summary_is_plain_data(found):
    told = json.loads(json.dumps(found.summary(), allow_nan=False))
    assert {"outcome", "total", "shares", "synergy", "runs"} <= set(told)
    assert len(told["synergy"]) == 6
    for first, second, value, (low, high) in told["synergy"]:
        assert first < second
        assert low <= value <= high
    one = attribute(CIDP, little(only="FC_FCRN"), seeds=(1,), days=0.25)
    told = json.loads(json.dumps(one.summary(), allow_nan=False))
    assert told["shares"]["FC_FCRN"]["ci95"] == [None, None]
    assert told["synergy"] == []


def test_what_a_molecule_cannot_do_is_left_out_and_listed():
    chosen = "FAB_ANTIID,FAB_BAFF,FC_FCRN,FC_TYPE2"
    change = little(preparation="fab2", only=chosen, without="FAB_BAFF")
    cut = attribute(CIDP, change, seeds=(1,), days=0.25)
    assert cut.neutral == ("FC_FCRN", "FC_TYPE2")  # switched off is not the same as idle
    assert [player.name for player in cut.players] == ["FAB_ANTIID"]
    assert list(cut.summary()["shares"]) == ["FAB_ANTIID"]
    assert cut.summary()["neutral"] == ["FC_FCRN", "FC_TYPE2"]


def test_nothing_given_is_nothing_to_share_out():
    nothing = attribute(CIDP, little(no_ivig=True, dose=None), seeds=(1, 2), days=0.25)
    assert nothing.players == ()
    assert nothing.runs == 3
    assert (nothing.totals["value"] == 0.0).all()
    assert nothing.shares.empty
    assert nothing.summary()["shares"] == {}


def test_groups_are_players_too():
    grouped = attribute(CIDP, little(), seeds=(1, 2), players="groups", days=0.5)
    names = [player.name for player in grouped.players]
    assert names[:2] == ["Fab2", "Fc"]
    assert set(names[2:]) <= {"both"}
    members = {m for player in grouped.players for m in player.mechanisms}
    assert members | set(grouped.neutral) == set(mechanism_ids())
    assert grouped.runs == 2 ** len(names) * 2 + 1


def test_sampling_keeps_to_its_budget_and_finds_the_same():
    change = little(only=f"{FOUR},FC_COMPL_C3B")
    few = attribute(CIDP, change, seeds=(1, 2), days=0.25, budget=60)
    assert not few.exact
    assert few.runs <= 60
    total = few.of(few.totals)["value"].item()
    assert few.of(few.shares)["value"].sum() == pytest.approx(total, rel=1e-9)
    every = attribute(CIDP, change, seeds=(1, 2), days=0.25)
    assert every.exact
    right = every.of(every.shares).set_index("player")["value"]
    for row in few.of(few.shares).itertuples():
        assert row.value == pytest.approx(right[row.player], abs=0.05 * abs(total))
    with pytest.raises(InputError, match="budget"):
        attribute(CIDP, change, seeds=(1, 2), days=0.25, budget=12)


def test_mechanisms_with_nothing_to_act_on_are_told_apart_before_sampling():
    mouse, words = Scenario.load("mouse_itp"), {"treat_day": 0.0, "dose": 1.0}
    idle = ("FAB_BAFF", "FC_BCELL_FCGR2B")  # B cells: the antibody of this mouse is injected
    change = little("mouse_itp", only=["FC_FCGR_BLOCK", "FC_FCRN", *idle], **words)
    narrow = attribute(mouse, change, seeds=(1,), days=0.1, budget=16)
    assert narrow.inert == idle
    assert narrow.exact
    assert {player.name for player in narrow.players} == {"FC_FCGR_BLOCK", "FC_FCRN"}
    wide = attribute(mouse, change, seeds=(1,), days=0.1)
    assert wide.inert == ()
    for name in idle:
        assert wide.summary()["shares"][name]["value"] == 0.0
    assert narrow.summary()["total"]["value"] == wide.summary()["total"]["value"]


def test_two_that_stand_in_for_each_other_are_not_taken_for_idle():
    # alone neither is missed, and with the third one gone neither acts: an outcome of 1 needs
    # "c" and at least one of "a" and "b"
    def run(arms, seeds, series=False):
        rows = [
            {"arm": arm.name, "key": arm.key, "seed": seed, "outcome": "x", "unit": "",
             "value": float("c" in m and ("a" in m or "b" in m))}
            for arm in arms
            for m in [set(arm.resolved.mechanisms)]
            for seed in seeds
        ]  # fmt: skip
        return Results(pd.DataFrame(rows), pd.DataFrame(), len(rows), 0, 0, 0)

    resolved = resolve(CIDP, little())
    assert coalitions.inert_among(resolved, ["a", "b", "c"], 1, 1.0, run) == ()
    assert coalitions.inert_among(resolved, ["c", "d"], 1, 1.0, run) == ("c", "d")


def test_shares_over_draws_of_the_parameters(found):
    # a binding strength that differs between draws: the shares differ, and are averaged
    name = "signal.half_macrophage@human"
    value = next(row.value for row in load_parameters() if label(row) == name)
    at = [{name: value}, {name: 2.0 * value}]
    common = {"seeds": (1, 2, 3), "days": 1.0}
    both = attribute(CIDP, little(only=FOUR), draws=at, **common)
    alone = [attribute(CIDP, little(only=FOUR), draws=[draw], **common) for draw in at]
    assert both.runs == sum(one.runs for one in alone)
    assert both.values.groupby("draw").size().nunique() == 1
    assert alone[0].shares["value"].tolist() == found.shares["value"].tolist()
    means = (alone[0].shares["value"] + alone[1].shares["value"]) / 2.0
    assert both.shares["value"].to_numpy() == pytest.approx(means.to_numpy(), abs=1e-12)
    told = both.summary()
    assert told["posterior"] == 2
    parts = told["total"]["variance"]
    assert parts["parameters"] + parts["seeds"] == pytest.approx(1.0)
    wide, narrow = (one.of(one.totals).iloc[0] for one in (both, alone[0]))
    assert wide.ci_high - wide.ci_low > narrow.ci_high - narrow.ci_low


def test_shares_over_dose():
    by_dose = attribute_doses(
        CIDP, (0.2, 2.0), little(only="FC_FCRN,FC_FCGR_BLOCK"), seeds=(1,), days=1.0
    )
    totals = [one.of(one.totals)["value"].item() for one in by_dose.values()]
    assert list(by_dose) == [0.2, 2.0]
    assert totals[1] < totals[0] < 0


def test_a_gap_between_shares_and_total_is_never_told(monkeypatch):
    wrong = dataclasses.replace(exact_design(2), shares=exact_design(2).shares * 1.001)
    monkeypatch.setattr(attribution.shapley, "affordable_designs", lambda *_: (wrong,))
    with pytest.raises(ArithmeticError, match="miss its total"):
        attribute(CIDP, little(only="FC_FCRN,FC_FCGR_BLOCK"), seeds=(1,), days=0.25)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"outcome": "inflamation_auc"}, "inflammation_auc"),
        ({"variables": ["inflamation"]}, "inflammation"),
        ({"players": "group"}, "groups"),
    ],
)
def test_words_are_checked(words, message):
    with pytest.raises(InputError, match=message):
        attribute(CIDP, little(), seeds=(1,), days=0.1, **words)


def test_every_outcome_has_something_to_see_over_time():
    from ivigabm.observation import OBSERVED
    from ivigabm.outcomes import OUTCOMES

    assert {observable(name) for name in OUTCOMES} <= set(OBSERVED)


def test_progress_never_runs_back():
    seen = []
    attribute(
        CIDP,
        little(only="FC_FCRN,FC_FCGR_BLOCK"),
        seeds=(1, 2),
        days=0.1,
        variables=["inflammation"],
        progress=lambda done, total: seen.append((done, total)),
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (8, 8)
    assert not math.isnan(seen[0][1])
