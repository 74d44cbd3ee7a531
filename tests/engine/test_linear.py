"""Small linear systems against NumPy."""

import numpy as np
import pytest

from ivigabm.engine.linear import positive_rows, solve


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("first", [0, 2])
def test_solution_of_the_two_kinds_of_system(seed: int, first: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    shares = rng.random((n, n))
    m_matrix = np.eye(n) - 0.9 * shares / shares.sum(axis=1, keepdims=True)
    root = rng.normal(size=(n, n))
    definite = (root @ root.T + np.eye(n)) * 10 ** rng.uniform(-3, 3, (n, 1))
    right = rng.normal(size=n)
    for system in (m_matrix, definite):
        table = np.full((n, first + n + 1), 7.0)
        table[:, first:-1], table[:, -1] = system, right
        solve(table, first, n)
        np.testing.assert_allclose(table[:, -1], np.linalg.solve(system, right), rtol=1e-8)
        assert (table[:, :first] == 7.0).all()


def test_a_pivot_that_rounds_to_zero_gives_no_infinity() -> None:
    table = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 2.0]])
    solve(table, 0, 2)
    assert np.isfinite(table).all()
    assert table[1, 2] == 2.0


def test_positive_rows() -> None:
    rows = np.full(5, -1)
    assert positive_rows(np.array([0.0, 2.0, -1.0, 1e-300, 9.0]), 4, rows) == 2
    assert rows.tolist() == [1, 3, -1, -1, -1]
