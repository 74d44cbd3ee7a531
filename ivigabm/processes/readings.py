"""Weighted sums over pools that are asked for step after step, all made in one pass."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.kernel import kernel

Array = NDArray[np.float64]
Weights = Callable[[], Array]


@kernel
def weigh(weights, amounts, out):
    """out[r, cell] = sum over species s, in row order, of weights[s, r] * amounts[s, cell]."""
    for r in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[r, i] = 0.0
        for s in range(amounts.shape[0]):
            w = weights[s, r]
            if w != 0.0:
                for i in range(amounts.shape[1]):
                    out[r, i] += w * amounts[s, i]


class Readings:
    """Sums over the pools of one place, by a key; each has weights that never change.

    The sums of all keys asked for so far are made when the first of them is asked of new
    amounts. An array of amounts may be replaced, but not written to.

    Parameters
    ----------
    mesh : shape of a sum; () where amounts are one number per pool.
    """

    def __init__(self, mesh: tuple[int, ...] = ()) -> None:
        self._mesh = mesh
        self._slots: dict[str, slice] = {}
        self._weights: Array = np.zeros((0, 0))
        self._seen: Array | None = None  # amounts that the values are of
        self._values: Array = np.zeros((0, 0))
        self._first: dict[str, float] = {}  # the first sum of each key, without a mesh

    def again(self) -> "Readings":
        """The same sums, for other amounts."""
        other = Readings(self._mesh)
        other._slots, other._weights = dict(self._slots), self._weights
        return other

    def level(self, key: str, weights: Weights, amounts: Array) -> float:
        """Sum of amounts of shape (pools,) with weights of that shape, made at first use."""
        if amounts is self._seen:
            found = self._first.get(key)
            if found is not None:
                return found
        self._slot(key, weights, amounts)
        return self._first[key]

    def one(self, key: str, weights: Weights, amounts: Array) -> Array:
        """Sum of amounts (pools, cells) with weights of shape (pools,), shape of the mesh."""
        first: int = self._slot(key, weights, amounts).start
        found: Array = self._values[first]
        return found

    def many(self, key: str, weights: Weights, amounts: Array) -> Array:
        """The same with weights (pools, sums), shape (sums, *mesh)."""
        slot = self._slot(key, weights, amounts)
        found: Array = self._values[slot]
        return found

    def _slot(self, key: str, weights: Weights, amounts: Array) -> slice:
        """Where a key's sums stand among the values, which are those of these amounts."""
        if key not in self._slots:
            columns = weights().reshape(len(amounts), -1)
            first = self._weights.shape[1]
            self._weights = np.hstack([self._weights, columns]) if first else columns.copy()
            self._slots[key] = slice(first, first + columns.shape[1])
            self._seen = None
        if amounts is not self._seen:
            self._read(amounts)
        return self._slots[key]

    def _read(self, amounts: Array) -> None:
        flat = amounts.reshape(len(amounts), -1)
        values = np.empty((self._weights.shape[1], flat.shape[1]))
        weigh(self._weights, flat, values)
        self._values = values.reshape(len(values), *self._mesh)
        if not self._mesh:
            sums = values[:, 0].tolist()
            self._first = {key: sums[slot.start] for key, slot in self._slots.items()}
        self._seen = amounts
