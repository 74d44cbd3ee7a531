import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigabm.engine.sites import SiteIndex, count_rows

rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.booleans()), max_size=60)


def columns(cells):
    x = np.array([c[0] for c in cells], np.int32)
    y = np.array([c[1] for c in cells], np.int32)
    alive = np.array([c[2] for c in cells], np.bool_)
    return x, y, alive


@settings(deadline=None)  # the first call compiles
@given(rows)
def test_every_site_lists_its_living_rows_in_row_order(cells):
    x, y, alive = columns(cells)
    index = SiteIndex(5, 3)
    index.rebuild(x, y, alive, len(cells))
    for sx in range(5):
        for sy in range(3):
            expected = [r for r, c in enumerate(cells) if c == (sx, sy, True)]
            assert index.at(sx, sy).tolist() == expected
    assert index.count == index.starts[-1] == sum(c[2] for c in cells)


@settings(deadline=None)  # the first call compiles
@given(rows, rows)
def test_a_rebuild_forgets_what_was_listed_before(before, after):
    index, fresh = SiteIndex(5, 3), SiteIndex(5, 3)
    index.rebuild(*columns(before), len(before))
    index.rebuild(*columns(after), len(after))
    fresh.rebuild(*columns(after), len(after))
    assert np.array_equal(index.starts, fresh.starts)
    assert np.array_equal(index.rows[: index.count], fresh.rows[: fresh.count])


def test_rows_beyond_n_are_not_read():
    x, y = np.array([1, 99], np.int32), np.array([2, 99], np.int32)
    index = SiteIndex(5, 3)
    index.rebuild(x, y, np.ones(2, np.bool_), 1)
    assert index.at(1, 2).tolist() == [0]
    assert index.count == 1


def test_the_site_number_is_the_flat_index_of_an_x_y_array():
    index = SiteIndex(5, 3)
    index.rebuild(np.array([4], np.int32), np.array([1], np.int32), np.ones(1, np.bool_), 1)
    site = np.ravel_multi_index((4, 1), (5, 3))
    assert np.diff(index.starts).nonzero()[0].tolist() == [site]


@pytest.mark.parametrize(("x", "y"), [(5, 0), (0, 3), (-1, 0), (0, -1)])
def test_a_living_row_off_the_grid_is_refused_and_a_dead_one_ignored(x, y):
    xs, ys = np.array([0, x], np.int32), np.array([0, y], np.int32)
    index = SiteIndex(5, 3)
    with pytest.raises(IndexError, match=r"row 1 stands at"):
        index.rebuild(xs, ys, np.ones(2, np.bool_), 2)
    assert index.count == 0
    assert index.at(0, 0).size == 0
    index.rebuild(xs, ys, np.array([True, False]), 2)
    assert index.at(0, 0).tolist() == [0]
    with pytest.raises(IndexError, match="no site"):
        index.at(x, y)


def test_an_empty_grid_is_refused():
    with pytest.raises(ValueError, match="has no site"):
        SiteIndex(0, 3)


def test_the_kernel_equals_its_own_python_source():
    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 7, 200, np.int32), rng.integers(0, 6, 200, np.int32)
    alive = rng.random(200) < 0.7
    compiled = np.zeros(43, np.int32), np.zeros(200, np.int32)
    plain = np.zeros(43, np.int32), np.zeros(200, np.int32)
    total = count_rows(x, y, alive, 200, 6, *compiled)
    assert total == count_rows.py_func(x, y, alive, 200, 6, *plain) == alive.sum()
    assert np.array_equal(compiled[0], plain[0])
    assert np.array_equal(compiled[1], plain[1])
