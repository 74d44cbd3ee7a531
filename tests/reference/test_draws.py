"""Draws in plain Python are those of the generator, and a contest by lot is fair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivigabm.engine import streams
from reference import draws

WORD = st.integers(0, (1 << 32) - 1)
IDENTITY = st.integers(0, (1 << 64) - 1)


@given(WORD, st.integers(1, (1 << 32) - 1), IDENTITY)
def test_plain_draws_are_the_compiled_ones(word: int, n: int, who: int) -> None:
    assert draws.unit(word) == streams.unit(np.uint64(word))
    assert draws.bounded(word, n) == streams.bounded(np.uint64(word), np.uint64(n))
    assert draws.lot(word, who) == int(streams.lot(np.uint64(word), np.uint64(who)))


@given(WORD, IDENTITY, IDENTITY)
def test_no_two_agents_draw_one_lot(word: int, one: int, other: int) -> None:
    assert (draws.lot(word, one) == draws.lot(word, other)) == (one == other)


def test_neighbours_in_birth_order_win_equally_often() -> None:
    macrophage = 2 << 56
    words = streams.Streams(1).words(1, 0, np.arange(6000, dtype=np.uint64))[:, 1].tolist()
    for contestants in (2, 3, 7):
        wins = [0] * contestants
        for word in words:
            lots = [draws.lot(word, macrophage | i) for i in range(contestants)]
            wins[lots.index(min(lots))] += 1
        expected = len(words) / contestants
        chi_square = sum((won - expected) ** 2 / expected for won in wins)
        assert chi_square < 10 + 3 * contestants
