"""Gene products: where one is taken away, blocked or given, what it does goes or comes."""

import numpy as np
import pytest
from small_worlds import differences, small, state

from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse, resolve
from ivigabm.processes.b_lineage import NAIVE
from ivigabm.processes.cytokines import GIVEN
from ivigabm.scenario import Scenario

BUSY_T_CELLS = {
    "set.immunisation.strength": 0, "set.cells.t_effector": 40, "set.parameters.t_cell.barrier": 1.0
}  # fmt: skip


def dish(words, **more):
    model = IVIgModel("invitro_culture", rng=1, perturbation=parse({**words, **more}))
    model.step()
    return model


def field(name, **words):
    """Mean of a field after a day of effector T cells at their target."""
    model = small("mouse_eae", no_ivig=True, **BUSY_T_CELLS, **words).run()
    return float(model.world.fields[name].mean())


def test_without_il12_t_cells_make_no_interferon():
    assert field("ifn_gamma") > 0.0
    assert field("ifn_gamma", knockout="IL-12") == 0.0
    assert 0.0 < field("ifn_gamma", block="IL-12:0.5") < field("ifn_gamma")


def test_gm_csf_is_part_of_the_call_of_t_cells():
    assert field("chemokine", knockout="GM-CSF") < field("chemokine")


@pytest.mark.parametrize(("gene", "name"), [("IFN-gammaR", "ifn_gamma"), ("IL-1R", "il1")])
def test_a_cytokine_without_its_receptor_is_there_and_not_felt(gene, name):
    model = small("mouse_kbxn", knockout=gene)
    model.world.fields[name][...] = 2.0
    assert (model.world.felt(name) == 0.0).all()
    assert (small("mouse_kbxn").world.felt(name) == 0.0).all()


def test_a_blocking_antibody_takes_what_is_added_and_a_knockout_does_not():
    words = {"cells": "macrophage:20", "stimulus": "TNF:2,GM-CSF:3"}
    level = {key: dish(words, **{key: "TNF,GM-CSF"}) for key in ("knockout", "block")}
    assert level["knockout"].world.stimulus("GM-CSF") == pytest.approx(3.0)
    assert level["block"].world.stimulus("GM-CSF") == pytest.approx(0.15)
    assert level["knockout"].world.held_levels() == {"tnf": 2.0}
    assert level["block"].world.held_levels()["tnf"] == pytest.approx(0.1)


def test_without_c4_c1q_binds_and_the_alternative_pathway_is_left():
    whole, without = (
        small("mouse_kbxn", no_ivig=True, **w).run() for w in ({}, {"knockout": "C4"})
    )
    target = without.tables["target_cell"]
    assert target["c1q"].max() == pytest.approx(whole.tables["target_cell"]["c1q"].max(), rel=0.2)
    assert (target["c4b"] == 0.0).all()
    assert target["c3b"].max() > 0.0  # cartilage
    nerve = small("cidp", no_ivig=True, knockout="C4").run().tables["target_cell"]
    assert (nerve["c3b"] == 0.0).all()


def test_b_cells_live_on_baff():
    healthy, starved, fed = (
        small("cidp", no_ivig=True, **w) for w in ({}, {"knockout": "BAFF"}, {"give": "BAFF:3"})
    )
    death = []
    for model in (healthy, starved, fed):
        model.step()
        death.append(model.b_lineage.current_rates(model.world)[NAIVE, 0])
    fold = healthy.world.ps["b_cell.baff_death_fold"]
    assert death[1] == pytest.approx(fold * death[0])
    assert death[2] < death[0]


def test_cd23_is_part_of_the_type_two_signal():
    signal = [
        small("mouse_kbxn", preparation="fc_tetrasialylated", schedule="0:1", **words)
        .run().world.ports["type2_signal"].mean()
        for words in ({}, {"knockout": "CD23"})
    ]  # fmt: skip
    assert 0.0 < signal[1] < signal[0]


def test_a_share_of_csf_1_keeps_a_share_of_the_sensor_cells():
    count = [
        small("mouse_kbxn", **{**words, "set.cells.sensor_cell": 40}).tables["sensor_cell"].n
        for words in ({}, {"block": "CSF-1:0.5"}, {"knockout": "CSF-1"})
    ]
    assert count == [40, 20, 0]


@pytest.mark.parametrize(
    ("gift", "name"), [("IFN-gamma", "ifn_gamma"), ("IL-1", "il1"), ("IL-10", "il10")]
)
def test_injected_cytokines_are_felt(gift, name):
    model = small("mouse_eae", no_ivig=True, give=f"{gift}:4", treat_day=0)
    model.step()
    assert model.world.given[name] > 3.0
    assert (model.world.felt(name) >= model.world.given[name]).all()


def test_what_nobody_was_given_changes_no_bit():
    without, nothing = small("mouse_eae").run(), small("mouse_eae", give="IFN-gamma:0").run()
    assert differences(state(without), state(nothing)) == []
    assert set(without.world.given) == set(GIVEN)


def test_il11_restrains_differentiation_through_its_receptor():
    rate = []
    for words in ({}, {"give": "IL-11:2"}, {"give": "IL-11:2", "knockout": "IL-11R"}):
        model = small("mouse_eae", no_ivig=True, treat_day=0, **words)
        model.step()
        rate.append(float(model.t_cells.current_rates(model.world)[2]))
    assert rate[1] < rate[0] == rate[2]


def test_products_are_taken_by_every_scenario():
    for name in ("cidp", "mouse_itp", "invitro_culture"):
        found = resolve(Scenario.load(name), parse({"knockout": "C4,IL-1R,IL-12,CD23"}))
        assert np.all([product in found.absent for product in ("C4", "IL-1R", "IL-12", "CD23")])
