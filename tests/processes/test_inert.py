"""With every mechanism off, infused IgG is inert: not nearly, but to the last bit."""

import pytest
from small_worlds import DRUG_OBSERVED, differences, small, state

from ivigabm.mechanisms import mechanism_ids
from ivigabm.processes.ports import PORTS

CASES = [
    ("healthy", {"preparation": "ivig", "schedule": "0:1"}),
    ("healthy", {"preparation": "ivig", "schedule": "0:2sc"}),
    ("cidp", {"preparation": "ivig", "schedule": "0:2"}),
    ("cidp", {"preparation": "fc_tetrasialylated", "schedule": "-1:1,0:2"}),
    ("cidp", {"preparation": "igm_enriched", "schedule": "0:2", "knockout": "FcRn"}),
    ("itp", {"preparation": "ivig_dimer_rich", "schedule": "0:1x2/1"}),
    ("itp", {"preparation": "fab2", "schedule": "0:2"}),
    ("itp", {"preparation": "fc_hexamer", "schedule": "0:1"}),
    ("mouse_itp", {"preparation": "recombinant_fc_sialylated", "schedule": "-1:2ip"}),
    ("mouse_kbxn", {"preparation": "ivig", "schedule": "0:2"}),
    ("mouse_itp", {"preparation": "albumin", "schedule": "-1:1", "knockout": "FcgRIIB"}),
]


@pytest.mark.parametrize(("scenario", "words"), CASES, ids=lambda part: str(part))
def test_treated_and_control_agree_bit_for_bit_without_mechanisms(scenario, words):
    treated = small(scenario, days=2, without="fab2,fc", **words).run()
    control = small(scenario, days=2, no_ivig=True, without="fab2,fc", **words).run()
    assert differences(state(treated, drug=False), state(control, drug=False)) == []
    given = treated.world.drug.pools.dosed
    assert (given > 0).all()
    assert control.world.drug is None


def test_the_two_words_for_fragments_name_every_mechanism():
    model = small("healthy", without="fab2,fc")
    assert model.mechanisms == ()
    assert set(small("healthy").resolved.mechanisms) == set(mechanism_ids())


@pytest.mark.parametrize("scenario", ["cidp", "itp"])
def test_the_comparison_sees_a_drug_that_acts(scenario):
    treated = small(scenario, days=1, schedule="0:2").run()
    control = small(scenario, days=1, schedule="0:2", no_ivig=True).run()
    changed = differences(state(treated, drug=False), state(control, drug=False))
    assert {"own.plasma", "target_cell.opsonin", "fcg_receptor.crosslinked"} <= set(changed)
    assert not any(name in f"observed.{hidden}" for hidden in DRUG_OBSERVED for name in changed)


def test_ports_stay_neutral_without_mechanisms():
    model = small("cidp", days=1, schedule="0:2", without="fab2,fc").run()
    assert all(model.world.ports.is_neutral(name) for name in PORTS)


def test_switching_a_mechanism_off_leaves_the_drug_its_own_fate():
    """Salvage of the drug itself sees the total, whether other IgG sees the drug or not."""

    def left(**words):
        model = small("healthy", days=4, **words).run()
        pools = model.world.drug.pools
        return pools.present().sum() / pools.dosed.sum(), model.world.own.present().sum()

    (on, own_on), (off, own_off), (trace, _) = (
        left(schedule="0:2"), left(schedule="0:2", without="FC_FCRN"), left(schedule="0:0.0001")
    )  # fmt: skip
    assert own_off > own_on  # spared, it competes with the drug a little more
    assert off < on < 0.95 * trace
    assert on - off < 0.1 * (trace - on)
