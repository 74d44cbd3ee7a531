"""Zones of a section."""

import numpy as np
import pytest

from ivigabm.zones import nearest


@pytest.mark.parametrize("count", [0, 1, 7, 60, 119, 120])
def test_the_nearest_sites_are_the_first_of_a_stable_sort(count):
    distance = np.random.default_rng(5).integers(0, 9, (10, 12)).astype(float)
    first = np.argsort(distance.ravel(), kind="stable")[:count]
    assert np.array_equal(np.flatnonzero(nearest(distance, count)), np.sort(first))
