"""Tables: one struct of arrays per agent kind.

Rows `[0, n)` stand in birth order. The dead are marked and taken out between steps by
`compact`, which keeps the order, so that a row-order sum is the same in twins for all whom
they share. Kernels take plain arrays and `n`; before a phase that gives birth the caller
reserves its bound, so no kernel allocates.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ivigabm.engine.kernel import kernel

KIND_SHIFT = 56  # an id's top byte is its kind
NEWBORN = np.uint64(1 << 55)  # founders leave this bit clear

ColumnSpec = Mapping[str, DTypeLike | tuple[DTypeLike, tuple[int, ...]]]


@kernel
def _new_rows(alive, n, moved):
    kept = 0
    for row in range(n):
        if alive[row]:
            moved[row] = kept
            kept += 1
        else:
            moved[row] = -1
    return kept


class Gone(LookupError):
    """The agent asked for is dead or was never there."""


class Table:
    """Columns of one agent kind.

    Parameters
    ----------
    kind : name of the kind, as users say it (`b_cell`).
    code : 1..255, the top byte of every id of this kind.
    columns : name -> dtype, or (dtype, trailing shape) for a column with several values a row.
        `id` (uint64) and `alive` (bool) are always there.
    """

    def __init__(self, kind: str, code: int, columns: ColumnSpec, capacity: int = 16) -> None:
        if not 0 < code < 256:
            raise ValueError(f"table {kind}: code {code} is not in 1..255")
        self.kind = kind
        self.code = code
        self.n = 0
        self.version = 0
        self.founders = 0
        self._arrays: dict[str, NDArray[Any]] = {}
        for name, spec in {"id": np.uint64, "alive": np.bool_, **columns}.items():
            dtype, shape = spec if isinstance(spec, tuple) else (spec, ())
            self._arrays[name] = np.zeros((capacity, *shape), dtype)
        self._views: dict[str, NDArray[Any]] = {}  # columns as last asked for, until rows move

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own views: one that was copied with it would not be a view."""
        return {**self.__dict__, "_views": {}}

    def __repr__(self) -> str:
        return f"<Table {self.kind}: {self.n} rows, {len(self._arrays)} columns>"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(self._arrays)

    @property
    def capacity(self) -> int:
        return len(self._arrays["id"])

    @property
    def living(self) -> int:
        """Number of rows alive."""
        return int(np.count_nonzero(self["alive"])) if self.n else 0

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self._arrays.values())

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Rows `[0, n)` of a column, as a view that is good until the next step."""
        view = self._views.get(name)
        if view is None:
            view = self._views[name] = self._arrays[name][: self.n]
        return view

    def full(self, name: str) -> NDArray[Any]:
        """A column with its spare capacity, for kernels that append."""
        return self._arrays[name]

    def reserve(self, extra: int) -> None:
        """Make room for `extra` more rows."""
        need = self.n + extra
        if need <= self.capacity:
            return
        room = max(need, 2 * self.capacity)
        self._views.clear()
        for name, old in self._arrays.items():
            new = np.zeros((room, *old.shape[1:]), old.dtype)
            new[: self.n] = old[: self.n]
            self._arrays[name] = new

    def add_founders(self, count: int, **values: Any) -> slice:
        """Append `count` founders, numbered on from the last, with the given column values."""
        self.reserve(count)
        rows = slice(self.n, self.n + count)
        numbers = np.arange(self.founders, self.founders + count, dtype=np.uint64)
        self._arrays["id"][rows] = numbers | (np.uint64(self.code) << np.uint64(KIND_SHIFT))
        self._arrays["alive"][rows] = True
        for name, value in values.items():
            self._arrays[name][rows] = value
        self.founders += count
        self.grown(self.n + count)
        return rows

    def grown(self, n: int) -> None:
        """Say that rows up to `n` are now in use (a kernel appended them)."""
        if n != self.n:
            self.n = n
            self.version += 1
            self._views.clear()

    def restore(self, columns: Mapping[str, NDArray[Any]], founders: int) -> None:
        """Hold exactly these rows, of a table of the same kind with as many founders.

        Raises
        ------
        ValueError : a column is missing, of another type or of another shape.
        """
        n = len(columns["id"])
        for name, old in self._arrays.items():
            new = columns[name]
            if (new.dtype, new.shape) != (old.dtype, (n, *old.shape[1:])):
                raise ValueError(
                    f"{self.kind}.{name} is {new.dtype} {new.shape}, not {old.dtype} "
                    f"{(n, *old.shape[1:])}"
                )
            self._arrays[name] = new
        self.n, self.founders = n, founders
        self.version += 1
        self._views.clear()

    def find(self, agent_id: int) -> int:
        """Row of an id.

        Raises
        ------
        Gone : no living row has this id.
        """
        rows = np.flatnonzero(self["id"] == np.uint64(agent_id))
        for row in rows:
            if self["alive"][row]:
                return int(row)
        raise Gone(f"{self.kind} {agent_id} is gone")

    def compact(self, share: float = 0.125) -> NDArray[np.int64] | None:
        """Take out the dead when they are more than `share` of the rows.

        Returns the new row of every old row (-1 for the dead), or None when nothing moved.
        """
        dead = self.n - self.living
        if dead == 0 or dead <= share * self.n:
            return None
        moved = np.empty(self.n, np.int64)
        kept = _new_rows(self["alive"], self.n, moved)
        stay = moved >= 0
        for array in self._arrays.values():
            array[:kept] = array[: self.n][stay]
            array[kept : self.n] = 0
        self.n = kept
        self.version += 1
        self._views.clear()
        return moved
