"""The members of an agent set: ids, and the rows they stand at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import KIND_SHIFT, Table
from ivigabm.engine.views.agents import RowAgent, column_of, no_such_name

if TYPE_CHECKING:
    from ivigabm.engine.views.model import TableModel

Ids = NDArray[np.uint64]
Rows = NDArray[np.int64]


class Part(NamedTuple):
    """Those members that are of one kind."""

    agent_class: type[RowAgent]
    table: Table
    rows: Rows
    at: Rows  # their positions among all members

    def column(self, name: str) -> NDArray[Any] | None:
        """Values of an attribute, or None where it is no column."""
        column = column_of(self.agent_class, self.table, name)
        return None if column is None else self.table[column][self.rows]

    def agents(self, model: TableModel) -> list[RowAgent]:
        """Handles on these members."""
        pairs = zip(self.table["id"][self.rows].tolist(), self.rows.tolist(), strict=True)
        return [self.agent_class(model, unique_id, row) for unique_id, row in pairs]


class Members:
    """All living rows of some kinds, or the living among some ids in a given order.

    Parameters
    ----------
    model : their model.
    kinds : kind after kind, each in birth order; read when `ids` is None.
    ids : ids of any kinds of the model.
    """

    def __init__(self, model: TableModel, kinds: Sequence[str], ids: Ids | None) -> None:
        self.model = model
        self.kinds = tuple(kinds)
        self.ids = ids

    def parts(self) -> list[Part]:
        """The members kind by kind, as of now."""
        return self._all_rows() if self.ids is None else self._listed_rows(self.ids)

    def _all_rows(self) -> list[Part]:
        parts, start = [], 0
        for kind in self.kinds:
            table = self.model.tables[kind]
            rows = np.flatnonzero(table["alive"])
            at = np.arange(start, start + len(rows))
            parts.append(Part(self.model.agent_classes[kind], table, rows, at))
            start += len(rows)
        return parts

    def _listed_rows(self, ids: Ids) -> list[Part]:
        model = self.model
        codes = (ids >> np.uint64(KIND_SHIFT)).astype(np.int64)
        rows = np.full(len(ids), -1)
        for kind in model.kinds:
            mine = codes == model.tables[kind].code
            rows[mine] = rows_of(model.tables[kind], ids[mine])
        lives = rows >= 0
        at = np.cumsum(lives) - 1
        parts = []
        for kind in model.kinds:
            mine = lives & (codes == model.tables[kind].code)
            if mine.any():
                agent_class, table = model.agent_classes[kind], model.tables[kind]
                parts.append(Part(agent_class, table, rows[mine], at[mine]))
        return parts

    def __len__(self) -> int:
        return sum(len(part.rows) for part in self.parts())

    def living(self) -> Ids:
        """Ids of the members, in order."""
        parts = self.parts()
        ids = np.empty(sum(len(part.rows) for part in parts), np.uint64)
        for part in parts:
            ids[part.at] = part.table["id"][part.rows]
        return ids

    def array(self, name: str) -> NDArray[Any]:
        """Values of a column, one entry a member.

        Raises
        ------
        AttributeError : some member's table has no such column.
        """
        parts, values = self.parts(), []
        for part in parts:
            column = part.column(name)
            if column is None:
                raise no_such_name(part.agent_class, part.table, name)
            values.append(column)
        if not values:
            return np.empty(0)
        joined = np.concatenate(values)
        out = np.empty_like(joined)
        out[np.concatenate([part.at for part in parts])] = joined
        return out

    def values(self, name: str, missing: tuple[Any, ...] = ()) -> list[Any]:
        """Values of an attribute, one a member; `missing[0]` where a class does not have it.

        Raises
        ------
        AttributeError : some member does not have it and `missing` is empty.
        """
        parts = self.parts()
        out: list[Any] = [None] * sum(len(part.rows) for part in parts)
        for part in parts:
            column = part.column(name)
            values: list[Any]
            if column is not None:
                values = column.tolist() if column.ndim == 1 else list(column)
            elif hasattr(part.agent_class, name):
                values = [getattr(agent, name) for agent in part.agents(self.model)]
            elif missing:
                values = [missing[0]] * len(part.rows)
            else:
                raise no_such_name(part.agent_class, part.table, name)
            for position, value in zip(part.at.tolist(), values, strict=True):
                out[position] = value
        return out

    def walk(self, ids: Ids | None = None) -> Iterator[RowAgent]:
        """Handles on the members, or on these ids; one dead by its turn is left out."""
        model = self.model
        ids = self.living() if ids is None else ids
        makers = {model.tables[kind].code: model.agent_classes[kind] for kind in model.kinds}
        rows = np.zeros(len(ids), np.int64)
        for part in self._listed_rows(ids):
            rows[part.at] = part.rows
        writes = model.writes
        for unique_id, row in zip(ids.tolist(), rows.tolist(), strict=True):
            agent = makers[unique_id >> KIND_SHIFT](model, unique_id, row)
            if model.writes == writes or agent.alive:
                yield agent


def rows_of(table: Table, ids: Ids) -> Rows:
    """Rows of the ids of one kind; -1 for the dead."""
    living = np.flatnonzero(table["alive"])
    if len(living) == 0 or len(ids) == 0:
        return np.full(len(ids), -1)
    known = table["id"][living]
    order = np.argsort(known)
    near = np.minimum(np.searchsorted(known, ids, sorter=order), len(living) - 1)
    rows = living[order[near]]
    return np.where(table["id"][rows] == ids, rows, -1)
