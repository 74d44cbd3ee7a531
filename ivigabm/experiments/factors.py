"""Parameters as factors of a design: which ones, in what range, and what a point of it sets."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from ivigabm.build import build
from ivigabm.errors import InputError, unknown
from ivigabm.knowledge.parameters import Parameter
from ivigabm.model import IVIgModel
from ivigabm.perturbation import Perturbation, resolve
from ivigabm.scenario import Scenario

Array = NDArray[np.float64]
Point = tuple[tuple[str, float], ...]  # names and values
DECADE = 10.0  # a range that spans more is sampled by its logarithm
_ATTEMPTS = 8  # halvings of the way to the usual values


@dataclass(frozen=True)
class Factor:
    """A parameter and the range it is varied in."""

    row: Parameter

    @property
    def log(self) -> bool:
        """Whether its logarithm is sampled."""
        return self.row.low > 0 and self.row.high / self.row.low > DECADE

    def at(self, share: float) -> float:
        """Value at a share (0 to 1) of the range."""
        low, high = self.row.low, self.row.high
        if self.log:
            return float(low * (high / low) ** share)
        return low + share * (high - low)

    def share_of(self, value: float) -> float:
        """Where in the range a value lies, 0 to 1."""
        low, high = self.row.low, self.row.high
        if self.log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)


def factors_of(
    scenario: Scenario, change: Perturbation, patterns: Sequence[str] = (), seed: int = 1
) -> tuple[Factor, ...]:
    """Parameters that a run reads and that have a range: the chosen ones, or all not measured.

    Raises
    ------
    InputError : a pattern that fits none of them.
    """
    model = IVIgModel(scenario, rng=seed, perturbation=change)
    model.step()
    ps = model.world.ps
    rows = [row for row in ps.rows() if row.name in ps.used and row.low < row.high]
    for pattern in patterns:
        if not any(fnmatchcase(row.name, pattern) for row in rows):
            raise unknown(
                f"parameter that {scenario.name} reads", pattern, [row.name for row in rows]
            )
    if patterns:
        rows = [row for row in rows if any(fnmatchcase(row.name, p) for p in patterns)]
    else:
        rows = [row for row in rows if row.status != "measured"]
    if len(rows) < 2:
        raise InputError(f"parameters: found {len(rows)}; at least 2 are needed to compare")
    return tuple(Factor(row) for row in rows)


def points_of(
    scenario: Scenario, change: Perturbation, factors: Sequence[Factor], unit: Array
) -> tuple[list[Point], int]:
    """Parameter values of every point, and how many of them had to be moved.

    Raises
    ------
    InputError : a point is refused however close it comes to the usual values.
    """
    usual = np.array([factor.share_of(factor.row.value) for factor in factors])
    points, moved = [], 0
    for row in unit:
        for nearer in range(_ATTEMPTS):
            shares = usual + (row - usual) / 2.0**nearer
            values = [f.at(share) for f, share in zip(factors, shares.tolist(), strict=True)]
            point = tuple((f.row.name, v) for f, v in zip(factors, values, strict=True))
            try:
                build(resolve(scenario, changed(change, point)), 1)
                break
            except InputError:
                if nearer == _ATTEMPTS - 1:
                    raise
        points.append(point)
        moved += nearer > 0
    return points, moved


def changed(change: Perturbation, point: Point) -> Perturbation:
    """The perturbation with the parameters of a point."""
    settings = tuple((f"parameters.{name}", value) for name, value in point)
    return dataclasses.replace(change, settings=change.settings + settings)
