"""Places on coarse meshes without a division."""

import numpy as np

from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal, wrapped


@kernel
def wrong(places, pitch):
    """How many places a pitch gets wrong."""
    per, count = reciprocal(pitch), 0
    for k in range(len(places)):
        count += coarse(places[k], per) != places[k] // pitch
    return count


def test_coarse_is_a_division():
    places = np.arange(1 << 16, dtype=np.int32)
    for pitch in (*range(1, 65), 100, 255, 1000, 4096, 65535, 65536):
        assert wrong(places, pitch) == 0


def test_one_turn_of_the_torus():
    assert [wrapped(place, 5) for place in range(-5, 10)] == [p % 5 for p in range(-5, 10)]
