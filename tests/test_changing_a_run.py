"""A run that is changed while it goes on: mechanisms switched, a dose more."""

import pytest
from small_worlds import differences, small, state

from ivigabm.errors import InputError
from ivigabm.mechanisms import mechanism_ids


def stepped(model, steps):
    for _ in range(steps):
        model.step()
    return model


def test_a_dose_given_now_is_the_dose_that_was_planned_for_now():
    planned = stepped(small("mouse_kbxn", schedule="0.5:1"), 20)
    by_hand = stepped(small("mouse_kbxn", dose=0), 12)
    by_hand.give(1.0)
    assert differences(state(planned), state(stepped(by_hand, 8))) == []


def test_a_switch_before_the_first_step_is_the_setting():
    chosen = small("mouse_kbxn", only="FC_FCRN,FC_FCGR_BLOCK")
    switched = small("mouse_kbxn")
    switched.switch(["FC_FCGR_BLOCK", "FC_FCRN"])
    assert differences(state(stepped(chosen, 12)), state(stepped(switched, 12))) == []


def test_with_all_off_the_drug_is_inert_from_then_on():
    model = small("mouse_kbxn")
    model.switch([])
    untreated = small("mouse_kbxn", no_ivig=True)
    one, other = state(stepped(model, 12), drug=False), state(stepped(untreated, 12), drug=False)
    assert differences(one, other) == []
    assert model.acted == ()


def test_groups_can_be_switched():
    model = small("mouse_kbxn")
    model.switch(["fc"])
    assert {mechanism.pathway for mechanism in model.mechanisms} == {"Fc", "both"}
    model.switch(mechanism_ids())
    assert len(model.mechanisms) == len(mechanism_ids())


def test_what_cannot_be_given_is_refused():
    model = small("mouse_kbxn")
    for dose, route in ((-1.0, "iv"), (1e6, "iv"), (1.0, "oral"), (1.0, "ip")):
        with pytest.raises(InputError):
            model.give(dose, route)
    with pytest.raises(InputError, match="no preparation"):
        small("mouse_kbxn", no_ivig=True).give(1.0)
    with pytest.raises(InputError, match="FC_FCRN"):
        model.switch(["FC_FCRM"])


def test_the_clinic_reads_a_settled_patient_at_once():
    model = small("cidp")
    function = model.tables["target_cell"]["function"].mean()
    assert model.observer.last["target_integrity"] == pytest.approx(function)
    before = model.observer.last["target_integrity"]
    model.step()
    assert model.observer.last["target_integrity"] == pytest.approx(before, rel=0.05)
