"""What must emerge in passive murine ITP, over 20 seeds with a 95 % interval.

IVIg a day before the antibody; platelets 12 h after it, in per cent of normal, as a difference
of two mice of one seed. Rows: E001, E002 (intact and Fc protect), E028 (F(ab')2 does not), E051
(protection without FcRn), E009, E012 (the glycan counts). An interval that only excludes zero
would be too easy: protection means half of the normal count and more.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest

from ivigabm.experiments.bootstrap import Estimate, Values, difference, paired
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario

SCENARIO = Scenario.load("mouse_itp")
SEEDS = range(1, 21)
DAYS = 0.5
# One platelet agent for four keeps the number that a macrophage meets.
SMALL = {
    "set.section.width": 32, "set.section.height": 32, "set.cells.macrophage": 100,
    "set.cells.sensor_cell": 10, "set.cells.basophil": 10, "set.cells.igg_parcels": 4,
    "set.target.count_per_agent": 4.0, "set.step_hours": 0.5, "treat_day": -1.0,
}  # fmt: skip
NONE = {"no_ivig": True}
FCGR2B_CHAIN = "FC_SIGNR1_SENSOR,FC_TYPE2,FC_TH2_AXIS,FC_FCGR2B_UP,FC_DC_FCGR3,FAB_BASO_IGE"
PROTECTS, TRIFLE = 50.0, 5.0  # points of per cent


@cache
def _platelets(words: tuple[tuple[str, Any], ...]) -> Values:
    change = parse({**SMALL, **dict(words)})
    runs = (IVIgModel(SCENARIO, rng=seed, days=DAYS, perturbation=change).run() for seed in SEEDS)
    return np.array([100.0 * run.observations()["target_integrity"].iloc[-1] for run in runs])


def platelets(**words: Any) -> Values:
    """Per cent of normal 12 h after the antibody, shape (seeds,)."""
    return _platelets(tuple(sorted(words.items())))


def gain(treated: dict[str, Any], control: dict[str, Any] | None = None, **mouse: Any) -> Estimate:
    """Points of per cent by which one arm stands above another, untreated if not said."""
    one, other = platelets(**treated, **mouse), platelets(**(control or NONE), **mouse)
    return paired(difference, one, other)


def test_the_antibody_takes_platelets():
    assert np.max(platelets(**NONE)) < 30.0
    assert np.min(platelets(**NONE, disease="off")) > 90.0


@pytest.mark.parametrize("dose", [1.0, 2.0])
def test_intact_ivig_protects(dose):
    assert gain({"dose": dose}).low > PROTECTS


def test_fc_protects_and_fab2_does_not():
    fc, fab2 = {"preparation": "fc", "dose": 1.0}, {"preparation": "fab2", "dose": 1.0}
    assert gain(fc).low > PROTECTS
    assert abs(gain(fab2).low) < TRIFLE
    assert abs(gain(fab2).high) < TRIFLE
    assert gain(fc, fab2).low > PROTECTS


def test_albumin_does_nothing():
    assert np.array_equal(platelets(preparation="albumin", dose=2.0), platelets(**NONE))


def test_deglycosylated_ivig_loses_the_fcgr_routes():
    bare = {"preparation": "deglycosylated", "dose": 2.0}
    assert gain(bare).high < TRIFLE
    assert gain({"dose": 2.0}, bare).low > PROTECTS


def test_protection_does_not_need_fcrn():
    assert gain({"dose": 2.0}, knockout="FcRn").low > PROTECTS
    assert gain({"dose": 2.0, "only": "FC_FCRN"}).high < TRIFLE


def test_igg2a_coated_platelets_are_hardly_rescued():
    mouse = {"antibody.class": "IgG2a"}
    assert gain({"dose": 2.0}, **mouse).high < TRIFLE
    assert np.max(platelets(dose=2.0, **mouse)) < 15.0


def test_protection_is_lost_when_its_edges_are_cut():
    """Negative control: the blockade carries it, alone and with nothing else to help."""
    cut = {"dose": 2.0, "without": f"FC_FCGR_BLOCK,{FCGR2B_CHAIN}"}
    assert gain(cut).high < TRIFLE
    assert gain({"dose": 2.0}, cut).low > PROTECTS
    assert gain({"dose": 2.0, "only": "FC_FCGR_BLOCK"}).low > PROTECTS
