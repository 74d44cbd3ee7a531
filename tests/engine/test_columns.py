import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigabm.engine.columns import KIND_SHIFT, NEWBORN, Gone, Table


def table(count=0, capacity=4):
    made = Table("cell", 7, {"size": np.float64, "pair": (np.int32, (2,))}, capacity)
    made.add_founders(count, size=np.arange(count), pair=np.arange(2 * count).reshape(count, 2))
    return made


def kill(made, rows):
    made["alive"][rows] = False


def test_a_new_table_is_empty_and_knows_its_columns():
    made = table()
    assert made.n == made.living == 0
    assert made.names == ("id", "alive", "size", "pair")
    assert "size" in made
    assert "weight" not in made
    assert made["size"].shape == (0,)
    assert made.full("pair").shape == (4, 2)
    assert made.nbytes == 4 * (8 + 1 + 8 + 8)


@pytest.mark.parametrize("code", [0, 256, -1])
def test_a_code_that_does_not_fit_a_byte_is_refused(code):
    with pytest.raises(ValueError, match="is not in 1"):
        Table("cell", code, {})


def test_founder_ids_carry_the_kind_count_up_and_are_no_newborns():
    made = table(3)
    made.add_founders(2)
    ids = made["id"]
    assert (ids >> np.uint64(KIND_SHIFT)).tolist() == [7] * 5
    assert (ids & np.uint64(2**55 - 1)).tolist() == [0, 1, 2, 3, 4]
    assert not np.any(ids & NEWBORN)


def test_founder_numbers_go_on_after_a_compaction():
    made = table(3)
    kill(made, [2])
    made.compact(0)
    made.add_founders(1)
    assert len(np.unique(made["id"])) == 3
    assert made["id"][2] & np.uint64(0xFF) == 3


def test_growth_keeps_values_and_leaves_spare_rows_zero():
    made = table(3)
    made.add_founders(40, size=9.0)
    assert made.capacity >= 43
    assert made["size"].tolist() == [0.0, 1.0, 2.0] + [9.0] * 40
    assert made["pair"][2].tolist() == [4, 5]
    assert not made.full("alive")[43:].any()


def test_reserve_does_not_move_what_already_has_room():
    made = table(2)
    before = made.full("size")
    made.reserve(2)
    assert made.full("size") is before
    made.reserve(3)
    assert made.full("size") is not before
    assert made.capacity == 8


def test_what_a_kernel_appends_counts_once_it_is_said():
    made = table(2)
    made.reserve(1)
    made.full("alive")[2] = True
    made.full("size")[2] = 5.0
    version = made.version
    assert made.living == 2
    made.grown(3)
    assert made.living == 3
    assert made["size"][2] == 5.0
    assert made.version > version


def test_find_gives_the_row_of_a_living_id_only():
    made = table(3)
    last = int(made["id"][2])
    assert made.find(last) == 2
    kill(made, [2])
    with pytest.raises(Gone, match=r"cell \d+ is gone"):
        made.find(last)
    with pytest.raises(Gone):
        made.find(99)


def test_few_dead_stay_where_they_are():
    made = table(16)
    kill(made, [3, 5])
    version = made.version
    assert made.compact() is None  # two of sixteen are not more than an eighth
    assert made.n == 16
    assert made.version == version
    kill(made, [7])
    assert made.compact() is not None
    assert made.n == 13


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.booleans(), max_size=50))
def test_compaction_is_stable_and_says_where_rows_went(lives):
    made = table(len(lives))
    before = {name: made[name].copy() for name in made.names}
    kill(made, [not alive for alive in lives])
    moved = made.compact(0)
    stay = [row for row, alive in enumerate(lives) if alive]
    if len(stay) == len(lives):
        assert moved is None
        return
    assert moved.tolist() == [stay.index(r) if a else -1 for r, a in enumerate(lives)]
    assert made.n == made.living == len(stay)
    for name in ("id", "size", "pair"):
        assert np.array_equal(made[name], before[name][stay])
        assert not made.full(name)[made.n :].any()


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(1, 9), st.lists(st.integers(0, 99), max_size=5))))
def test_ids_keep_their_values_through_births_deaths_and_compactions(events):
    made, truth = table(), {}
    for event in events:
        if isinstance(event, int):
            rows = made.add_founders(event)
            made["size"][rows] = np.arange(rows.start, rows.stop) * 0.5
            truth.update(zip(made["id"][rows].tolist(), made["size"][rows].tolist(), strict=True))
        elif made.n:
            for row in event:
                made["alive"][row % made.n] = False
                truth.pop(int(made["id"][row % made.n]), None)
            made.compact()
    living = made["id"][made["alive"]].tolist()
    assert living == sorted(truth)  # founders are born in id order
    assert [made["size"][made.find(i)] for i in living] == [truth[i] for i in living]


def test_a_copy_of_a_table_shows_its_own_rows():
    table = Table("b_cell", 1, {"x": np.int32})
    table.add_founders(3, x=5)
    assert table["x"].sum() == 15  # asked for before the copy
    other = copy.deepcopy(table)
    other.full("x")[0] = 7
    assert other["x"].tolist() == [7, 5, 5]
    assert table["x"].tolist() == [5, 5, 5]
