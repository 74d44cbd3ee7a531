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


CULTURE = Scenario.load("invitro_culture")


def culture(words, ask):
    change = parse_arm(words).perturbation()
    return IVIgModel(CULTURE, rng=1, perturbation=change, probes=[ask]).run().observer.last[ask]


def test_who_names_cells_names_their_stimulus():
    assert CULTURE.dish.stimulus == {"FasL": 1.0}
    assert resolve(CULTURE, parse({"cells": "neutrophil"})).scenario.dish.stimulus == {}
    for words in (
        {"cells": "neutrophil", "stimulus": "TNF"}, {"stimulus": "TNF", "cells": "neutrophil"},
    ):  # fmt: skip
        assert resolve(CULTURE, parse(words)).scenario.dish.stimulus == {"TNF": 1.0}


@pytest.mark.parametrize(
    ("measure", "cells", "stimulus"),
    [
        ("cytokine[IL-6]", "macrophage", "LPS"),
        ("cytokine[IL-1]", "macrophage", "LPS"),
        ("cytokine[IL-6]", "basophil", "IL-3"),
        ("cytokine[IL-12]", "dendritic_cell", "LPS"),
        ("cytokine[IL-10]", "dendritic_cell", "LPS"),
        ("activation[dendritic_cell]", "dendritic_cell", "LPS"),
        ("activation[basophil]", "basophil", "C3a"),
        ("activation[b_cell]", "b_cell", "BCR:5"),
        ("activation[macrophage]", "macrophage", "LPS"),
        ("activation[neutrophil]", "neutrophil", "C5a"),
        ("degranulation", "basophil", "C5a"),
        ("signal[IFN-gamma, dendritic_cell]", "dendritic_cell", "IFN-gamma"),
        ("proliferation[b_cell]", "b_cell", "BCR:5"),
    ],
)
def test_a_stimulus_is_answered_and_more_of_it_more(measure, cells, stimulus):
    still = culture(f"cells={cells}", measure)
    answered = culture(f"cells={cells}; stimulus={stimulus}", measure)
    assert still == 0.0
    assert answered > 0.0
    name, _, amount = stimulus.partition(":")
    more = culture(f"cells={cells}; stimulus={name}:{10.0 * float(amount or 1.0)}", measure)
    assert more > answered


@pytest.mark.parametrize(
    ("node", "measure", "words"),
    [
        ("IL-12", "cytokine[IL-12]", "cells=dendritic_cell; stimulus=LPS"),
        ("IL-1", "cytokine[IL-1]", "cells=macrophage; stimulus=LPS"),
        ("IL-10", "cytokine[IL-10]", "cells=dendritic_cell; stimulus=LPS"),
        ("C5aR", "activation[neutrophil]", "cells=neutrophil; stimulus=C5a"),
    ],
)
def test_without_the_product_there_is_no_answer(node, measure, words):
    assert culture(f"{words}; knockout={node}", measure) == 0.0


def test_il_11_is_what_the_drug_calls_forth():
    words = "preparation=ivig; concentration=10; cells=macrophage"
    assert culture(words, "cytokine[IL-11]") > 0.0
    assert culture(f"{words}; without=BOTH_IL11", "cytokine[IL-11]") == 0.0


def test_antibody_leaves_part_of_il_6_free():
    words = "preparation=fab2; concentration=20; cells=basophil; stimulus=C3a:50"
    cut = "; without=FAB_ANAPHYLATOXIN,FAB_BASO_IGE"
    with_sink = culture(words + cut, "cytokine[IL-6]")
    assert with_sink < 0.8 * culture(f"{words}{cut},FAB_CYTOKINE", "cytokine[IL-6]")


def test_a_stated_share_of_anti_idiotypes_is_of_the_antibody_at_hand():
    words = "preparation=ivig; concentration=10; antibody.target=platelet"
    plain, none, some = (
        run(words + said, probes=("antibody_bound[platelet]",)).observer.last[
            "antibody_bound[platelet]"
        ]
        for said in (
            "", "; hypothesis=idiotype_fraction:0", "; hypothesis=idiotype_fraction:0.001",
        )
    )  # fmt: skip
    assert plain == none
    assert some < 0.9 * none


def test_another_species_in_a_dish_is_a_proxy():
    changed = resolve(Scenario.load("invitro_complement"), parse({"species": "guinea_pig"}))
    assert changed.proxies == ("guinea_pig",)
    with pytest.raises(NotExpressible, match="not of an animal"):
        resolve(Scenario.load("cidp"), parse({"species": "guinea_pig"}))


def test_effectors_take_up_the_il_17_programme_under_polarisation():
    cells = "cells=t_effector:600"
    share = "share_of[th17, t_effector]"
    rest = culture(cells, share)
    assert 0.2 < rest < 0.4
    assert culture(f"{cells}; stimulus=Th17_polarising:10", share) > rest + 0.3
