"""Numbers as people read them."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigabm.report.axes import day_ticks, exponent, labels, ticks
from ivigabm.report.numbers import figure, interval, number, signed

finite = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (-14.0, "−14.0"),
        (0.76543, "0.765"),
        (249.7, "250"),
        (999.7, "1,000"),
        (12345.6, "12,346"),
        (0.000531, "5.31 × 10⁻⁴"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_figure(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_sign_interval_and_given_numbers() -> None:
    assert (signed(2.0), signed(-2.0), signed(0.0), signed(math.nan)) == (
        "+2.00",
        "−2.00",
        "0",
        "–",
    )
    assert interval(-1.0, 2.5) == "−1.00 to 2.50"
    assert interval(math.nan, 2.5) == "–"
    assert (number(28.0), number(-0.5)) == ("28", "−0.5")


@given(finite, finite)
def test_ticks_cover_the_values_in_even_steps(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    found = ticks(low, high)
    step = found[1] - found[0]
    assert found[0] <= low + 1e-6 * step
    assert found[-1] >= high - 1e-6 * step
    assert 2 <= len(found) <= 9
    assert all(math.isclose(y - x, step, rel_tol=1e-6) for x, y in pairwise(found))


@given(st.floats(-100, 100), st.floats(0.01, 4000))
def test_day_ticks_lie_within_the_run(start: float, span: float) -> None:
    found = day_ticks(start, start + span)
    assert len(found) <= 8
    assert all(start - 1e-6 <= day <= start + span + 1e-6 for day in found)


def test_tick_labels_are_short_and_differ() -> None:
    assert ticks(0.0, 0.0)[0] == 0
    assert day_ticks(0, 28) == [0, 7, 14, 21, 28]
    assert labels([0.0, 0.25, 0.5]) == ["0.00", "0.25", "0.50"]
    assert labels([-7.0, 0.0, 7.0]) == ["−7", "0", "7"]
    assert exponent([0.0, 5e-4]) == -4
    assert exponent([0.0, 40.0]) == 0
