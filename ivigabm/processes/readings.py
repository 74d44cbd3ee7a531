"""Weighted sums over pools that are asked for step after step, all made in one pass."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.kernel import kernel

Array = NDArray[np.float64]


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
    """

    def __init__(self) -> None:
        self._slots: dict[str, slice] = {}
        self._weights: Array = np.zeros((0, 0))
        self._seen: Array | None = None  # amounts that the values are of
        self._values: Array = np.zeros((0, 0))
        self._first: list[float] = []

    def again(self) -> "Readings":
        """The same sums, for other amounts."""
        other = Readings()
        other._slots, other._weights = dict(self._slots), self._weights
        return other

    def level(self, key: str, weights: Callable[[], Array], amounts: Array) -> float:
        """Sum of amounts of shape (pools,) with weights of that shape, made at first use."""
        slot = self._slots.get(key)
        if slot is None:
            slot = self._added(key, weights())
        if amounts is not self._seen:
            self._read(amounts)
        first: int = slot.start
        return self._first[first]

    def over(self, key: str, weights: Callable[[], Array], amounts: Array) -> Array:
        """Sums of amounts (pools, cells) with weights (pools, sums), shape (sums, cells)."""
        slot = self._slots.get(key)
        if slot is None:
            slot = self._added(key, weights())
        if amounts is not self._seen:
            self._read(amounts)
        return self._values[slot]

    def _added(self, key: str, weights: Array) -> slice:
        columns = weights.reshape(len(weights), -1)
        first = self._weights.shape[1]
        self._weights = np.hstack([self._weights, columns]) if first else columns.copy()
        self._slots[key] = slice(first, first + columns.shape[1])
        self._seen = None
        return self._slots[key]

    def _read(self, amounts: Array) -> None:
        flat = amounts.reshape(len(amounts), -1)
        self._values = np.empty((self._weights.shape[1], flat.shape[1]))
        weigh(self._weights, flat, self._values)
        self._first = self._values[:, 0].tolist()
        self._seen = amounts
