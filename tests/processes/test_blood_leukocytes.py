"""Fcγ receptors of leukocytes in blood: rest, direction, and what is cut with a mechanism."""

import numpy as np
import pytest

from ivigabm.errors import NotExpressible
from ivigabm.knowledge import receptor_copies
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.probes import probe

SMALL = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 24,
    "set.cells.b_cell": 60, "set.run_in_days": 4, "set.step_hours": 3,
}  # fmt: skip
HIGH = {"preparation": "ivig", "schedule": "0:0.4x5/1"}


def copies(what, days=7, scenario="cidp", **words):
    model = IVIgModel(scenario, rng=2, days=days, perturbation=parse({**SMALL, **words})).run()
    return probe(f"fcgr[{what}]", model.resolved.scenario)(model.world)


@pytest.mark.parametrize("kind", ["monocyte", "b_cell", "dendritic_cell"])
def test_in_health_cells_show_what_was_counted(kind):
    counted = receptor_copies("human", kind)["FcgRIIB-232I"]
    found = copies(f"FcgRIIB, {kind}, blood", scenario="healthy", no_ivig=True)
    assert found == pytest.approx(counted)


def test_activating_receptors_fall_with_dose_and_only_through_complexes():
    what = "FcgRIIA, dendritic_cell, blood"
    before, high = copies(what, no_ivig=True), copies(what, **HIGH)
    low = copies(what, preparation="ivig", dose=0.4)
    assert high < low < before
    assert high < 0.9 * before
    assert copies(what, without="FC_FCGR_DOWN", **HIGH) > 0.98 * before


def test_b_cells_gain_fcgr2b_where_the_hypothesis_says_so():
    what = "FcgRIIB, b_cell, blood"
    before = copies(what, no_ivig=True)
    assert copies(what, **HIGH) == pytest.approx(before, rel=0.02)
    rises = {"hypothesis": "human_fcgr2b_response:rises", **HIGH}
    assert copies(what, **rises) > 1.1 * before
    assert copies(what, without="FC_BCELL_FCGR2B", **rises) == pytest.approx(before, rel=0.02)


def test_tissue_that_lets_little_igg_in_does_not_hide_it_from_the_blood():
    what = "FcgRIIA, monocyte, blood"
    left = [
        copies(what, **{"set.target.tissue_ratio": ratio}, **HIGH) for ratio in (0.05, 0.3, 1.0)
    ]
    assert np.ptp(left) < 0.04 * left[0]  # inflammation differs a little


def test_a_receptor_that_is_knocked_out_is_not_there():
    assert copies("FcgRIIB, monocyte, blood", days=1, knockout="FcgRIIB") == 0.0


def test_blood_is_refused_where_there_is_none_and_cells_without_the_receptor():
    model = IVIgModel("invitro_culture", rng=1, days=0.1)
    with pytest.raises(NotExpressible):
        probe("fcgr[FcgRIIA, monocyte, blood]", model.resolved.scenario)
    model = IVIgModel("cidp", rng=1, days=0.1, perturbation=parse(SMALL))
    with pytest.raises(NotExpressible, match="in blood, not in spleen"):
        probe("fcgr[FcgRIIA, monocyte, spleen]", model.resolved.scenario)
    with pytest.raises(NotExpressible, match="receptor of the nk_cell"):
        copies("FcgRIV, nk_cell, blood", days=0.1)
