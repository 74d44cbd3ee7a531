"""Elementary functions built from + - * / and exponent bits only.

libm picks its code by CPU, and NumPy by vector level, so their last bits differ between
machines. These functions give the same bits everywhere. They are kernels: other kernels call
them, and plain Python calls the same compiled code.

Every function clamps its argument to its domain, so none returns NaN or infinity for a number.
"ulp" is one unit in the last place of the exact result; the tests hold the bounds given here.
"""

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from ivigabm.engine.kernel import kernel

EXP_MAX = 709.0  # exp of more is exp(709), about 8.2e307
EXP_MIN = -746.0  # exp of this and less is 0, as it is below half the smallest number from -745.14
EXPM1_MIN = -60.0  # expm1 of this and less is -1
LOG_MIN = 2.2250738585072014e-308  # the smallest normal number; log of less is log of this
LOG1P_MIN = -0.9999999999999999  # the next number above -1
FLOAT_MAX = 1.7976931348623157e308

_LOG2_E = 1.4426950408889634
_LN2_HI = 6.93147180369123816490e-01  # 33 bits, so that a whole multiple up to 2**20 is exact
_LN2_LO = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number
_ROUND_BITS = 0x4338000000000000  # the same as bits; bits of (x + _ROUND) count up from here
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_MANTISSA_BITS = 52
_BIAS = 1023


def _bitcast(source: Any, target: Any) -> Any:
    """A scalar function for kernels that reads the bits of one 64-bit type as another."""

    def typed(typingctx, value):
        def codegen(context, builder, signature, args):
            return builder.bitcast(args[0], context.get_value_type(target))

        return target(source), codegen

    return intrinsic(typed)


_bits_of = _bitcast(types.float64, types.int64)
_from_bits = _bitcast(types.int64, types.float64)


@kernel
def _exp_tail(r: float) -> float:
    """exp(r) - 1 - r for |r| <= log(2) / 2: Taylor series to r**13, 5e-18 of exp(r) missing."""
    r2 = r * r
    r4 = r2 * r2
    low = (1 / 2 + r * (1 / 6)) + r2 * (1 / 24 + r * (1 / 120))
    mid = (1 / 720 + r * (1 / 5040)) + r2 * (1 / 40320 + r * (1 / 362880))
    top = (1 / 3628800 + r * (1 / 39916800)) + r2 * (1 / 479001600 + r * (1 / 6227020800))
    return r2 * (low + r4 * (mid + r4 * top))


@kernel
def exp(x: float) -> float:
    """e**x within 1 ulp. Above 709 it stays at exp(709); from -746 down it is 0."""
    x = float(x)
    x = x if x < EXP_MAX else EXP_MAX
    x = x if x > EXP_MIN else EXP_MIN
    shifted = x * _LOG2_E + _ROUND
    k = _bits_of(shifted) - _ROUND_BITS
    whole = shifted - _ROUND
    high = x - whole * _LN2_HI
    low = whole * _LN2_LO
    value = 1.0 + (high + (_exp_tail(high - low) - low))
    half = k >> 1  # 2**k in two factors, so that results below the normal range round once
    first: float = _from_bits((half + _BIAS) << _MANTISSA_BITS)
    second: float = _from_bits((k - half + _BIAS) << _MANTISSA_BITS)
    return value * first * second


@kernel
def expm1(x: float) -> float:
    """e**x - 1 within 1.2 ulp, also near 0. Above 709 it stays; from -60 down it is -1."""
    x = float(x)
    x = x if x < EXP_MAX else EXP_MAX
    x = x if x > EXPM1_MIN else EXPM1_MIN
    shifted = x * _LOG2_E + _ROUND
    scale: float = _from_bits((_bits_of(shifted) - _ROUND_BITS + _BIAS) << _MANTISSA_BITS)
    whole = shifted - _ROUND
    high = x - whole * _LN2_HI
    low = whole * _LN2_LO
    tail = scale * (_exp_tail(high - low) - low)
    # scale - 1 and scale * high may nearly cancel, so the rounding error of their sum is kept
    a, b = scale - 1.0, scale * high
    total = a + b
    b_kept = total - a
    lost = (a - (total - b_kept)) + (b - b_kept)
    return total + (lost + tail)


@kernel
def _log_of(f: float, k: float, extra: float) -> float:
    """k log(2) + log(1 + f) + extra for 1 + f in [sqrt(1/2), sqrt(2)).

    Polynomial and order of terms of fdlibm 5.3, e_log.c (Sun Microsystems 1993).
    """
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    odd = z * (6.666666666666735130e-01 + w * odd)
    half_square = 0.5 * f * f
    small = s * (half_square + (even + odd)) + (k * _LN2_LO + extra)
    return k * _LN2_HI - ((half_square - small) - f)


@kernel
def log(x: float) -> float:
    """Natural logarithm of x > 0 within 1 ulp. Below 2.2e-308, also at 0, it stays at -708.4."""
    x = float(x)
    x = x if x > LOG_MIN else LOG_MIN
    x = x if x < FLOAT_MAX else FLOAT_MAX
    word = _bits_of(x)
    k = (word - _SQRT_HALF_BITS) >> _MANTISSA_BITS
    return _log_of(_from_bits(word - (k << _MANTISSA_BITS)) - 1.0, float(k), 0.0)


@kernel
def log1p(x: float) -> float:
    """log(1 + x) within 1 ulp, also near 0. At -1 and below it stays at -36.7."""
    x = float(x)
    x = x if x > LOG1P_MIN else LOG1P_MIN
    x = x if x < FLOAT_MAX else FLOAT_MAX
    u = 1.0 + x
    word = _bits_of(u)
    k = (word - _SQRT_HALF_BITS) >> _MANTISSA_BITS
    f = _from_bits(word - (k << _MANTISSA_BITS)) - 1.0
    lost = (1.0 - (u - x)) if x > 1.0 else (x - (u - 1.0))  # what 1 + x rounded away
    extra = lost / u
    f = x if k == 0 else f
    extra = 0.0 if k == 0 else extra
    return _log_of(f, float(k), extra)


@kernel
def _sin_eighth(t: float) -> float:
    """sin(2 pi t) for 0 <= t <= 1/8: Taylor series to t**17; the first factor has two parts."""
    z = t * t
    w = z * z
    low = -41.34170224039976 + z * 81.60524927607506
    mid = -76.70585975306139 + z * 42.058693944897655
    top = -15.09464257682299 + z * 3.819952584848282
    end = -0.7181223017785006 + z * 0.10422916220813984
    rest = z * (low + w * (mid + w * (top + w * end)))
    return t * 6.283185307179586 + t * (2.4492935982947064e-16 + rest)


@kernel
def _cos_eighth(t: float) -> float:
    """cos(2 pi t) for 0 <= t <= 1/8: Taylor series to t**16."""
    z = t * t
    w = z * z
    low = -19.739208802178716 + z * 64.9393940226683
    mid = -85.45681720669373 + z * 60.24464137187666
    top = -26.4262567833744 + z * 7.903536371318469
    end = -1.714390711088672 + z * 0.28200596845579123
    return 1.0 + z * (low + w * (mid + w * (top + w * end)))


@kernel
def cos_turn(t: float) -> float:
    """cos(2 pi t) within 1.6 ulp; even, period 1, exact at whole quarters of a turn."""
    t = float(t)
    t = t if t >= 0.0 else -t
    t = t if t < FLOAT_MAX else FLOAT_MAX
    t = t - np.floor(t)  # every step to the first eighth of a turn is exact
    t = 1.0 - t if t > 0.5 else t
    beyond = t > 0.25
    t = 0.5 - t if beyond else t
    value = _cos_eighth(t) if t <= 0.125 else _sin_eighth(0.25 - t)
    return -value if beyond else value


@kernel
def power(x: float, h: float) -> float:
    """x**h as exp(h log x) for x > 0, and 0 for x <= 0. Relative error about 2e-16 |h log x|."""
    if x <= 0.0:
        return 0.0
    return exp(h * log(x))


@kernel
def hill(x: float, k: float, h: float) -> float:
    """Hill function x**h / (x**h + k**h) for x > 0 and k > 0, and 0 for x <= 0.

    Written as 1 / (1 + (k / x)**h), which neither overflows nor divides by zero.
    """
    if x <= 0.0:
        return 0.0
    return 1.0 / (1.0 + exp(h * log(k / x)))
