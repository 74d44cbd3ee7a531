"""Designs: every combination, every stratum, and fractions that keep their resolution."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigabm.errors import InputError
from ivigabm.experiments import designs


def test_grid_has_every_combination_once() -> None:
    points = designs.grid([2, 3, 4])
    assert len(points) == len(set(points)) == 24
    assert points[:2] == [(0, 0, 0), (0, 0, 1)]
    with pytest.raises(InputError, match="at most"):
        designs.grid([1000, 1000, 1000])


def test_latin_hypercube_meets_every_stratum_once() -> None:
    shares = designs.latin_hypercube(3, 20, seed=7)
    assert shares.shape == (20, 3)
    for column in shares.T:
        assert sorted((column * 20).astype(int)) == list(range(20))
    assert np.array_equal(shares, designs.latin_hypercube(3, 20, seed=7))
    assert not np.array_equal(shares, designs.latin_hypercube(3, 20, seed=8))


@settings(max_examples=40, deadline=None)
@given(factors=st.integers(3, 9), resolution=st.integers(3, 5))
def test_no_product_of_fewer_columns_than_the_resolution_is_constant(
    factors: int, resolution: int
) -> None:
    points = np.array(designs.fractional_factorial(factors, resolution)) * 2 - 1
    assert len(np.unique(points, axis=0)) == len(points)
    for size in range(1, min(resolution, factors + 1)):
        for group in combinations(range(factors), size):
            assert points[:, group].prod(axis=1).sum() == 0, group


# Box, Hunter & Hunter, Statistics for Experimenters: factors, resolution -> smallest fraction
@pytest.mark.parametrize(
    ("factors", "resolution", "runs"),
    [(3, 3, 4), (7, 3, 8), (15, 3, 16), (4, 4, 8), (8, 4, 16), (16, 4, 32), (5, 5, 16), (8, 5, 64)],
)
def test_fractions_are_as_small_as_the_textbook_ones(
    factors: int, resolution: int, runs: int
) -> None:
    assert len(designs.fractional_factorial(factors, resolution)) == runs


def test_generators_are_stated() -> None:
    assert designs.generators(["a", "b", "c", "d"], 4) == ["d = a × b × c"]
    assert designs.generators(["a", "b", "c"], 3) == ["c = a × b"]


def test_other_resolutions_are_refused() -> None:
    with pytest.raises(InputError, match="allowed are 3, 4 and 5"):
        designs.fractional_factorial(4, 6)
