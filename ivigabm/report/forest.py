"""The picture of one finding: where its figure lies against what was published.

All rows share one scale: 0 and 1 are the ends of the published band, so that rows of different
units can stand below each other. A claim with one limit has it at 0, no effect at -1, and agrees
on the right of it.
"""

import math
from collections.abc import Callable

from ivigabm.experiments.findings.relations import Judgement

_LOW, _HIGH = -1.5, 2.5  # of the picture; what lies further out is an arrow at the edge
WIDTH, HEIGHT = 220, 20


def place(claim: Judgement) -> Callable[[float], float]:
    """Where a figure stands on the common scale."""
    low, high = claim.band_low, claim.band_high
    if math.isfinite(low) and math.isfinite(high):
        width = (high - low) or abs(low) or 1.0
        return lambda value: (value - low) / width
    limit, side = (low, 1.0) if math.isfinite(low) else (high, -1.0)
    size = abs(limit - claim.neutral) or abs(limit) or 1.0
    return lambda value: side * (value - limit) / size


def _across(x: float) -> float:
    inside = min(max(x, _LOW), _HIGH)
    return (inside - _LOW) / (_HIGH - _LOW) * WIDTH


def picture(claim: Judgement, control: Judgement | None = None) -> str:
    """A strip with the band, the figure with its interval, and the control's figure (hollow).

    Returns
    -------
    str : an SVG element; its colours are classes of the page.
    """
    at = place(claim)
    two_sided = math.isfinite(claim.band_low) and math.isfinite(claim.band_high)
    start, end = _across(0.0), _across(1.0) if two_sided else float(WIDTH)
    size = f'width="{end - start:.1f}" height="{HEIGHT - 2}"'
    parts = [f'<rect class="band" x="{start:.1f}" y="1" {size}/>']
    if control is not None and math.isfinite(control.value):
        parts.append(_mark("control", at(control.value)))
    if math.isfinite(claim.low) and math.isfinite(claim.high):
        ends = sorted((_across(at(claim.low)), _across(at(claim.high))))
        parts.append(
            f'<line class="ci" x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" '
            f'y1="{HEIGHT / 2:g}" y2="{HEIGHT / 2:g}"/>'
        )
    if math.isfinite(claim.value):
        parts.append(_mark("point", at(claim.value)))
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _mark(kind: str, x: float) -> str:
    """A dot, or a triangle at the edge that the figure lies beyond."""
    y = HEIGHT / 2
    if _LOW <= x <= _HIGH:
        inside = min(max(_across(x), 4.0), WIDTH - 4.0)
        return f'<circle class="{kind}" cx="{inside:.1f}" cy="{y:g}" r="3.5"/>'
    tip, back = (1.0, 8.0) if x < _LOW else (WIDTH - 1.0, WIDTH - 8.0)
    return f'<path class="{kind}" d="M{tip:g} {y:g}L{back:g} {y - 4:g}V{y + 4:g}Z"/>'
