"""A Mesa model whose agents live in tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import KIND_SHIFT, Table
from ivigabm.engine.sites import SiteIndex
from ivigabm.engine.views.agents import FIXED, RowAgent, bind
from ivigabm.engine.views.grid import SiteGrid
from ivigabm.engine.views.sets import TableAgentSet


class TableModel(mesa.Model):
    """Base of a model that keeps its state in tables and is looked at through Mesa.

    A subclass fills the attributes below after `super().__init__`, and raises `writes` by one
    whenever it has written (at least at the end of each step): what is cached for lookers is
    then looked up anew.

    Attributes
    ----------
    tables : kind -> table, in the order in which kinds are listed.
    agent_classes : kind -> class of its agents. A table without a class is not shown.
    shape : (width, height) of the grid.
    layers : name -> array indexed `[x, y]`, shown as property layers of the grid.
    writes : write counter.
    """

    def __init__(self, rng: Any = None) -> None:
        super().__init__(rng=rng)
        self.tables: dict[str, Table] = {}
        self.agent_classes: dict[str, type[RowAgent]] = {}
        self.shape: tuple[int, int] = (1, 1)
        self.layers: dict[str, NDArray[Any]] = {}
        self.writes = 0
        self._bound: dict[str, tuple[type[RowAgent], Table]] = {}
        self._indices: dict[str, tuple[Any, SiteIndex]] = {}
        self._occupancy: tuple[Any, NDArray[np.int64]] | None = None

    # -- agents ---------------------------------------------------------------------------------

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds that have a table and an agent class, in table order.

        Raises
        ------
        TypeError : an agent class and its table do not agree.
        """
        kinds = tuple(kind for kind in self.tables if kind in self.agent_classes)
        for kind in kinds:
            pair = self.agent_classes[kind], self.tables[kind]
            if self._bound.get(kind) != pair:
                bind(*pair)
                self._bound[kind] = pair
        return kinds

    @property
    def agents(self) -> TableAgentSet:
        """All living agents, kind after kind, each kind in birth order."""
        return TableAgentSet(self, self.kinds)

    @property
    def placed_agents(self) -> TableAgentSet:
        """All living agents of the kinds that have a place on the grid."""
        return TableAgentSet(self, self._placed)

    @property
    def agents_by_type(self) -> dict[type[RowAgent], TableAgentSet]:
        """Living agents of each class."""
        return {self.agent_classes[kind]: TableAgentSet(self, (kind,)) for kind in self.kinds}

    @property
    def agent_types(self) -> list[type[RowAgent]]:
        """Agent classes of this model."""
        return [self.agent_classes[kind] for kind in self.kinds]

    def agent(self, unique_id: int) -> RowAgent:
        """The agent with an id.

        Raises
        ------
        Gone : no living agent has it.
        KeyError : the id is of no kind of this model.
        """
        for kind in self.kinds:
            if unique_id >> KIND_SHIFT == self.tables[kind].code:
                row = self.tables[kind].find(unique_id)
                return self.agent_classes[kind](self, unique_id, row)
        raise KeyError(f"no kind of this model has the id {unique_id}")

    def register_agent(self, agent: Any) -> None:
        """Refused: agents are rows."""
        raise TypeError("agents of this model are rows of its tables and are not registered")

    def deregister_agent(self, agent: Any) -> None:
        """Refused: agents are rows."""
        raise TypeError("agents of this model are rows of its tables; use agent.remove()")

    def remove_all_agents(self) -> None:
        """Every agent dies."""
        for kind in self.kinds:
            self.tables[kind]["alive"][:] = False
        self.writes += 1
        super().remove_all_agents()

    def fit(self, kind: str, name: str, value: Any) -> NDArray[Any]:
        """A value as a column of a kind holds it, after the checks that kernels rely on.

        Raises
        ------
        AttributeError : the column is written by the engine only.
        ValueError : the value does not fit the column, is no number, or is a place off the grid.
        """
        if name in FIXED:
            raise AttributeError(f"'{name}' of a {kind} cannot be set")
        column = self.tables[kind][name]
        given = np.asarray(value)
        fitted = np.broadcast_to(given.astype(column.dtype), column.shape[1:])
        if np.isnan(given).any() or (column.dtype.kind in "iub" and np.any(fitted != given)):
            raise ValueError(f"'{name}' of a {kind} holds {column.dtype}, not {value}")
        size = self.shape["xy".index(name)] if name in ("x", "y") else None
        if size is not None and not 0 <= fitted < size:
            raise ValueError(f"{name} = {value} is off the grid (0 to {size - 1})")
        return fitted

    # -- places ---------------------------------------------------------------------------------

    @cached_property
    def grid(self) -> SiteGrid:
        """The grid, built at first look."""
        return SiteGrid(self)

    @property
    def _placed(self) -> tuple[str, ...]:
        return tuple(k for k in self.kinds if "x" in self.tables[k] and "y" in self.tables[k])

    def sites(self, kind: str) -> SiteIndex:
        """Who of a kind stands where, as of the last write."""
        table = self.tables[kind]
        stamp = (self.writes, table.version, table.n)
        seen, index = self._indices.get(kind, (None, None))
        if index is None or (index.width, index.height) != tuple(self.shape):
            seen, index = None, SiteIndex(*self.shape)
        if seen != stamp:
            index.rebuild(table["x"], table["y"], table["alive"], table.n)
            self._indices[kind] = stamp, index
        return index

    def occupancy(self) -> NDArray[np.int64]:
        """Number of agents on each site, shape (width, height); not to be written to."""
        stamp = (self.writes, *(self.tables[k].version for k in self._placed))
        if self._occupancy is None or self._occupancy[0] != stamp:
            count = np.zeros(self.shape, np.int64)
            for kind in self._placed:
                count += np.diff(self.sites(kind).starts).reshape(self.shape)
            self._occupancy = stamp, count
        return self._occupancy[1]

    def agents_at(self, x: int, y: int) -> Iterator[RowAgent]:
        """Agents on a site, kind after kind, each kind in birth order."""
        for kind in self._placed:
            ids, make = self.tables[kind]["id"], self.agent_classes[kind]
            for row in self.sites(kind).at(x, y).tolist():
                yield make(self, int(ids[row]), row)
