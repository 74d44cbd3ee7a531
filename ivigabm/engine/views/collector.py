"""Mesa's data collector over rows that a model keeps anyway."""

from collections.abc import Callable, Sequence
from typing import Any

from mesa.datacollection import DataCollector


class RowCollector(DataCollector):
    """Model variables from rows, one per step; columns are made when somebody looks at them.

    Parameters
    ----------
    reporters : name -> value of a model now, for those who ask Mesa's way.
    rows : all rows so far; the last entries of a row are the variables, in order.
    """

    def __init__(
        self,
        reporters: dict[str, Callable[[Any], Any]],
        rows: Callable[[], Sequence[Sequence[float]]],
    ) -> None:
        self._rows = rows
        self._made: dict[str, list[float]] = {}
        self._count = -1
        super().__init__(model_reporters=reporters)

    def collect(self, model: Any) -> None:
        """Nothing to do: a step has added its row."""

    @property
    def model_vars(self) -> dict[str, list[float]]:
        """Name -> values, one per row."""
        rows, names = self._rows(), list(self.model_reporters)
        if len(rows) != self._count:
            last = [row[-len(names) :] for row in rows]
            self._made = {name: [row[k] for row in last] for k, name in enumerate(names)}
            self._count = len(rows)
        return self._made

    @model_vars.setter
    def model_vars(self, _: object) -> None:
        """Mesa makes empty lists when it is made."""
