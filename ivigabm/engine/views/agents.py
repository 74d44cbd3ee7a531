"""One agent, seen through its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, overload

from mesa.discrete_space import CellAgent

from ivigabm.engine.columns import KIND_SHIFT, Gone, Table
from ivigabm.errors import nearest

if TYPE_CHECKING:
    from ivigabm.engine.views.model import TableModel

FIXED = ("id", "alive")  # columns that only the engine writes


class column:
    """An attribute of an agent class that is a column of its table.

    A value of a one-dimensional column is a plain Python number; of a wider one, a copy of the
    row. Assignment writes into the table.
    """

    name: str

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, agent: None, owner: type | None = None) -> column: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type | None = None) -> Any: ...
    def __get__(self, agent: RowAgent | None, owner: type | None = None) -> Any:
        return self if agent is None else agent._read(self.name)

    def __set__(self, agent: RowAgent, value: Any) -> None:
        agent._write(self.name, value)


class _Tally:
    """A counter read through a class. A plain class attribute would, at every count, make
    Python forget the attribute look-ups it has cached for the class."""

    count = 0

    def __get__(self, agent: Any, owner: type | None = None) -> int:
        return self.count


_HANDLES = _Tally()


class RowAgent(CellAgent):
    """A passing handle on one row: the agent's id, and the row it was last seen at.

    It stays good when the table grows or is compacted, raises `Gone` after the agent's death and
    never shows another agent's row. Two handles on one agent are equal. A subclass names its
    table in `kind` and its columns with `column()`:

        class Macrophage(RowAgent):
            kind = "macrophage"
            x, y, activation = column(), column(), column()

    Attributes
    ----------
    made : number of handles made in this process, of all kinds.
    """

    kind: ClassVar[str]
    made: ClassVar[_Tally] = _HANDLES
    pos: ClassVar[None] = None  # Mesa's drawing then asks for the cell
    model: TableModel
    unique_id: int
    _row: int

    def __init__(self, model: TableModel, unique_id: int, row: int = 0) -> None:
        # Mesa's own __init__ is not called: it would register the handle and keep it.
        if unique_id >> KIND_SHIFT != model.tables[self.kind].code:
            raise ValueError(f"{unique_id} is not the id of a {self.kind}")
        self.__dict__.update(model=model, unique_id=unique_id, _row=row)
        _HANDLES.count += 1

    @property
    def table(self) -> Table:
        """The table of this kind."""
        return self.model.tables[self.kind]

    @property
    def row(self) -> int:
        """Where the agent stands in its table now.

        Raises
        ------
        Gone : the agent is dead.
        """
        table, row = self.table, self._row
        if row >= table.n or table["id"][row] != self.unique_id:  # the table has moved its rows
            row = self.__dict__["_row"] = table.find(self.unique_id)
        if not table["alive"][row]:
            raise Gone(f"{self.kind} {self.unique_id} is gone")
        return row

    @property
    def alive(self) -> bool:
        """True until the agent's death."""
        try:
            return self.row >= 0
        except Gone:
            return False

    @property
    def cell(self) -> Any:
        """Cell of the grid the agent stands on; None for a kind that has no place."""
        if "x" not in self.table:
            return None
        return self.model.grid[self._read("x"), self._read("y")]

    @cell.setter
    def cell(self, cell: Any) -> None:
        if "x" not in self.table:
            raise AttributeError(f"a {self.kind} has no place on the grid")
        if cell is None:
            raise ValueError("an agent on the grid has a cell until its death; use remove()")
        x, y = cell.coordinate
        if self.model.grid[x, y] is not cell:
            raise ValueError(f"cell {cell.coordinate} belongs to another grid")
        self._write("x", x)
        self._write("y", y)

    def remove(self) -> None:
        """The agent dies: its row is marked, and taken out between steps."""
        self.table["alive"][self.row] = False
        self.model.writes += 1

    def _read(self, name: str) -> Any:
        row = self.row
        value = self.table[name][row]
        return value.copy() if value.ndim else value.item()

    def _write(self, name: str, value: Any) -> None:
        fitted = self.model.fit(self.kind, name, value)
        self.table[name][self.row] = fitted
        self.model.writes += 1

    def __getattr__(self, name: str) -> Any:
        # Met only when the class has no such attribute: a column nobody declared, or a mistake.
        if name.startswith("_") or name in ("model", "kind"):
            raise AttributeError(name)
        if name in self.table:
            return self._read(name)
        raise no_such_name(type(self), self.table, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(getattr(type(self), name, None), "__set__"):
            object.__setattr__(self, name, value)
        elif name in self.table:
            self._write(name, value)
        else:  # on a passing handle the value would vanish in silence
            raise no_such_name(type(self), self.table, name)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RowAgent)
            and self.unique_id == other.unique_id
            and self.kind == other.kind
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.unique_id))

    def __repr__(self) -> str:
        where = "" if self.alive else ", gone"
        return f"<{type(self).__name__} {self.unique_id}{where}>"


def declared(agent_class: type[RowAgent]) -> tuple[str, ...]:
    """Names of the columns an agent class declares, its bases included."""
    return tuple(
        name for name in dir(agent_class) if isinstance(getattr(agent_class, name), column)
    )


def column_of(agent_class: type[RowAgent], table: Table, name: str) -> str | None:
    """Column behind an attribute name, or None where only the agent itself can answer."""
    if name == "unique_id":
        return "id"
    attribute = getattr(agent_class, name, None)
    if name == "alive" or (name in table and (attribute is None or isinstance(attribute, column))):
        return name
    return None


def no_such_name(agent_class: type[RowAgent], table: Table, name: str) -> AttributeError:
    """The error for an attribute that is neither a column nor part of the class."""
    public = {word for word in dir(agent_class) if not word.startswith("_")}
    return AttributeError(
        f"{agent_class.__name__} has no column '{name}'{nearest(name, public.union(table.names))}"
    )


def bind(agent_class: type[RowAgent], table: Table) -> None:
    """Check that an agent class and its table agree.

    Raises
    ------
    TypeError : the class is of another kind, declares a column the table does not have, or has
        an attribute that hides a column.
    """
    who = agent_class.__name__
    if agent_class.kind != table.kind:
        raise TypeError(f"{who} is a {agent_class.kind}, not a {table.kind}")
    for name in declared(agent_class):
        if name not in table:
            raise TypeError(
                f"{who} declares the column '{name}', which table {table.kind} does not have"
                f"{nearest(name, table.names)}"
            )
    for name in table.names:
        if name not in FIXED and column_of(agent_class, table, name) is None:
            raise TypeError(f"column '{name}' of table {table.kind} is hidden by {who}.{name}")
