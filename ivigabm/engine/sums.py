"""Sums for observation: pairwise, in the order that NumPy's `sum` adds a contiguous array.

Rules add in row order with one accumulator; what is only looked at may be added more exactly.
"""

import numpy as np

from ivigabm.engine.kernel import kernel

BLOCK = 128  # up to here eight accumulators run side by side
DEPTH = 64  # halvings of the longest array that an address can reach


@kernel
def _block(values, first, n):
    """Sum of up to 128 values from `first` on."""
    total = -0.0
    if n < 8:
        for i in range(first, first + n):
            total += values[i]
        return total
    a, b, c, d = values[first], values[first + 1], values[first + 2], values[first + 3]
    e, f, g, h = values[first + 4], values[first + 5], values[first + 6], values[first + 7]
    rounds = n // 8
    for k in range(1, rounds):
        i = first + 8 * k
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
        e += values[i + 4]
        f += values[i + 5]
        g += values[i + 6]
        h += values[i + 7]
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(first + 8 * rounds, first + n):
        total += values[i]
    return total


@kernel
def pairwise_sum(values, first, n):
    """Sum of `values[first : first + n]`, halved until a part fits a block.

    The halves wait on a stack: a kernel that calls itself cannot be kept on disk.
    """
    if n <= BLOCK:
        return _block(values, first, n)
    right, length = np.empty(DEPTH, np.int64), np.empty(DEPTH, np.int64)
    left = np.empty(DEPTH)  # sum of the left half, once known
    known = np.zeros(DEPTH, np.bool_)
    depth = 0
    while True:
        while n > BLOCK:
            half = n // 2
            half -= half % 8
            right[depth], length[depth], known[depth] = first + half, n - half, False
            depth += 1
            n = half
        total = _block(values, first, n)
        while depth > 0 and known[depth - 1]:
            depth -= 1
            total = left[depth] + total
        if depth == 0:
            return total
        left[depth - 1], known[depth - 1] = total, True
        first, n = right[depth - 1], length[depth - 1]


@kernel
def mean_of(values):
    """Mean of a contiguous array of one axis, 0 when it is empty."""
    n = len(values)
    return (0.0 + pairwise_sum(values, 0, n)) / n if n > 0 else 0.0
