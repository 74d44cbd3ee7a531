"""A dish: the words for its contents, and that it is closed."""

import numpy as np
import pytest

from ivigabm.dish_words import RESPONDERS, STIMULI, TARGETS, read_amounts
from ivigabm.errors import InputError, NotExpressible
from ivigabm.evidence_arm import parse_arm
from ivigabm.experiments.plan import Plan
from ivigabm.model import IVIgModel
from ivigabm.options import Simulation
from ivigabm.perturbation import Perturbation, parse, resolve
from ivigabm.scenario import Scenario
from tests.small_worlds import differences, state

DISH = Scenario.load("invitro_phagocytosis")
SHARE = ("killing", "lysis", "phagocytic_index", "viability[target_cell]")


def run(words="", scenario=DISH, seed=1, probes=(), **more):
    given = {**parse_arm(words or "none").words, **more}
    change = parse(given if "preparation" in given else {**given, "no_ivig": True})
    return IVIgModel(scenario, rng=seed, perturbation=change, probes=probes).run()


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("preparation=ivig; dose=1", NotExpressible, "use concentration"),
        ("preparation=ivig; schedule=0:2", NotExpressible, "use concentration"),
        ("preparation=ivig; concentration=10; dose=1", InputError, "is for a dish"),
        ("preparation=ivig; concentration=much", InputError, "number"),
        ("preparation=ivig; concentration=-1", InputError, "allowed"),
        ("therapy=plasma_exchange", NotExpressible, "not a body"),
        ("cells=makrophage", NotExpressible, "'macrophage'"),
        ("cells=macrophage,monocyte", NotExpressible, "not both"),
        ("cells=lymphocyte,keratinocyte", NotExpressible, "one of"),
        ("cells=macrophage,macrophage:3", InputError, "twice"),
        ("cells=macrophage:many", InputError, "number"),
        ("stimulus=FasLigand", NotExpressible, "FasL"),
        ("antibody.dose=1", NotExpressible, "dose_fold"),
    ],
)
def test_refusals_name_the_fault(text, kind, hint):
    with pytest.raises(InputError) as caught:
        resolve(DISH, parse_arm(text).perturbation())
    assert type(caught.value) is kind
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("preparation=ivig; concentration=10", "use dose"),
        ("cells=nk_cell", "no dish"),
        ("stimulus=LPS", "no dish"),
    ],
)
def test_words_of_a_dish_are_refused_elsewhere(words, hint):
    with pytest.raises(NotExpressible, match=hint):
        resolve(Scenario.load("cidp"), parse_arm(words).perturbation())


def test_a_file_is_a_dish_or_a_body():
    data = DISH.model_dump()
    for changed in (
        {**data, "dish": None},
        {**data, "therapy": {}},
        {**data, "target": {**data["target"], "place": "tissue"}},
    ):
        with pytest.raises(InputError, match="dish"):
            Scenario.from_dict(changed)


def test_amounts_are_read():
    assert read_amounts("cells", "neutrophil:40, nk_cell") == {"neutrophil": 40, "nk_cell": None}
    assert read_amounts("stimulus", ["TNF", "LPS:0.5"]) == {"TNF": None, "LPS": 0.5}
    for key, known in (("cells", (*RESPONDERS, *TARGETS)), ("stimulus", STIMULI)):
        assert all(read_amounts(key, word) == {word: None} for word in known)


def test_cells_take_the_place_of_those_that_act():
    changed = resolve(DISH, parse({"cells": "monocyte:30"})).scenario
    assert changed.cells.macrophage == 30
    assert changed.dish.phagocyte == "monocyte"
    assert changed.cells.target_cell == DISH.cells.target_cell
    changed = resolve(DISH, parse({"cells": "neutrophil,lymphocyte:50"})).scenario
    assert changed.cells.macrophage == 0
    assert changed.cells.neutrophil == DISH.dish.number
    assert (changed.cells.target_cell, changed.target.kind) == (50, "lymphocyte")


def test_one_vocabulary_on_the_command_line_in_plans_and_in_evidence():
    wanted = Perturbation(preparation="ivig", concentration=5.0)
    assert parse(Simulation(preparation="ivig", concentration=5.0).words()) == wanted
    assert parse_arm("preparation=ivig; concentration=5").perturbation() == wanted
    plan = {"scenario": DISH.name, "vary": {"concentration": [1, 5]}}
    assert Plan.from_dict(plan).vary["concentration"] == [1, 5]


def test_disease_off_is_a_dish_without_stimulus_and_opsonin():
    words = {"stimulus": "TNF:3", "disease": "off"}
    changed = resolve(DISH, parse(words)).scenario
    assert changed.dish.stimulus == {}
    assert changed.antibody == []


def test_what_is_added_stays_and_is_the_same_everywhere():
    model = run("preparation=ivig; concentration=10; treat_day=-1")
    drug = model.world.drug
    grams = float(np.sum(drug.pools.grams_per_litre()))
    assert grams == pytest.approx(10.0, rel=1e-9)
    assert np.all(drug.pools.cleared == 0.0)
    assert drug.pools.balance_error() < 1e-9
    assert drug.in_lymphoid == pytest.approx(drug.plasma)
    for seen in (drug.lymphoid, drug.effector):
        assert np.all(seen == drug.plasma[:, None])
    held = model.tables["therapeutic_igg"]
    assert np.sum(held["amount_nmol"]) == pytest.approx(np.sum(drug.pools.present()))
    assert float(np.sum(model.world.own.dosed)) > 0.0  # the opsonin, nothing else
    assert model.observations()["serum_igg_g_per_l"].iloc[0] == pytest.approx(10.0, rel=1e-9)


def test_endogenous_igg_only_where_it_is_asked_for():
    at_start = run().observations(start=True)["serum_igg_g_per_l"].iloc[0]
    assert at_start == 0.0
    model = run("baseline_igg=2")
    series = model.observations(start=True)["serum_igg_g_per_l"]
    assert series.iloc[0] == pytest.approx(2.0, rel=1e-6)
    assert series.iloc[-1] == pytest.approx(2.0, rel=1e-2)


def test_nothing_happens_before_day_0():
    words = "preparation=ivig; concentration=1; treat_day=-1; stimulus=TNF:2"
    model = run(words, probes=("phagocytic_index", "cytokine[TNF]"))
    series = model.observations()
    before = series[series["day"] <= 0.0]
    assert len(before) > 10
    assert (before["opsonin_density"] == 0.0).all()
    assert (before["phagocytic_index"] == 0.0).all()
    assert (before["cytokine[TNF]"] == 0.0).all()
    assert series["phagocytic_index"].iloc[-1] > 0.2
    # a stimulus is held, beside what the cells make, but for what the drug's antibodies bind
    assert (series[series["day"] > 0.0]["cytokine[TNF]"] >= 2.0 / 1.03).all()


def test_without_mechanisms_the_drug_is_inert_to_the_last_bit():
    words = "preparation=ivig; concentration=30; without=fab2,fc; cells=macrophage,neutrophil:20"
    treated, control = run(words), run(words, preparation="none")
    assert differences(state(treated, drug=False), state(control, drug=False)) == []


def test_shares_of_the_dish_add_up():
    words = "cells=macrophage:40,neutrophil:40,lymphocyte; stimulus=FasL"
    model = run(words, probes=("phagocytic_index", "lysis", "viability[lymphocyte]"))
    last = model.observer.last
    toll = model.world.toll / DISH.cells.target_cell
    assert last["phagocytic_index"] == pytest.approx(toll[0] + toll[1])
    assert last["viability[lymphocyte]"] == pytest.approx(1.0 - toll.sum())
    assert min(toll[0], toll[1], toll[4]) > 0.0
