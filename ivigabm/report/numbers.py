"""How numbers are written for people."""

import math

UNDEFINED = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """A number that was given, as short as it is: 28, 0.5, −7."""
    return f"{value:g}".replace("-", "−")


def power(exponent: int) -> str:
    """`10⁻⁴` and the like."""
    return f"10{str(exponent).translate(_SUPERSCRIPT)}"


def figure(value: float | None) -> str:
    """A result to three significant digits, trailing zeros kept; – where it is undefined."""
    if value is None or not math.isfinite(value):
        return UNDEFINED
    size = abs(value)
    if size >= 999.5:
        text = f"{value:,.0f}"
    elif 0 < size < 1e-3:
        mantissa, exponent = f"{value:.2e}".split("e")
        text = f"{mantissa} × {power(int(exponent))}"
    else:
        text = f"{value:#.3g}".rstrip(".") if size else "0"
    return text.replace("-", "−")


def signed(value: float | None) -> str:
    """As `figure`, with a plus sign where the value is positive."""
    text = figure(value)
    return f"+{text}" if value is not None and math.isfinite(value) and value > 0 else text


def interval(low: float | None, high: float | None) -> str:
    """A confidence interval in words, – where there is none."""
    if UNDEFINED in (figure(low), figure(high)):
        return UNDEFINED
    return f"{figure(low)} to {figure(high)}"
