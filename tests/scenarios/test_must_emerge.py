"""What must emerge from one table of parameters: who responds to what, and through what.

Scenarios run at full size with steps of three hours, which the test of step lengths allows.
"""

from typing import Any

import numpy as np
import pytest
from courses import UNTREATED, at_end, courses, gain

from ivigabm.experiments.bootstrap import Estimate, difference, paired

COARSE = {"set.step_hours": 3}
EXCHANGE = {"no_ivig": True, "therapy": "plasma_exchange@0:1x5/2"}
FCRN = {"no_ivig": True, "therapy": "fcrn_antagonist"}
C5 = {"no_ivig": True, "therapy": "c5_inhibitor"}
COMPLEMENT = "FC_COMPL_C3B,FC_COMPL_CONV,FC_COMPL_EARLY,FAB_ANAPHYLATOXIN"


def function(name: str, days: float, **words: Any) -> Estimate:
    """Gain of target function over the untreated twin."""
    return gain(name, "target_integrity", days, **COARSE, **words)


@pytest.mark.parametrize(
    ("without", "within"), [("cidp_nodopathy", "cidp"), ("mg_musk", "mg_achr")]
)
def test_igg4_disease_answers_poorly_to_ivig_and_better_to_exchange(without, within):
    """C037, C082: no effector arm in the causal path, so only less antibody helps."""
    ivig = function(without, 14)
    assert ivig.high < 0.35 * function(within, 14).low
    assert function(without, 14, **EXCHANGE).low > 2.0 * ivig.high


def test_what_little_helps_in_igg4_disease_is_less_antibody():
    """Negative control of the above: with the antibody's level untouched, nothing is left."""
    cut = function("cidp_nodopathy", 14, without="FC_FCRN,FAB_ANTIID")
    assert cut.high < 0.2 * function("cidp_nodopathy", 14).low


def test_the_antibody_s_class_alone_decides_in_cidp():
    """Only the class is changed: IgG4 answers to less antibody, IgM to complement alone."""
    typical = function("cidp", 14).low
    assert function("cidp", 14, **{"antibody.class": "IgG4"}).high < 0.6 * typical
    igm = {"antibody.class": "IgM"}
    routes = function("cidp", 14, **igm)
    assert routes.low > 0.0
    assert abs(function("cidp", 14, **igm, without=COMPLEMENT).value) < 0.1 * routes.low


def test_igm_disease_answers_through_complement_only():
    """C050, C054, B041, P012: an FcRn antagonist leaves MMN within a quarter of IVIg."""
    ivig = function("mmn", 14)
    assert ivig.low > 0.12
    assert abs(function("mmn", 14, without=COMPLEMENT).value) < 0.1 * ivig.low
    antagonist = function("mmn", 28, **FCRN)
    assert max(abs(antagonist.low), abs(antagonist.high)) < 0.25 * function("mmn", 28).low
    assert function("mmn", 14, **C5).low > 0.2


@pytest.mark.parametrize("name", ["cidp", "mg_achr"])
def test_ivig_and_an_fcrn_antagonist_work_on_the_same_parameters(name):
    """C020 and C042; C070 and C075."""
    assert function(name, 28).low > 0.1
    assert function(name, 28, **FCRN).low > 0.1


def test_a_c5_inhibitor_helps_where_c5b9_does_the_damage():
    """C078 in myasthenia; platelets are eaten, and stay low."""
    assert function("mg_achr", 14, **C5).low > 0.15
    assert abs(function("itp", 7, **C5).value) < 0.03
    assert 0.0 < function("itp", 14, **FCRN).low < 0.6 * function("itp", 3).value


def test_fcrn_saturation_alone_lowers_an_autoantibody_by_a_fifth_within_weeks():
    """P031: 20 to 25 %, lowest in week 2 to 4; nothing yet in the days in which ITP answers."""
    alone = {"only": "FC_FCRN", "schedule": "0:0.4x5/1"}
    ratio = []
    for treated, control in zip(
        courses("cidp", 42, **COARSE, **alone), courses("cidp", 42, **COARSE, **UNTREATED),
        strict=True,
    ):  # fmt: skip
        ratio.append((treated["autoantibody_titre"] / control["autoantibody_titre"]).to_numpy())
        day = treated["day"].to_numpy()
    left = np.mean(ratio, axis=0)
    assert 0.70 < left.min() < 0.82
    assert 11.0 < day[np.argmin(left)] < 30.0
    assert left[day <= 2.0].min() > 0.9


def test_what_is_lost_for_good_is_not_regained():
    """The later IVIg comes in axonal GBS, the more axons are gone; those stay gone."""
    early, late = (
        at_end("gbs_aman", "irreversible_loss", 42, **COARSE, treat_day=day) for day in (2, 14)
    )
    assert paired(difference, late, early).low > 0.0
    for course in courses("gbs_aman", 42, **COARSE, treat_day=14):
        assert np.all(np.diff(course["irreversible_loss"].to_numpy()) >= 0.0)


def test_fast_clearance_weakens_the_response_by_little():
    """B001 carries severity too: the level alone explains a small part."""
    fast = {"set.parameters.fcrn.k_int": 0.65}
    rise = gain("cidp", "serum_igg_g_per_l", 14, **COARSE)
    low = gain("cidp", "serum_igg_g_per_l", 14, **COARSE, **fast)
    assert low.high < 0.7 * rise.low
    slow_gain, fast_gain = function("cidp", 28), function("cidp", 28, **fast)
    assert fast_gain.high < slow_gain.low
    assert fast_gain.low > 0.7 * slow_gain.low


def test_the_parts_of_ivig_together_come_near_the_whole():
    """F(ab')2 and Fc of as many molecules; what differs needs both halves on one molecule."""
    whole = function("cidp", 14)
    parts = function("cidp", 14, preparation="fab2:0.67,fc:0.33")
    alone = function("cidp", 14, preparation="fc:0.33,albumin:0.67")
    assert parts.value > alone.value - 0.01
    assert 0.5 * whole.value < parts.value < 1.3 * whole.value
