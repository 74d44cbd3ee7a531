"""Horizontal bars with intervals, as SVG: shares of an effect, sensitivity indices."""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from ivigabm.report.axes import exponent, labels, ticks
from ivigabm.report.numbers import power

_LEFT, _WIDTH, _RIGHT, _TOP, _ROW, _BOTTOM = 190, 360, 16, 40, 24, 40

STYLE = """
.bars{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:#fcfcfb}
.bars text{fill:#1b1f24;font-size:11.5px}.bars .title{font-size:13px;font-weight:600}
.bars .tick,.bars .unit{fill:#6b7280;font-size:11px}.bars line{stroke:#d5d9df}
.bars line.zero{stroke:#6b7280}.bars line.interval{stroke:#1b1f24;stroke-width:1.4}
.bars rect{fill:#8a93a0}.bars .Fab2{fill:#e69f00}.bars .Fc{fill:#7b3fa0}.bars .both{fill:#0072b2}
.bars .total{fill:#4b5563}
@media (prefers-color-scheme:dark){
.bars{background:#14171b}.bars text{fill:#e8eaed}.bars .tick,.bars .unit{fill:#9aa3af}
.bars line{stroke:#343a43}.bars line.zero{stroke:#9aa3af}.bars line.interval{stroke:#e8eaed}
.bars .Fc{fill:#b58ad0}.bars .both{fill:#56b4e9}.bars .total{fill:#9aa3af}}
"""


class Bar(NamedTuple):
    """One row: its name, value, interval (NaN where there is none) and class of colour."""

    name: str
    value: float
    low: float
    high: float
    kind: str = ""


def svg(bars: Sequence[Bar], title: str, unit: str = "") -> str:
    """Draw bars from zero, one below the other, with their intervals as lines.

    Returns
    -------
    str : a complete SVG element with its own style.
    """
    ends = [x for bar in bars for x in (bar.value, bar.low, bar.high) if x == x]
    values = ticks(min([0.0, *ends]), max([0.0, *ends]), 5)
    low, high = values[0], values[-1]

    def across(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * _WIDTH

    bottom = _TOP + _ROW * len(bars)
    scale = exponent(values)
    parts = [f'<text class="title" x="12" y="22">{escape(title)}</text>']
    for value, text in zip(values, labels([v / 10**scale for v in values]), strict=True):
        kind = ' class="zero"' if value == 0.0 else ""
        x = across(value)
        parts.append(f'<line{kind} x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{text}</text>'
        )
    for row, bar in enumerate(bars):
        parts.append(_row(bar, _TOP + _ROW * row, across(0.0), across))
    factor = f"{power(scale)} " if scale else ""
    parts.append(
        f'<text class="unit" x="{_LEFT + _WIDTH / 2:g}" y="{bottom + 32}" text-anchor="middle">'
        f"{escape(factor + unit)}</text>"
    )
    width, height = _LEFT + _WIDTH + _RIGHT, bottom + _BOTTOM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bars" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>"
    )


def _row(bar: Bar, top: float, zero: float, across: Callable[[float], float]) -> str:
    end, middle = across(bar.value), top + _ROW / 2
    kind = f' class="{bar.kind}"' if bar.kind else ""
    text = (
        f'<text x="{_LEFT - 10}" y="{middle + 4:g}" text-anchor="end">{escape(bar.name)}</text>'
        f'<rect{kind} x="{min(zero, end):.1f}" y="{top + 4:g}" '
        f'width="{abs(end - zero):.1f}" height="{_ROW - 8}"/>'
    )
    if bar.low == bar.low and bar.high == bar.high:
        text += (
            f'<line class="interval" x1="{across(bar.low):.1f}" y1="{middle:g}" '
            f'x2="{across(bar.high):.1f}" y2="{middle:g}"/>'
        )
    return text
