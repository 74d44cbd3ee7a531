"""Compositions of complexes made of mixed subclasses."""

import numpy as np
import pytest

from ivigabm.errors import InputError
from ivigabm.processes.complexes import compositions


def test_one_kind_gives_one_complex():
    counts, parts = compositions(26, [1.0])
    assert counts.tolist() == [[26.0]]
    assert parts.tolist() == [1.0]


@pytest.mark.parametrize("shares", [(0.1, 0.9), (0.68, 0.29, 0.03), (0.6, 0.3, 0.06, 0.04)])
def test_shares_of_igg_are_those_of_the_mixture(shares):
    counts, parts = compositions(4, shares)
    assert parts.sum() == pytest.approx(1.0)
    assert (counts.sum(axis=1) == 4.0).all()
    assert len(np.unique(counts, axis=0)) == len(counts)
    np.testing.assert_allclose(parts @ counts / 4.0, shares, rtol=1e-12)


def test_two_kinds_are_binomial():
    counts, parts = compositions(3, (0.25, 0.75))
    found = {int(row[0]): part for row, part in zip(counts, parts, strict=True)}
    assert found == pytest.approx({0: 0.421875, 1: 0.421875, 2: 0.140625, 3: 0.015625})


def test_too_many_compositions_are_refused():
    with pytest.raises(InputError, match="more than 2000; take fewer subclasses"):
        compositions(33, (0.6, 0.3, 0.06, 0.04))
