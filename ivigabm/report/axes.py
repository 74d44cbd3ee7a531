"""Axis ranges, round tick values and their labels."""

import math
from collections.abc import Sequence

_DAY_STEPS = (1 / 24, 1 / 8, 0.25, 0.5, 1, 2, 7, 14, 28, 56, 84, 168, 364)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values (steps of 1, 2, 2.5 or 5 times a power of ten) that cover [low, high].

    An axis starts at zero unless that would flatten the curve.
    """
    if 0 < low < 0.6 * high:
        low = 0.0
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        low, high = low - abs(low) * 0.1, high + (abs(high) * 0.1 or 1.0)
    raw = (high - low) / about
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(s * size for s in (1.0, 2.0, 2.5, 5.0, 10.0) if s * size >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def day_ticks(start: float, end: float, most: int = 7) -> list[float]:
    """Ticks within [start, end] that people count in: hours, days, weeks, months."""
    span = end - start
    step = next((s for s in _DAY_STEPS if span <= s * most), None)
    if step is None:
        step = 364 * math.ceil(span / (364 * most))
    first, last = math.ceil(start / step - 1e-9), math.floor(end / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def exponent(values: Sequence[float]) -> int:
    """Power of ten to take out of tick labels, 0 where they are short as they are."""
    size = max(abs(value) for value in values)
    if size == 0 or 0.01 <= size < 1e5:
        return 0
    return math.floor(math.log10(size))


def labels(values: Sequence[float]) -> list[str]:
    """Tick labels with as many decimals as all of them need to differ."""
    decimals = next(
        n for n in range(12) if all(math.isclose(v, round(v, n), abs_tol=1e-9) for v in values)
    )
    return [f"{value + 0.0:.{decimals}f}".replace("-", "−") for value in values]
