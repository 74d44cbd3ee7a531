"""The course of one quantity in one individual, and what is read off it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOLERANCE = 1e-9  # days
UNDEFINED = float("nan")


@dataclass(frozen=True)
class Course:
    """Observed values by rising day, shapes (rows,)."""

    day: Array
    value: Array

    def at(self, day: float) -> float:
        """Last observation at or before a day; undefined before the first and after the end."""
        row = int(np.searchsorted(self.day, day + TOLERANCE, side="right")) - 1
        if row < 0 or day > self.day[-1] + TOLERANCE:
            return UNDEFINED
        return float(self.value[row])

    def before(self) -> float:
        """The individual just before day 0."""
        return self.at(0.0)

    def reference(self, start: float) -> float:
        """Value where a window starts; the first observed if none is as early."""
        value = self.at(start)
        first_is_next = len(self.day) > 0 and start < self.day[0]
        return float(self.value[0]) if first_is_next else value

    def within(self, start: float, end: float) -> NDArray[np.bool_]:
        """Rows of a window, ends included."""
        return np.asarray((self.day >= start - TOLERANCE) & (self.day <= end + TOLERANCE))

    def covers(self, start: float, end: float) -> bool:
        """Whether the window was observed; its start may lie one interval before the first row."""
        if len(self.day) == 0:
            return False
        width = float(self.day[1] - self.day[0]) if len(self.day) > 1 else 0.0
        early = start >= self.day[0] - width - TOLERANCE
        return bool(early and end <= self.day[-1] + TOLERANCE)

    def area(self, start: float, end: float) -> float:
        """Area under straight lines between observations; undefined where none were made."""
        if not self.covers(start, end):
            return UNDEFINED
        inner = (self.day > start) & (self.day < end)
        day = np.concatenate([[start], self.day[inner], [end]])
        ends = np.interp([start, end], self.day, self.value)
        value = np.concatenate([ends[:1], self.value[inner], ends[1:]])
        return float(np.sum(0.5 * (value[1:] + value[:-1]) * np.diff(day)))

    def widths(self, start: float) -> Array:
        """Days that each row stands for: from the row before, but not from before `start`."""
        before = np.concatenate([[min(start, self.day[0])], self.day[:-1]])
        return np.asarray(np.maximum(0.0, self.day - np.maximum(before, start)))

    def cumulated(self) -> "Course":
        """Sum from day 0 on of value times the time that it stands for."""
        return Course(self.day, np.cumsum(self.value * self.widths(0.0)))
