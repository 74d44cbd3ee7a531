"""Figures of a run as inline SVG. They take tables, never models.

Colours are not in the figures: marks carry a class (`treated`, `control`, `dose`) and the page
gives it a colour, so that one figure serves a light and a dark page.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import pandas as pd

from ivigabm.outcomes import CONTROL, TREATED
from ivigabm.report.axes import day_ticks, exponent, labels, ticks
from ivigabm.report.numbers import figure, number, power

WIDTH, HEIGHT = 340, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 12, 30, 38
_MOST_POINTS = 300  # per curve: finer than a printed line can show
_WORDS = {TREATED: "treated", CONTROL: "untreated"}


class _Frame(NamedTuple):
    """From data to drawing units."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        low, high = self.x
        return _LEFT + (value - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def up(self, value: float) -> float:
        low, high = self.y
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    def points(self, days: Sequence[float], values: Sequence[float]) -> str:
        return " ".join(
            f"{self.across(d):.1f},{self.up(v):.1f}" for d, v in zip(days, values, strict=True)
        )


def spread(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean, smallest and largest value over seeds at each day, indexed by day.

    Parameters
    ----------
    rows : one arm and variable: columns seed, day, value.
    """
    table = rows.groupby("day")["value"].agg(["mean", "min", "max"]).dropna()
    every = -(-len(table) // _MOST_POINTS) or 1
    keep = sorted({*range(0, len(table), every), len(table) - 1} if len(table) else ())
    return table.iloc[keep]


def time_course(
    timeseries: pd.DataFrame, variable: str, title: str, unit: str, doses: Sequence[float] = ()
) -> str:
    """One observable over time, both arms: mean as a line, range over seeds as a band.

    Parameters
    ----------
    timeseries : one row per value: seed, arm, day, variable, value.
    doses : days of infusion, marked on the time axis.

    Returns
    -------
    str : an SVG element; empty when the variable has no value.
    """
    rows = timeseries[timeseries["variable"] == variable]
    arms = {name: spread(rows[rows["arm"] == name]) for name in (CONTROL, TREATED)}
    every = pd.concat(arms.values())
    if every.empty:
        return ""
    values = ticks(every["min"].min(), every["max"].max())
    start, end = min(every.index.min(), 0.0), every.index.max()  # the first row follows a step
    frame = _Frame((start, end if end > start else start + 1), (values[0], values[-1]))
    marks = [_value_axis(frame, values, title, unit), _time_axis(frame)]
    marks += [_dose(frame, day) for day in doses if start <= day <= end]
    marks += [_band(frame, name, table) for name, table in arms.items()]
    marks += [_line(frame, name, table) for name, table in arms.items()]
    told = " and ".join(
        f"{_WORDS[name]} {figure(table['mean'].iloc[-1])}"
        for name, table in arms.items()
        if len(table)
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{escape(title)} over time; at the end {told} {escape(unit)}</title>"
        f"{''.join(marks)}</svg>"
    )


def _value_axis(frame: _Frame, values: Sequence[float], title: str, unit: str) -> str:
    scale = exponent(values)
    factor = f"{power(scale)} " if scale else ""
    name = f"{title} ({factor}{unit})" if factor + unit else title
    marks = [f'<text class="name" x="8" y="15">{escape(name)}</text>']
    for value, text in zip(values, labels([v / 10.0**scale for v in values]), strict=True):
        y = frame.up(value)
        marks.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        marks.append(_text(_LEFT - 6, y + 3.5, "end", text))
    return "".join(marks)


def _time_axis(frame: _Frame) -> str:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    marks = [f'<path class="axis" d="M{_LEFT} {bottom}H{right}"/>']
    days = day_ticks(*frame.x)
    for day, text in zip(days, labels(days), strict=True):
        x = frame.across(day)
        marks.append(f'<path class="axis" d="M{x:.1f} {bottom}v4"/>')
        marks.append(_text(x, bottom + 16, "middle", text))
    marks.append(_text((_LEFT + right) / 2, HEIGHT - 6, "middle", "time (days)"))
    return "".join(marks)


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _dose(frame: _Frame, day: float) -> str:
    x, y = frame.across(day), HEIGHT - _BOTTOM
    return (
        f'<path class="dose" d="M{x:.1f} {y}l-4 -7h8z">'
        f"<title>dose on day {number(day)}</title></path>"
    )


def _band(frame: _Frame, arm: str, table: pd.DataFrame) -> str:
    if not (table["max"] > table["min"]).any():
        return ""
    there = frame.points(table.index, table["max"])
    back = frame.points(table.index[::-1], table["min"][::-1])
    return f'<polygon class="band {arm}" points="{there} {back}"/>'


def _line(frame: _Frame, arm: str, table: pd.DataFrame) -> str:
    return f'<polyline class="line {arm}" points="{frame.points(table.index, table["mean"])}"/>'
