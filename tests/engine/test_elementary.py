"""Elementary functions against decimal arithmetic of 50 digits."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from ivigabm.engine import elementary as el

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
SMALLEST = 5e-324
DIGITS = 50


def exact_cos_turn(t: Decimal) -> Decimal:
    """cos(2 pi t) by its Taylor series about the nearest half turn."""
    halves = (2 * t).to_integral_value()
    angle = 2 * PI * (t - halves / 2)
    term = total = Decimal(1)
    for n in range(1, 40):
        term *= -angle * angle / ((2 * n - 1) * (2 * n))
        total += term
    return total if halves % 2 == 0 else -total


EXACT: dict[str, Callable[[Decimal], Decimal]] = {
    "exp": lambda x: x.exp(),
    "expm1": lambda x: x.exp() - 1,
    "log": lambda x: x.ln(),
    "log1p": lambda x: (1 + x).ln(),
    "cos_turn": exact_cos_turn,
}

RNG = np.random.default_rng(20240611)


def near_zero(lowest: float, highest: float, count: int = 1000) -> NDArray[np.float64]:
    """Numbers of both signs, spread evenly over the decades 10**lowest to 10**highest."""
    return 10 ** RNG.uniform(lowest, highest, count) * RNG.choice([-1.0, 1.0], count)


SAMPLES = {
    "exp": [RNG.uniform(-708, 709, 2000), RNG.uniform(-745, -708, 500), near_zero(-18, 1)],
    "expm1": [RNG.uniform(-59, 709, 2000), RNG.uniform(-1.5, 1.5, 2000), near_zero(-30, 1)],
    "log": [10 ** RNG.uniform(-307, 308, 2000), RNG.uniform(0.5, 2, 2000), 1 + near_zero(-15, -1)],
    "log1p": [
        10 ** RNG.uniform(-30, 300, 2000),
        RNG.uniform(-1, 3, 2000),
        near_zero(-30, -0.01),
        -1 + 10 ** RNG.uniform(-15, -1, 500),
    ],
    "cos_turn": [
        RNG.uniform(-1, 1, 2000),
        0.25 * RNG.integers(-9, 9, 500) + near_zero(-12, -1, 500),
        near_zero(0, 12),
    ],
}

BOUND_ULP = {"exp": 1.0, "expm1": 1.2, "log": 1.0, "log1p": 1.0, "cos_turn": 1.6}


def error_ulp(name: str, x: float) -> float:
    """Distance of the computed from the exact value, in spacings of floats at the exact value."""
    with localcontext() as context:
        context.prec = DIGITS
        exact = EXACT[name](Decimal(x))
        error = abs(Decimal(getattr(el, name)(x)) - exact)
        return float(error / Decimal(math.ulp(float(exact))))


@pytest.mark.parametrize("name", BOUND_ULP)
def test_error_stays_within_the_stated_bound(name: str) -> None:
    for sample in SAMPLES[name]:
        worst = max(sample.tolist(), key=lambda x: error_ulp(name, x))
        assert error_ulp(name, worst) <= BOUND_ULP[name], f"{name}({worst!r})"


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p"])
def test_never_falls_where_the_argument_rises(name: str) -> None:
    function = getattr(el, name)
    for sample in SAMPLES[name]:
        for x in sample.tolist():
            assert function(x) <= function(math.nextafter(x, math.inf))
        values = [function(x) for x in sorted(sample.tolist())]
        assert all(a <= b for a, b in pairwise(values))


def test_exact_values() -> None:
    assert el.exp(0.0) == 1.0
    assert el.exp(1.0) == pytest.approx(math.e, rel=2e-16)
    assert el.expm1(0.0) == 0.0
    assert el.log(1.0) == 0.0
    assert el.log(math.e) == 1.0
    assert el.log1p(0.0) == 0.0
    assert el.log1p(SMALLEST) == SMALLEST
    assert el.expm1(-SMALLEST) == -SMALLEST
    assert [el.log(2.0**k) for k in (-1022, 1, 1023)] == pytest.approx(
        [math.log(2) * k for k in (-1022, 1, 1023)], rel=3e-16
    )
    assert [el.cos_turn(t) for t in (0.0, 0.25, 0.5, 0.75, 1.0, -2.5)] == [1, 0, -1, 0, 1, -1]


def test_whole_numbers_are_accepted_as_arguments() -> None:
    assert el.exp(1) == el.exp(1.0)
    assert el.log(3) == el.log(3.0)
    assert el.hill(2, 4, 1) == el.hill(2.0, 4.0, 1.0)


@pytest.mark.parametrize("above", [709.0, 709.5, 1e3, 1e308, math.inf])
def test_exp_and_expm1_stay_at_their_largest_value(above: float) -> None:
    assert el.exp(above) == el.exp(709.0) < math.inf
    assert el.expm1(above) == el.expm1(709.0) == pytest.approx(math.exp(709.0), rel=1e-15)


def test_exp_goes_to_zero_through_the_numbers_below_the_normal_range() -> None:
    assert el.exp(-745.0) == SMALLEST
    assert [el.exp(x) for x in (-745.2, -746.0, -1e4, -1e308, -math.inf)] == [0.0] * 5
    assert [el.expm1(x) for x in (-45.0, -60.0, -1e4, -math.inf)] == [-1.0] * 4


def test_logarithms_stay_at_the_edge_of_their_domain() -> None:
    lowest = el.log(el.LOG_MIN)
    assert lowest == pytest.approx(-708.3964185322641, rel=1e-15)
    assert [el.log(x) for x in (1e-310, 0.0, -0.0, -1.0, -math.inf)] == [lowest] * 5
    lowest = el.log1p(math.nextafter(-1.0, 0.0))
    assert lowest == pytest.approx(-53 * math.log(2), rel=1e-15)
    assert [el.log1p(x) for x in (-1.0, -2.0, -math.inf)] == [lowest] * 3
    highest = math.log(sys.float_info.max)
    assert el.log(math.inf) == el.log1p(math.inf) == el.log(sys.float_info.max) == highest


def test_cos_turn_has_period_one_and_is_even() -> None:
    for t in RNG.uniform(0, 1, 500).round(9).tolist():
        assert el.cos_turn(-t) == el.cos_turn(t)
    for t in (RNG.integers(0, 1 << 20, 500) / (1 << 20)).tolist():
        assert el.cos_turn(t) == el.cos_turn(t + 12345.0) == el.cos_turn(1.0 - t)
        assert el.cos_turn(t) == -el.cos_turn(t + 0.5)
    assert el.cos_turn(1e300) == el.cos_turn(math.inf) == el.cos_turn(-math.inf) == 1.0


def test_power() -> None:
    for x, h in zip(10 ** RNG.uniform(-6, 6, 500), RNG.uniform(-4, 4, 500), strict=True):
        bound = 4e-16 * (1 + abs(h * math.log(x)))
        assert el.power(x, h) == pytest.approx(x**h, rel=bound)
    assert el.power(7.0, 0.0) == el.power(1.0, 3.5) == 1.0
    assert el.power(0.0, 2.0) == el.power(-1.0, 2.0) == el.power(0.0, -1.0) == 0.0


def test_hill() -> None:
    for x, k, h in zip(*(10 ** RNG.uniform(-2, 2, (3, 500))), strict=True):
        h = min(h, 8.0)
        assert el.hill(x, k, h) == pytest.approx(x**h / (x**h + k**h), rel=2e-14)
    assert el.hill(3.0, 3.0, 2.7) == 0.5
    assert el.hill(0.0, 1.0, 2.0) == el.hill(-1.0, 1.0, 2.0) == 0.0
    rising = [el.hill(x, 1.0, 3.0) for x in np.linspace(0.0, 5.0, 200).tolist()]
    assert all(a < b for a, b in pairwise(rising))


@pytest.mark.parametrize("x", [SMALLEST, 1e-300, 1e300])
@pytest.mark.parametrize("k", [1e-300, 1.0, 1e300])
def test_hill_is_a_fraction_for_any_positive_argument(x: float, k: float) -> None:
    assert 0.0 < el.hill(x, k, 4.0) <= 1.0


@numba.njit
def _in_a_loop(x, y):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        y[i, 0] = el.exp(x[i])
        y[i, 1] = el.expm1(x[i])
        y[i, 2] = el.log(x[i])
        y[i, 3] = el.log1p(x[i])
        y[i, 4] = el.cos_turn(x[i])
        y[i, 5] = el.hill(x[i], 1.5, 2.5)


def test_a_kernel_and_plain_python_get_the_same_bits() -> None:
    x = np.concatenate([near_zero(-320, 308, 4000), near_zero(-3, 3, 4000), [0.0, -0.0]])
    compiled = np.empty((len(x), 6))
    _in_a_loop(x, compiled)
    functions = (el.exp, el.expm1, el.log, el.log1p, el.cos_turn, lambda v: el.hill(v, 1.5, 2.5))
    plain = np.array([[f(v) for f in functions] for v in x.tolist()])
    np.testing.assert_array_equal(plain.view(np.uint64), compiled.view(np.uint64))


def test_the_bits_do_not_depend_on_the_cpu_or_the_level_of_optimisation(tmp_path: Path) -> None:
    code = (
        "import zlib, numpy as np\n"
        "from ivigabm.engine import elementary as el\n"
        "x = np.linspace(-30.0, 30.0, 3001).tolist()\n"
        "f = (el.exp, el.expm1, el.log, el.log1p, el.cos_turn)\n"
        "print(zlib.crc32(np.array([[g(v) for g in f] for v in x]).tobytes()))\n"
    )
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_OPT": "1", "XDG_CACHE_HOME": str(tmp_path)}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        ).stdout
        for env in (dict(os.environ), {**os.environ, **plain})
    ]
    assert outputs[0] == outputs[1] != ""
