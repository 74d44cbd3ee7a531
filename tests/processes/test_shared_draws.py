"""Twins: one seed, one patient. What differs is what the change causes, and nothing else."""

import numpy as np
import pytest
from small_worlds import differences, small, state

ON_B_CELLS = "FAB_ANTIID,FAB_BAFF,FC_BCELL_CD22,FC_BCELL_FCGR2B"
NO_TAXIS = {"set.parameters.motion.taxis": 0.0}  # a walk that no attractant bends


def rows(model, kind, *names):
    """Values of columns of the living, by id."""
    table = model.tables[kind]
    keep = table["alive"]
    values = zip(*(table[name][keep].tolist() for name in names), strict=True)
    return dict(zip(table["id"][keep].tolist(), values, strict=True))


@pytest.mark.parametrize("scenario", ["healthy", "cidp", "itp", "mouse_itp"])
def test_founders_are_the_same_in_both_arms(scenario):
    treated = small(scenario, schedule="0:2", **{"set.run_in_days": 0})
    control = small(scenario, schedule="0:2", no_ivig=True, **{"set.run_in_days": 0})
    assert treated.world.drug is not None
    assert differences(state(treated, drug=False), state(control, drug=False)) == []


def test_one_seed_is_one_run_and_two_seeds_are_two():
    one, again, other = (small("cidp", days=1, seed=seed).run() for seed in (1, 1, 2))
    assert differences(state(one), state(again)) == []
    moved = differences(state(one), state(other))
    assert {"macrophage.x", "autoantibody.x", "therapeutic_igg.x"} <= set(moved)
    assert "macrophage.id" not in moved


@pytest.mark.parametrize("scenario", ["cidp", "itp"])
def test_therapy_moves_no_draw_of_those_whom_both_arms_have(scenario):
    words = {"schedule": "0:2", "without": ON_B_CELLS, **NO_TAXIS}
    treated = small(scenario, days=3, **words).run()
    control = small(scenario, days=3, no_ivig=True, **words).run()
    assert differences(state(treated, drug=False), state(control, drug=False)) != []
    for kind in ("macrophage", "autoantibody"):
        assert rows(treated, kind, "x", "y") == rows(control, kind, "x", "y")
    # nothing of the drug reaches B cells: births, fates and places are the same
    assert rows(treated, "b_cell", "stage", "x", "y") == rows(control, "b_cell", "stage", "x", "y")
    newborn = treated.tables["b_cell"]["id"] & np.uint64(1 << 55)
    assert np.count_nonzero(newborn) > 0


def test_platelets_of_both_arms_are_born_and_pass_alike():
    words = {"schedule": "0:2", "set.target.count_per_agent": 0.25, **NO_TAXIS}
    treated = small("itp", days=2, **words).run()
    control = small("itp", days=2, no_ivig=True, **words).run()
    one, other = rows(treated, "target_cell", "x", "y"), rows(control, "target_cell", "x", "y")
    both = one.keys() & other.keys()
    assert len(both) > 50
    assert len(one.keys() ^ other.keys()) > 0
    assert all(one[i] == other[i] for i in both)


@pytest.mark.parametrize("victim", [0, 7, 40])
def test_a_death_shifts_nobody_elses_fate(victim):
    """B cells without the offspring of one are those of the full run, cell by cell."""
    full = small("cidp", no_ivig=True, days=6, **{"set.run_in_days": 0})
    short = small("cidp", no_ivig=True, days=6, **{"set.run_in_days": 0})
    short.tables["b_cell"]["alive"][victim] = False
    full.run()
    short.run()
    there, here = rows(full, "b_cell", "stage", "x", "y"), rows(short, "b_cell", "stage", "x", "y")
    assert here.keys() <= there.keys()
    assert all(there[i] == place for i, place in here.items())
    assert len(here) > 30


def test_a_mechanism_that_is_off_costs_no_draw():
    """Switching one off leaves the walk of the drug's own parcels as it was."""
    on = small("cidp", days=2, schedule="0:2").run()
    off = small("cidp", days=2, schedule="0:2", without="FC_FCGR_BLOCK").run()
    assert rows(on, "therapeutic_igg", "x", "y") == rows(off, "therapeutic_igg", "x", "y")
    assert differences(state(on), state(off)) != []
