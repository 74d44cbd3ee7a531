"""Twins that are changed while they run: no dose no difference, and a log that replays."""

import numpy as np
import pytest
from small_worlds import differences, state

from ivigabm.app.counts import RECENT
from ivigabm.app.settings import Config
from ivigabm.app.twin_model import ARMS, TwinModel
from ivigabm.errors import InputError
from ivigabm.mechanisms import mechanism_ids
from ivigabm.outcomes import CONTROL, TREATED

QUICK = {"scenario": "mouse_kbxn", "size": 32}


def twin(steps=0, **config):
    found = TwinModel(Config.read({**QUICK, **config}))
    for _ in range(steps):
        found.step()
    return found


def states(found):
    return {arm: state(found.models[arm]) for arm in ARMS}


def test_without_a_dose_the_arms_do_not_differ_at_all():
    found = twin(100, dose=0.0)
    arms = (state(found.models[arm], drug=False) for arm in ARMS)
    assert differences(*arms) == []
    assert found.values()[TREATED] == found.values()[CONTROL]


def test_with_a_dose_they_start_alike_and_then_differ():
    found = twin()
    arms = (state(found.models[arm], drug=False) for arm in ARMS)
    assert differences(*arms) == []
    for _ in range(40):
        found.step()
    assert found.values()[TREATED]["inflammation"] < found.values()[CONTROL]["inflammation"]


def test_settings_and_log_replay_to_the_same_bits():
    first = twin(10, dose=0.0)
    first.change("give", 1.0)
    first.change("FC_FCGR_BLOCK", False)
    for _ in range(10):
        first.step()
    first.change("group:Fab2", False)
    for _ in range(10):
        first.step()
    again = TwinModel(Config.read(first.replayed().as_json()))
    for _ in range(30):
        again.step()
    for arm in ARMS:
        assert differences(state(first.models[arm]), state(again.models[arm])) == []
    assert (again.log, again.bits, again.gave) == (first.log, first.bits, first.gave)
    assert again.counts.mechanisms["FC_FCRN"].total == first.counts.mechanisms["FC_FCRN"].total


def test_counting_changes_nothing():
    watched, blind = twin(), TwinModel(Config.read(QUICK), watch=False)
    for _ in range(30):
        watched.step()
        blind.step()
    for arm in ARMS:
        assert differences(state(watched.models[arm]), state(blind.models[arm])) == []


def test_a_change_acts_in_the_treated_arm_alone_and_from_the_next_step():
    found, plain = twin(20), twin(20)
    found.change("FC_FCGR_BLOCK", False)
    assert found.values() == plain.values()
    for _ in range(20):
        found.step()
        plain.step()
    assert found.values()[TREATED] != plain.values()[TREATED]
    assert found.values()[CONTROL] == plain.values()[CONTROL]


def test_switched_off_a_mechanism_counts_no_more():
    found = twin(20)
    before = found.counts.mechanisms["FC_FCGR_BLOCK"].total
    assert before > 0.0
    found.change("FC_FCGR_BLOCK", False)
    for _ in range(RECENT):
        found.step()
    count = found.counts.mechanisms["FC_FCGR_BLOCK"]
    assert (count.total, count.step, count.share) == (before, 0.0, 0.0)
    assert found.counts.mechanisms["FC_FCRN"].step > 0.0


def test_what_was_given_is_counted_when_it_is_given():
    found = twin(0, scenario="mouse_itp")  # 1 g/kg the day before the antibody
    assert found.given() == 0.0
    found.step()
    assert found.given() == 1.0
    found.change("give", 0.5)
    found.step()
    assert found.given() == 1.5


def test_the_sum_of_inflammation_is_that_of_the_model():
    found = twin(30)
    for arm in ARMS:
        expected = found.models[arm].observer.outcomes()["inflammation_auc"]
        assert found.summary()[arm]["inflammation_auc"] == pytest.approx(expected, rel=1e-12)


def test_a_change_that_cannot_be_leaves_the_twin_as_it_was():
    found = twin(2)
    for key, value in (("FC_X", True), ("give", -1.0), ("give", "much"), ("mechanisms", "01")):
        with pytest.raises(InputError):
            found.change(key, value)
    assert found.log == []
    assert found.bits == "1" * len(mechanism_ids())


def test_event_shares_lie_between_none_and_all():
    found = twin(30)
    shares = [count.share for count in found.counts.mechanisms.values()]
    assert min(shares) >= 0.0
    assert 0.0 < max(shares) <= 1.0
    glow = np.array(list(found.counts.glow().values()))
    assert glow.min() >= 0.0
    assert glow.max() <= 1.0
