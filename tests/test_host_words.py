"""Words of host and disease antibody: how it comes, strain, genotype, induction, depletion."""

import numpy as np
import pytest
from small_worlds import small

from ivigabm.errors import NotExpressible
from ivigabm.evidence_arm import parse_arms
from ivigabm.knowledge import load_strains
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario


def resolved(scenario, **words):
    return resolve(Scenario.load(scenario), parse(words))


def stepped(scenario, steps=1, **words):
    model = small(scenario, no_ivig=True, **{"set.run_in_days": 0, **words})
    for _ in range(steps):
        model.step()
    return model


# -- how the antibody comes -----------------------------------------------------------------------


def test_an_antibody_given_ip_comes_by_a_depot_and_all_is_accounted_for():
    iv, ip = (stepped("mouse_kbxn", 4, **{"antibody.route": r}) for r in ("iv", "ip"))
    (pool,) = ip.world.antigen.pools
    assert iv.world.own.depot[pool] == 0.0 < ip.world.own.depot[pool]
    assert ip.world.own.plasma[pool] < iv.world.own.plasma[pool]
    assert ip.world.own.dosed[pool] == pytest.approx(iv.world.own.dosed[pool])
    assert ip.world.own.balance_error() < 1e-12


def bound(model):
    return float(model.tables["target_cell"]["opsonin"].mean())


def test_a_local_injection_reaches_its_organ_by_less_antibody():
    little = {"antibody.dose": 0.4}
    local, iv = (stepped("mouse_kbxn", 4, **little, **w)
                 for w in ({"antibody.route": "local"}, {}))  # fmt: skip
    assert bound(local) > 5.0 * bound(iv)
    assert local.world.own.balance_error() < 1e-12


@pytest.mark.parametrize("scenario", ["mouse_itp", "invitro_phagocytosis", "gbs_aman"])
def test_nothing_is_injected_into_blood_or_a_dish(scenario):
    if Scenario.load(scenario).target.place == "tissue":
        assert resolved(scenario, **{"antibody.route": "local"})
    else:
        with pytest.raises(NotExpressible, match="route"):
            resolved(scenario, **{"antibody.route": "local"})


@pytest.mark.parametrize("scenario", ["mouse_itp", "mouse_kbxn", "gbs_aman"])
def test_any_body_may_make_its_antibody_itself(scenario):
    found = resolved(scenario, **{"antibody.delivery": "endogenous"})
    assert found.scenario.cells.b_cell > 0
    with pytest.raises(NotExpressible, match="B cells"):
        resolved("invitro_adcc", **{"antibody.delivery": "endogenous"})


def test_an_endogenous_antibody_is_there_from_the_start_and_stays():
    model = stepped("mouse_itp", 8, **{"antibody.delivery": "endogenous"})
    (pool,) = model.world.antigen.pools
    level = model.world.own.grams_per_litre()[pool] * 1e3
    assert level == pytest.approx(3.6, rel=0.05)


def test_an_injection_without_a_dose_brings_plasma_to_the_level_of_the_disease():
    model = stepped("cidp", 1, **{"antibody.delivery": "bolus"})
    pools = model.world.antigen.pools
    level = float(model.world.own.grams_per_litre()[pools].sum()) * 1e3
    assert level == pytest.approx(model.world.ps["autoantibody.concentration"], rel=0.1)


# -- induction ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["mouse_caia", "mouse_kbxn", "mouse_itp", "mouse_eamg"])
def test_antibody_diseases_are_induced_both_ways(scenario):
    passive, active = (resolved(scenario, induction=word) for word in ("passive", "active"))
    assert passive.scenario.antibody == Scenario.load(scenario).antibody
    assert {a.delivery for a in active.scenario.antibody} == {"endogenous"}
    with pytest.raises(NotExpressible, match="induction"):
        resolved(scenario, induction="transfer")


# -- strain, species, genotype --------------------------------------------------------------------


def test_strains_differ_in_rows_with_a_source_and_in_nothing_else():
    assert all(strain.source for strain in load_strains().values())
    plain = resolved("mouse_itp")
    black, white = (resolved("mouse_itp", strain=s) for s in ("C57BL/6", "BALB/c"))
    assert black.scenario == plain.scenario
    assert white.scenario.parameters != plain.scenario.parameters
    assert white.proxies == ("BALB/c",)
    airway = resolved("mouse_airway", strain="BALB/c").scenario
    own = Scenario.load("mouse_airway").parameters
    assert {name: airway.parameters[name] for name in own} == own


def test_a_strain_that_leans_to_il4_makes_more_of_it():
    words = {"give": "IL-33:4", "treat_day": 0}
    made = [
        stepped("mouse_itp", 8, **words, **strain).world.fields["il4_own"].mean()
        for strain in ({}, {"strain": "BALB/c"})
    ]
    assert made[1] == pytest.approx(2.0 * made[0], rel=0.05)


def test_arms_may_differ_in_strains_that_differ():
    assert parse_arms("strain=BALB/c", "strain=C57BL/6")
    for first, second in (("strain=Lewis", "strain=DA"), ("strain=BALB/c", "none")):
        with pytest.raises(NotExpressible, match="strain"):
            parse_arms(first, second)


def test_cells_of_an_animal_in_a_dish_are_the_mouses():
    found = resolved("invitro_phagocytosis", species="guinea_pig")
    assert found.scenario.species == "mouse"
    assert found.proxies == ("guinea_pig",)
    with pytest.raises(NotExpressible, match="animal"):
        resolved("cidp", species="guinea_pig")
    with pytest.raises(NotExpressible, match="receptor of mouse"):
        resolved("invitro_binding", receptors="mouse")


def test_a_weak_promoter_halves_fcgr2b():
    names = [r.name for r in stepped("cidp").world.receptors]
    place = next(i for i, name in enumerate(names) if name.startswith("FcgRIIB"))
    whole, weak = (stepped("cidp", **w).world.phagocytes[0].copies
                   for w in ({}, {"genotype": "FCGR2B-promoter"}))  # fmt: skip
    assert weak[place] == pytest.approx(0.5 * whole[place])
    others = np.arange(len(names)) != place
    assert (weak[others] == whole[others]).all()


# -- depletion ------------------------------------------------------------------------------------


def test_platelets_taken_away_come_back():
    model = stepped("mouse_itp", **{"deplete": "platelet", "antibody.dose": 0})
    count = model.tables["target_cell"].living
    model.run()
    assert count < 10 < model.tables["target_cell"].living


def test_words_of_depletion_that_stand_for_several_kinds():
    assert resolved("cidp", deplete="lymphocyte").depleted == {"b_cell", "t_cell", "nk_cell"}
    assert resolved("invitro_phagocytosis", deplete="monocyte").depleted == {"macrophage"}
    for scenario, word in (("cidp", "monocyte"), ("cidp", "platelet"), ("itp", "red_cell")):
        with pytest.raises(NotExpressible, match=word):
            resolved(scenario, deplete=word)


@pytest.mark.parametrize("home", ["knocked out", "there"])
def test_a_lectin_can_be_added_beside_or_instead_of_the_animals_own(home):
    words = {"knockin": "DC-SIGN", **({"knockout": "SIGN-R1"} if home == "knocked out" else {})}
    model = stepped("mouse_kbxn", **words)
    assert model.world.present("sensor_lectin") == 1.0
    assert model.world.ps["sensor.dc_sign_share"] == float(home == "knocked out")
