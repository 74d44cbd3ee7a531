"""Designs: which combinations of the varied keys a sweep visits.

A factor is a list of levels or, in a Latin hypercube, a range. Every design returns its points as
level numbers or as shares of a range; `plan` turns them into values.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError

MAX_RUNS = 1_000_000  # combinations of one sweep; more is a slip of the pen


def grid(levels: list[int]) -> list[tuple[int, ...]]:
    """Every combination of level numbers; the last factor moves fastest.

    Raises
    ------
    InputError : there are more than `MAX_RUNS`.
    """
    count = int(np.prod([float(n) for n in levels])) if levels else 1
    if count > MAX_RUNS:
        raise InputError(f"the design has {count} combinations, at most {MAX_RUNS} are allowed")
    return list(product(*(range(n) for n in levels)))


def latin_hypercube(factors: int, samples: int, seed: int) -> NDArray[np.float64]:
    """Shares in [0, 1), shape (samples, factors): each factor meets every stratum once."""
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(factors, rng=np.random.default_rng(seed)).random(samples))


def columns(factors: int, resolution: int) -> tuple[list[int], int]:
    """Columns of a two-level fractional factorial, found greedily.

    A column is a set of basic factors, written as bits: 1, 2, 4 … are the basic factors
    themselves, 7 is the product of the first three. A design has resolution R when no product of
    fewer than R columns is constant, that is when no column is the product of up to R − 2 others.
    Taking the smallest column that keeps this (a lexicographic code) is never wrong, and gives the
    textbook fractions for small designs.

    Returns
    -------
    (columns, basic) : one column per factor, and the number of basic factors; 2**basic points.
    """
    chosen: list[int] = []
    sums: list[set[int]] = [{0}, *(set() for _ in range(resolution - 2))]  # by how many columns
    candidate = 0
    while len(chosen) < factors:
        candidate += 1
        if any(candidate in found for found in sums):
            continue
        chosen.append(candidate)
        for size in range(resolution - 2, 0, -1):
            sums[size] |= {total ^ candidate for total in sums[size - 1]}
    return chosen, max(chosen).bit_length()


def fractional_factorial(factors: int, resolution: int) -> list[tuple[int, ...]]:
    """Points of a two-level fraction of at least the asked resolution, as level numbers 0 and 1.

    Main effects are clear of each other from resolution III on, of two-factor interactions from
    IV on, and two-factor interactions are clear of each other at V.

    Raises
    ------
    InputError : the resolution is not 3, 4 or 5, or there are more than `MAX_RUNS` points.
    """
    if resolution not in (3, 4, 5):
        raise InputError(f"resolution: found {resolution}, allowed are 3, 4 and 5")
    chosen, basic = columns(factors, resolution)
    if 2**basic > MAX_RUNS:
        raise InputError(f"the design has 2^{basic} combinations, at most {MAX_RUNS} are allowed")
    return [tuple(_level(point, column) for column in chosen) for point in range(2**basic)]


def _level(point: int, column: int) -> int:
    """1 where the product of the column's basic factors, each −1 or +1, is +1."""
    low = (column & ~point).bit_count()
    return 1 - low % 2


def generators(names: list[str], resolution: int) -> list[str]:
    """How the factors that are not basic are made, such as `dose = route × age`."""
    chosen, _ = columns(len(names), resolution)
    basic = {c: name for c, name in zip(chosen, names, strict=True) if c.bit_count() == 1}
    return [
        f"{name} = {' × '.join(basic[bit] for bit in sorted(basic) if column & bit)}"
        for column, name in zip(chosen, names, strict=True)
        if column.bit_count() > 1
    ]
