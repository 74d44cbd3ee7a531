"""Sums for observation against NumPy's own."""

import numpy as np
import pytest

from ivigabm.engine.sums import mean_of


@pytest.mark.parametrize("sizes", [range(1, 300), (1000, 1024, 4099, 100_001)])
def test_a_mean_has_the_bits_of_numpys(sizes):
    drawn = np.random.default_rng(1)
    for n in sizes:
        values = drawn.standard_normal(n) * 10.0 ** drawn.integers(-9, 9, n)
        assert float(mean_of(values)) == float(np.mean(values)), n


def test_a_field_is_one_long_row():
    field = np.random.default_rng(2).random((48, 33))
    assert mean_of(field.ravel()) == float(np.mean(field))


def test_nobody_has_a_mean_of_zero():
    assert mean_of(np.zeros(0)) == 0.0
