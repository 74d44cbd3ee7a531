"""What stands at the ports of one individual in this step."""

import math
from collections.abc import ItemsView, Mapping

import numpy as np
from numpy.typing import NDArray

from ivigabm.processes.ports import PORTS, Extent

Array = NDArray[np.float64]


class Ports:
    """The port values of one model: views of one array, which is put back to neutral at once."""

    def __init__(self, shapes: Mapping[Extent, tuple[int, ...]]) -> None:
        self._shapes = dict(shapes)
        sizes = [math.prod(shapes[port.extent]) for port in PORTS.values()]
        self._neutral: Array = np.repeat([port.neutral for port in PORTS.values()], sizes)
        self._all = self._neutral.copy()
        parts = np.split(self._all, np.cumsum(sizes)[:-1])
        self._values: dict[str, Array] = {
            name: part.reshape(shapes[port.extent])
            for (name, port), part in zip(PORTS.items(), parts, strict=True)
        }

        self._ways = {name: (self._values[name], port.combine) for name, port in PORTS.items()}

    def __getstate__(self) -> tuple[Mapping[Extent, tuple[int, ...]], Array]:
        """A copy makes its own views."""
        return self._shapes, self._all

    def __setstate__(self, state: tuple[Mapping[Extent, tuple[int, ...]], Array]) -> None:
        Ports.__init__(self, state[0])
        self._all[:] = state[1]

    def __getitem__(self, name: str) -> Array:
        return self._values[name]

    def items(self) -> ItemsView[str, Array]:
        """Name and value of every port."""
        return self._values.items()

    def clear(self) -> None:
        """Put every port back to its neutral value."""
        self._all[:] = self._neutral

    def is_neutral(self, name: str) -> bool:
        """True when nothing has been brought to a port in this step."""
        return bool((self._values[name] == PORTS[name].neutral).all())

    def write(self, name: str, value: float | Array) -> None:
        """Combine one mechanism's contribution into a port."""
        target, how = self._ways[name]
        if how == "max":
            np.maximum(target, value, out=target)
        elif isinstance(value, float) and len(target) == 1:  # most are: no array for them
            before = target.item()
            target[0] = before + value if how == "sum" else before * value
        elif how == "sum":
            target += value
        else:
            target *= value


def moves(name: str, value: float | Array) -> bool:
    """Whether a contribution takes its port off the neutral value."""
    neutral = PORTS[name].neutral
    return bool(value != neutral if isinstance(value, float) else (value != neutral).any())
