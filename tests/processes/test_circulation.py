"""Circulating cells that pass through organs: numbers at rest, and who is out of reach there."""

import numpy as np
import pytest

from ivigabm.errors import NotExpressible
from ivigabm.knowledge import ParameterSet
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.probes import probe

ORGANS = ("spleen", "lymph_node", "bone_marrow")
PLACES = ("blood", *ORGANS)
SMALL = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 40,
    "set.step_hours": 1, "no_ivig": True, "antibody.target": "b_cell",
}  # fmt: skip


def after(days, **words):
    model = IVIgModel(
        "mouse_cell_depletion", rng=3, days=days, perturbation=parse({**SMALL, **words})
    )
    model.run()
    return model


def count(model, place):
    return probe(f"cells[b_cell, {place}]", model.resolved.scenario)(model.world)


def test_numbers_at_rest_are_those_of_the_founders():
    model = after(8, **{"antibody.dose": 0, "set.target.count_per_agent": 0.02})
    blood = model.world.circulating_in_health()
    ps = ParameterSet("mouse", {})
    for place in PLACES:
        expected = blood * (1.0 if place == "blood" else ps[f"recirculation.b_cell_{place}"])
        assert count(model, place) == pytest.approx(expected, abs=4.0 * np.sqrt(expected))
    everywhere = probe("cells[b_cell]", model.resolved.scenario)(model.world)
    assert everywhere == sum(count(model, place) for place in PLACES)
    assert model.observations()["target_integrity"].iloc[-1] == pytest.approx(1.0, abs=0.1)


def test_cells_of_an_organ_are_lost_as_they_come_into_the_blood():
    quick = after(5)
    settled = after(5, **{"set.parameters.recirculation.stay_bone_marrow": 50.0})
    untreated = after(5, **{"antibody.dose": 0})
    for place in PLACES:
        assert count(quick, place) < 0.4 * count(untreated, place)
    # who leaves within five days of fifty is one in ten
    assert count(settled, "bone_marrow") > 0.8 * count(untreated, "bone_marrow")
    assert count(settled, "blood") < 0.4 * count(untreated, "blood")


def test_nobody_is_engulfed_in_an_organ():
    model = after(1)
    target, contacts = model.tables["target_cell"], model.contacts
    elsewhere = target["place"] > 0
    niche = model.world.niche[target["x"][elsewhere], target["y"][elsewhere]]
    assert elsewhere.any() and niche.all()
    contacts.advance(model.world)
    met = contacts.target[: contacts.n]
    assert len(met) > 0
    assert not elsewhere[met].any()


def test_without_a_spleen_no_cells_are_there():
    model = after(1, deplete="spleen")
    assert count(model, "spleen") == 0.0
    assert count(model, "lymph_node") > 0.0


def test_a_place_that_cells_do_not_pass_is_refused():
    scenario = IVIgModel("mouse_itp", rng=1, days=0.1).resolved.scenario
    with pytest.raises(NotExpressible, match="in blood only"):
        probe("cells[platelet, spleen]", scenario)
    tumour = after(0.1, **{"antibody.target": "tumour"})
    with pytest.raises(NotExpressible, match="in blood only"):
        probe("cells[tumour_cell, bone_marrow]", tumour.resolved.scenario)
