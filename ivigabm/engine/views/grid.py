"""The grid: cells that ask a site index who is there, layers that are the model's own arrays.

Mesa keeps the class of every grid's cells and every cell whose neighbourhood was asked for, for
as long as the process lives. So cells and layers hold the model weakly, neighbourhoods are not
cached, and Mesa's hold on the class is taken back; models are then freed like anything else.
"""

from __future__ import annotations

import copyreg
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from mesa.discrete_space import Cell, CellCollection, OrthogonalMooreGrid, PropertyLayer
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ivigabm.engine.views.agents import RowAgent
    from ivigabm.engine.views.model import TableModel
    from ivigabm.engine.views.sets import TableAgentSet


def _deref(world: weakref.ref[TableModel]) -> TableModel:
    model = world()
    if model is None:
        raise ReferenceError("the model of this grid is gone")
    return model


class Occupants(Sequence["RowAgent"]):
    """The agents on one cell, asked for anew at every look.

    Mesa stores what `cell._agents` returns in neighbourhoods and cell collections: a list would
    go stale there.
    """

    __slots__ = ("_cell",)

    def __init__(self, cell: SiteCell) -> None:
        self._cell = cell

    def __len__(self) -> int:
        return int(_deref(self._cell.world).occupancy()[self._cell.coordinate])

    def __iter__(self) -> Iterator[RowAgent]:
        return iter(self._cell.agents)

    def __getitem__(self, item: Any) -> Any:
        return self._cell.agents[item]

    def __repr__(self) -> str:
        return repr(self._cell.agents)


class SiteCell(Cell):
    """A cell that holds nobody: it asks the site indices of its model."""

    __slots__ = ()
    world: ClassVar[weakref.ref[Any]]

    @property
    def agents(self) -> list[RowAgent]:
        """Agents on this cell, kind after kind, each kind in birth order."""
        return list(_deref(self.world).agents_at(*self.coordinate))

    @property
    def _agents(self) -> Occupants:
        return Occupants(self)

    @_agents.setter
    def _agents(self, value: list[Any]) -> None:
        """Mesa's cell makes itself an empty list, which is not needed."""

    @property
    def is_empty(self) -> bool:
        """True when no agent stands here."""
        return len(self._agents) == 0

    def add_agent(self, agent: RowAgent) -> None:
        """Move an agent here."""
        agent.cell = self

    def remove_agent(self, agent: RowAgent) -> None:
        """Refused: an agent on the grid has a cell until its death."""
        raise TypeError("move the agent to another cell, or let it die with agent.remove()")

    def get_neighborhood(self, radius: int = 1, include_center: bool = False) -> Any:
        """Cells within `radius` steps, as a Mesa `CellCollection`."""
        near = self._neighborhood(radius=radius, include_center=include_center)
        return CellCollection(near, random=self.random)

    def _neighborhood(
        self, radius: int = 1, include_center: bool = False
    ) -> dict[SiteCell, Occupants]:
        if radius < 1:
            raise ValueError("radius must be at least one")
        near: dict[SiteCell, Occupants] = {}
        edge: list[SiteCell] = [self]
        for _ in range(radius):
            reached = dict.fromkeys(c for cell in edge for c in cell.connections.values())
            edge = [cell for cell in reached if cell not in near]
            near.update((cell, cell._agents) for cell in edge)
        near.pop(self, None)
        if include_center:
            near[self] = self._agents
        return near

    def _clear_cache(self) -> None:
        """Nothing is cached but, by Mesa 3.3, the direct neighbourhood in the cell itself."""
        getattr(self, "__dict__", {}).pop("neighborhood", None)


class LiveLayer(PropertyLayer):
    """A property layer whose buffer is an array of the model.

    `data` is that array and assignment copies into it.

    Parameters
    ----------
    name : name of the layer.
    model : held weakly.
    fetch : gives the array, shape (width, height), of a model; it must not hold the model.
    """

    def __init__(
        self, name: str, model: TableModel, fetch: Callable[[TableModel], NDArray[Any]]
    ) -> None:
        # Mesa's own __init__ is not called: it would make a buffer.
        self.name = name
        self.dimensions = model.shape
        self._world = weakref.ref(model)
        self._fetch = fetch

    def _get(self) -> NDArray[Any]:
        return self._fetch(_deref(self._world))

    def _set(self, value: Any) -> None:
        np.copyto(self._get(), value)
        self._touch()

    data = property(_get, _set, doc="The model's array; assignment copies into it.")
    _mesa_data = property(_get, _set)  # Mesa 3.3
    _data = property(_get, _set)  # Mesa 3.4 on

    def _touch(self) -> None:
        _deref(self._world).writes += 1

    def set_cells(self, value: Any, condition: Callable[..., Any] | None = None) -> None:
        """Set all cells, or those whose value meets `condition`."""
        super().set_cells(value, condition)
        self._touch()

    def modify_cells(
        self,
        operation: Callable[..., Any],
        value: Any = None,
        condition: Callable[..., Any] | None = None,
    ) -> None:
        """Replace all values, or those that meet `condition`, by `operation` of them."""
        super().modify_cells(operation, value, condition)
        self._touch()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self._get(), dtype=dtype, copy=copy)


class _CellValue:
    """A layer's value at one cell. Mesa 3.5 would bind the array of the day instead."""

    def __init__(self, layer: PropertyLayer) -> None:
        self.layer = layer

    def __get__(self, cell: SiteCell | None, owner: type | None = None) -> Any:
        return self if cell is None else self.layer.data[cell.coordinate]

    def __set__(self, cell: SiteCell, value: Any) -> None:
        self.layer.data[cell.coordinate] = value
        if isinstance(self.layer, LiveLayer):
            self.layer._touch()


def _empty(model: TableModel) -> NDArray[Any]:
    empty: NDArray[Any] = model.occupancy() == 0
    empty.flags.writeable = False
    return empty


def _field(name: str, model: TableModel) -> NDArray[Any]:
    """A field of the model; one on a coarser mesh is shown blown up, and read-only."""
    field = model.layers[name]
    if field.shape == model.shape:
        return field
    (width, height), (across, down) = model.shape, field.shape
    if width % across or height % down:
        raise ValueError(f"layer '{name}' of shape {field.shape} does not fit {model.shape}")
    shown: NDArray[Any] = field.repeat(width // across, axis=0).repeat(height // down, axis=1)
    shown.flags.writeable = False
    return shown


class SiteGrid(OrthogonalMooreGrid):
    """A torus with eight neighbours a cell, and the model's layers. Built at first look."""

    def __init__(self, model: TableModel) -> None:
        self._world = weakref.ref(model)
        shape = (int(model.shape[0]), int(model.shape[1]))
        super().__init__(shape, torus=True, random=model.random, cell_klass=SiteCell)
        copyreg.dispatch_table.pop(self.cell_klass, None)
        self.cell_klass.world = self._world
        self._try_random = False  # trying cells at random never ends on a full grid
        for name in model.layers:
            self.add_property_layer(LiveLayer(name, model, partial(_field, name)))

    @property
    def agents(self) -> TableAgentSet:
        """All agents that have a place."""
        return _deref(self._world).placed_agents

    def create_property_layer(
        self, name: str, default_value: Any = 0.0, dtype: type = float
    ) -> PropertyLayer:
        """Add a layer of one's own; it belongs to the grid, not to the model."""
        if name != "empty":
            return super().create_property_layer(name, default_value, dtype)
        layer = LiveLayer("empty", _deref(self._world), _empty)
        self.add_property_layer(layer)
        return layer

    def add_property_layer(self, layer: PropertyLayer) -> None:
        """Add a layer, readable and writable at each cell under its name."""
        super().add_property_layer(layer)
        setattr(self.cell_klass, layer.name, _CellValue(layer))
