"""Many agents, seen through their columns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from ivigabm.engine.columns import KIND_SHIFT, Gone
from ivigabm.engine.views.agents import RowAgent, column_of, no_such_name
from ivigabm.engine.views.members import Ids, Members

try:
    from mesa.agentset import GroupBy  # Mesa 3.4 on
except ImportError:
    from mesa.agent import GroupBy

if TYPE_CHECKING:
    from ivigabm.engine.views.model import TableModel

Method = str | Callable[..., Any]


class TableAgentSet(AgentSet):
    """An ordered set of agents that holds none of them.

    It is either *live*, all living rows of some tables, or a list of ids; agents that have died
    since drop out of both. `get`, `set`, `agg`, `sort` and `groupby` of a column touch no agent.

    Parameters
    ----------
    model : the agents' model.
    kinds : kinds of a live set: kind after kind, each kind in birth order.
    ids : ids of a listed set, in its order; given instead of `kinds`.
    """

    def __init__(
        self, model: TableModel, kinds: Sequence[str] = (), ids: Ids | None = None
    ) -> None:
        # Mesa's own __init__ is not called: its weak references would be empty at once.
        self.model = model
        self.random = model.random
        self._members = Members(model, kinds, ids)

    # -- members --------------------------------------------------------------------------------

    def _listed(self, ids: Ids, inplace: bool = False) -> TableAgentSet:
        if not inplace:
            return TableAgentSet(self.model, ids=ids)
        self._members = Members(self.model, (), ids)
        return self

    def _from_iterable(self, agents: Iterable[RowAgent]) -> TableAgentSet:
        """What the set operators (`|`, `&`, `-`, `^`) make of their result."""
        ids = dict.fromkeys(agent.unique_id for agent in agents)
        return self._listed(np.array(list(ids), np.uint64))

    def _own_ids(self) -> Ids:
        if self._members.ids is None:
            raise TypeError("a live set is the tables themselves: change a copy()")
        return self._members.ids

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[RowAgent]:
        return self._members.walk()

    def __reversed__(self) -> Iterator[RowAgent]:
        return self._members.walk(self._members.living()[::-1])

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, RowAgent) or agent.kind not in self.model.kinds:
            return False
        ids = self._members.ids
        if ids is None and agent.kind not in self._members.kinds:
            return False
        if ids is not None and not np.any(ids == np.uint64(agent.unique_id)):
            return False
        try:
            return self.model.tables[agent.kind].find(agent.unique_id) >= 0
        except Gone:
            return False

    def __getitem__(self, item: int | slice) -> Any:
        ids = np.atleast_1d(self._members.living()[item])
        agents = list(self._members.walk(ids))
        return agents if isinstance(item, slice) else agents[0]

    def __repr__(self) -> str:
        counts = [f"{len(part.rows)} {part.table.kind}" for part in self._members.parts()]
        return f"<TableAgentSet: {', '.join(counts) or 'empty'}>"

    def __copy__(self) -> TableAgentSet:
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def copy(self) -> TableAgentSet:
        """The members of this moment, as a listed set."""
        return self._listed(self._members.living())

    def to_list(self) -> list[RowAgent]:
        """All members as agents."""
        return list(self)

    def add(self, agent: RowAgent) -> None:
        """Put an agent at the end of a listed set.

        Raises
        ------
        TypeError : the set is live (so do `discard` and `remove`).
        """
        ids = self._own_ids()
        if agent not in self:
            self._listed(np.append(ids, np.uint64(agent.unique_id)), inplace=True)

    def discard(self, agent: RowAgent) -> None:
        """Take an agent out of a listed set, if it is there; the agent lives on."""
        ids = self._own_ids()
        self._listed(ids[ids != np.uint64(agent.unique_id)], inplace=True)

    def remove(self, agent: RowAgent) -> None:
        """Take an agent out of a listed set; the agent lives on.

        Raises
        ------
        KeyError : it is not there.
        """
        if np.uint64(agent.unique_id) not in self._own_ids():
            raise KeyError(agent)
        self.discard(agent)

    # -- columns --------------------------------------------------------------------------------

    def array(self, name: str) -> NDArray[Any]:
        """Values of a column as an array, one entry a member, in the order of the set.

        Raises
        ------
        AttributeError : some member's table has no such column.
        """
        return self._members.array(name)

    def get(
        self,
        attr_names: str | Sequence[str],
        handle_missing: str = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Attribute of every member; of several attributes, a list for every member."""
        if handle_missing not in ("error", "default"):
            raise ValueError(
                f"handle_missing is '{handle_missing}', which is neither 'error' nor 'default'"
            )
        missing = (default_value,) if handle_missing == "default" else ()
        if isinstance(attr_names, str):
            return self._members.values(attr_names, missing)
        several = [self._members.values(name, missing) for name in attr_names]
        return [list(values) for values in zip(*several, strict=True)]

    def agg(self, attribute: str, func: Any) -> Any:
        """A function, or a list of them, of an attribute's values.

        NumPy's functions are given a column as an array, others a list as in Mesa.
        """
        functions = [func] if callable(func) else list(func)
        parts = self._members.parts()
        columns = all(column_of(part.agent_class, part.table, attribute) for part in parts)
        results = []
        for function in functions:
            of_numpy = (getattr(function, "__module__", None) or "").split(".")[0] == "numpy"
            values = self.array(attribute) if of_numpy and columns else self.get(attribute)
            results.append(function(values))
        return results[0] if callable(func) else results

    def set(self, attr_name: str, value: Any) -> TableAgentSet:
        """Give all members the same value of an attribute."""
        columns, others = [], []
        for part in self._members.parts():  # all are checked before the first is written
            name = column_of(part.agent_class, part.table, attr_name)
            if name is not None:
                columns.append((part, name, self.model.fit(part.table.kind, name, value)))
            elif hasattr(part.agent_class, attr_name):
                others.append(part)
            else:
                raise no_such_name(part.agent_class, part.table, attr_name)
        for part, name, fitted in columns:
            part.table[name][part.rows] = fitted
        for part in others:
            for agent in part.agents(self.model):
                setattr(agent, attr_name, value)
        self.model.writes += 1
        return self

    # -- subsets and orders ---------------------------------------------------------------------

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
    ) -> TableAgentSet:
        """Members of a class that a function accepts, at most so many (a float: that share)."""
        ids = self._members.living()
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(ids) * at_most)
        if agent_type is not None:
            tables, classes = self.model.tables, self.model.agent_classes
            kinds = [kind for kind in self.model.kinds if issubclass(classes[kind], agent_type)]
            codes = np.array([tables[kind].code for kind in kinds], np.uint64)
            ids = ids[np.isin(ids >> np.uint64(KIND_SHIFT), codes)]
        if filter_func is not None:
            kept: list[int] = []
            for agent in self._members.walk(ids):
                if len(kept) >= at_most:
                    break
                if filter_func(agent):
                    kept.append(agent.unique_id)
            ids = np.array(kept, np.uint64)
        elif at_most < len(ids):
            ids = ids[: int(at_most)]
        return self._listed(ids, inplace)

    def shuffle(self, inplace: bool = False) -> TableAgentSet:
        """The members in an order drawn from Mesa's generator, which no rule reads."""
        ids = self._members.living().tolist()
        self.random.shuffle(ids)
        return self._listed(np.array(ids, np.uint64), inplace)

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> TableAgentSet:
        """The members sorted by an attribute or a function, from high to low unless `ascending`."""
        ids, values = self._keyed(key)
        order = sorted(range(len(ids)), key=values.__getitem__, reverse=not ascending)
        return self._listed(ids[np.array(order, np.int64)], inplace)

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Members by the value of an attribute or a function, as Mesa's `GroupBy`."""
        ids, values = self._keyed(by)
        places: dict[Any, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(value, []).append(place)
        sets = {value: self._listed(ids[np.array(at)]) for value, at in places.items()}
        if result_type == "agentset":
            return GroupBy(sets)
        return GroupBy({value: list(group) for value, group in sets.items()})

    def _keyed(self, key: Callable[[Any], Any] | str) -> tuple[Ids, list[Any]]:
        if isinstance(key, str) and "." not in key:
            return self._members.living(), self._members.values(key)
        function = operator.attrgetter(key) if isinstance(key, str) else key
        pairs = [(agent.unique_id, function(agent)) for agent in self]
        return np.array([i for i, _ in pairs], np.uint64), [value for _, value in pairs]

    # -- calls ----------------------------------------------------------------------------------

    def do(self, method: Method, *args: Any, **kwargs: Any) -> TableAgentSet:
        """Call a method, or a function of the agent, for every member."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> TableAgentSet:
        """`do` in an order drawn from Mesa's generator."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """Results of a method, or a function of the agent, for every member."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]
