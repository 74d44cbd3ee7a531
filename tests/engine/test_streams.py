"""Philox against its published vectors, and draws that hang on nothing but their arguments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigabm.engine import streams
from ivigabm.engine.columns import KIND_SHIFT, NEWBORN
from ivigabm.engine.streams import EPOCH, Streams, bounded, newborn_id, philox, purpose, unit

# Philox4x32-10 in kat_vectors of Random123 (Salmon et al., SC 2011): counter, key, result.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip

words32 = st.integers(0, 2**32 - 1)
words64 = st.integers(0, 2**64 - 1)


def hexadecimal(text):
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS)
def test_published_known_answers(counter, key, result):
    assert list(philox(*hexadecimal(key), *hexadecimal(counter))) == hexadecimal(result)


@settings(deadline=None)
@given(words64, words32, st.integers(-1000, 1000), words64)
def test_words_are_philox_of_seed_purpose_step_and_id(seed, number, step, agent):
    found = Streams(seed).words(number, step, np.array([agent], np.uint64))[0]
    low = 2**32 - 1
    parts = (seed & low, seed >> 32, agent & low, agent >> 32, EPOCH + step, number)
    assert found.tolist() == [int(w) for w in philox(*(np.uint64(part) for part in parts))]


def test_who_else_draws_and_in_what_order_is_all_one():
    ids = np.arange(100, dtype=np.uint64)
    every = Streams(7).words(11, 3, ids).copy()
    some = Streams(7)
    some.words(11, 3, ids[:5])
    some.words(12, 4, ids)
    assert (some.words(11, 3, ids[40:60]) == every[40:60]).all()
    assert (some.words(11, 3, ids[::-1].copy()) == every[::-1]).all()


@pytest.mark.parametrize(("seed", "number", "step"), [(8, 11, 3), (7, 12, 3), (7, 11, 4)])
def test_seed_purpose_and_step_each_make_other_draws(seed, number, step):
    ids = np.arange(50, dtype=np.uint64)
    base = Streams(7).words(11, 3, ids).copy()
    assert not (Streams(seed).words(number, step, ids) == base).any()


def test_steps_before_day_0_have_draws_of_their_own():
    ids = np.arange(1, dtype=np.uint64)
    drawn = {tuple(Streams(1).words(1, step, ids)[0].tolist()) for step in range(-200, 200)}
    assert len(drawn) == 400


def test_a_purpose_is_the_same_number_each_time_and_clashes_are_refused(monkeypatch):
    monkeypatch.setattr(streams, "_purposes", {})
    number = purpose("made up")
    assert purpose("made up") == number
    monkeypatch.setattr(streams.zlib, "crc32", lambda text: 5)
    purpose("one")
    with pytest.raises(ValueError, match="purposes 'two' and 'one' share a number"):
        purpose("two")


@settings(deadline=None)
@given(words32, st.integers(1, 2**32 - 1))
def test_uniforms_stay_in_their_range(word, n):
    assert unit(np.uint64(word)) == word / 2**32
    assert bounded(np.uint64(word), np.uint64(n)) == word * n // 2**32 < n


def test_uniforms_are_uniform_and_the_words_of_one_call_unrelated():
    n = 20_000
    drawn = Streams(3).words(9, 0, np.arange(n, dtype=np.uint64)) / 2**32
    counts = np.array([np.histogram(drawn[:, k], bins=20, range=(0, 1))[0] for k in range(4)])
    chi_square = np.sum((counts - n / 20) ** 2 / (n / 20), axis=1)
    assert (chi_square < 50.0).all()  # 19 degrees of freedom: beyond 50 once in 10,000
    correlation = np.corrcoef(drawn.T) - np.eye(4)
    assert np.abs(correlation).max() < 5.0 / np.sqrt(n)
    neighbours = np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]
    assert abs(neighbours) < 5.0 / np.sqrt(n)


@settings(deadline=None)
@given(words64, words32, st.integers(0, 2**25), st.integers(0, 100), st.integers(1, 255), words32)
def test_a_newborn_is_of_its_parents_kind_and_marked(seed, number, step, order, kind, founder):
    parent = np.uint64((kind << KIND_SHIFT) | founder)
    child = newborn_id(parent, np.uint64(seed), np.uint64(number), np.uint64(step),
                       np.uint64(order))
    assert int(child) >> KIND_SHIFT == kind
    assert int(child) & int(NEWBORN)
    assert not int(parent) & int(NEWBORN)


def test_newborns_differ_by_parent_step_and_order():
    def child(parent, step, order):
        return int(newborn_id(np.uint64(parent), np.uint64(1), np.uint64(2), np.uint64(step),
                              np.uint64(order)))

    born = {child((1 << KIND_SHIFT) | p, s, k) for p in range(20) for s in range(20)
            for k in range(5)}
    assert len(born) == 2000


def test_one_draw_is_the_first_word_of_its_block():
    streams = Streams(20260725)
    ids = np.array([3, 1 << 55, (7 << 56) | 12345], np.uint64)
    expected = [float(unit(word)) for word in streams.words(99, -4, ids)[:, 0]]
    assert [streams.unit(99, -4, who) for who in ids] == expected
