"""What a readout's stat is in one individual, from the course of its measure.

Where something is undefined (no observation, a fold of nothing) the result is NaN.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigabm.readout.course import UNDEFINED, Course
from ivigabm.readout.grammar import Condition, Readout, When

COMPARE: dict[str, Callable[[Any, float], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def value(course: Course, when: When | None) -> float:
    """The value at a time, or the time-weighted mean of a window; otherwise at the end."""
    if when is None:
        return float(course.value[-1]) if len(course.value) else UNDEFINED
    if when.first is None or when.first == when.last:
        return course.at(when.last)
    return course.area(when.first, when.last) / (when.last - when.first)


def stat(readout: Readout, course: Course) -> float:
    """The readout's figure for one individual; `protection` gives the value that it compares."""
    name = readout.stat
    if name in ("value", "protection"):
        return value(course, readout.when)
    if name in ("change", "fold", "percent", "loss"):
        return _against_start(name, value(course, readout.when), course.before())
    if readout.condition is not None:
        return _conditional(readout, course)
    return _of_window(name, course, *window(course, readout.when))


def window(course: Course, when: When | None) -> tuple[float, float]:
    """First and last day: a single time stands for the window from day 0 to it."""
    if when is None:
        last = float(course.day[-1]) if len(course.day) else 0.0
        return min(0.0, last), last
    return (min(0.0, when.last) if when.first is None else when.first), when.last


def _against_start(name: str, now: float, before: float) -> float:
    """The stats that compare an individual with itself just before day 0."""
    if name == "change":
        return now - before
    if before == 0.0:
        return UNDEFINED
    fold = now / before
    return {"fold": fold, "percent": 100.0 * fold, "loss": 1.0 - fold}[name]


def _of_window(name: str, course: Course, start: float, end: float) -> float:
    inside = course.within(start, end)
    if not course.covers(start, end) or not inside.any():
        return UNDEFINED
    if name == "auc":
        return course.area(start, end)
    if name == "mean":
        return value(course, When(end, start))
    day, held = course.day[inside], course.value[inside]
    if np.isnan(held).any():
        return UNDEFINED
    if name == "t_peak":
        return float(day[np.argmax(held)])
    return float(np.max(held) if name == "peak" else np.min(held))


def _conditional(readout: Readout, course: Course) -> float:
    """`time_to`, `duration`, and whether the condition of `share` is met (1 or 0)."""
    assert readout.condition is not None
    if readout.stat == "share":
        return met(readout.condition, course, readout.when)
    start, end = window(course, readout.when)
    held = _held(readout.condition, course, start, end)
    if held is None:
        return UNDEFINED
    if readout.stat == "duration":
        return float(np.sum(course.widths(start)[held]))
    return float(course.day[np.argmax(held)]) if held.any() else end


def met(condition: Condition, course: Course, when: When | None) -> float:
    """1 where the condition holds at the time, or at any time of the window; otherwise 0.

    At a single time `rise` and `fall` are counted from day 0.
    """
    when = condition.when or when
    if when is not None and when.first is not None:
        held = _held(condition, course, when.first, when.last)
        return UNDEFINED if held is None else float(held.any())
    now = value(course, when)
    base = 0.0 if condition.quantity == "value" else course.before()
    return _compared(condition, now, base)


def _compared(condition: Condition, now: float, base: float) -> float:
    found = base - now if condition.quantity == "fall" else now - base
    if np.isnan(found):
        return UNDEFINED
    return float(COMPARE[condition.sign](found, condition.limit))


def _held(
    condition: Condition, course: Course, start: float, end: float
) -> NDArray[np.bool_] | None:
    """Rows of the window in which the condition holds; None where that is undefined."""
    inside = course.within(start, end)
    if not course.covers(start, end) or not inside.any():
        return None
    base = {"value": 0.0, "change": course.before()}.get(
        condition.quantity, course.reference(start)
    )
    found = base - course.value if condition.quantity == "fall" else course.value - base
    if np.isnan(found[inside]).any():
        return None
    return np.asarray(COMPARE[condition.sign](found, condition.limit) & inside)
