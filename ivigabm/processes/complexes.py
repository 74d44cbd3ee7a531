"""Soluble immune complexes of known size: which subclasses come together in one of them."""

from collections.abc import Sequence
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError

Array = NDArray[np.float64]

MOST = 2000  # compositions of one kind of complex


class Suspended(NamedTuple):
    """Complexes in the medium of a dish, which they are never short of.

    molar : (complexes,), mol/L. counts : (complexes, kinds), IgG of each kind in a complex.
    affinity : (kinds, receptors), per M.
    """

    molar: Array
    counts: Array
    affinity: Array


def suspended(molar: float, valency: int, shares: Sequence[float], affinity: Array) -> Suspended:
    """Complexes of a mixture of subclasses, whose shares may hold zeros; `affinity` is theirs."""
    there = np.asarray(shares) > 0.0
    counts, parts = compositions(valency, np.asarray(shares)[there].tolist())
    return Suspended(molar * parts, counts, affinity[there])


def compositions(valency: int, shares: Sequence[float]) -> tuple[Array, Array]:
    """Complexes that take their IgG at random from a mixture: a multinomial.

    Parameters
    ----------
    valency : IgG in a complex.
    shares : of each kind of IgG in the mixture, adding up to 1.

    Returns
    -------
    counts : (compositions, kinds), IgG of each kind in a complex.
    parts : (compositions,), share of the complexes that are so.

    Raises
    ------
    InputError : more than 2000 compositions, as four subclasses have from 21 IgG on.
    """
    kinds = len(shares)
    number = prod(range(valency + 1, valency + kinds)) // factorial(kinds - 1)
    if number > MOST:
        raise InputError(
            f"complexes of {valency} IgG of {kinds} kinds have {number} compositions, "
            f"more than {MOST}; take fewer subclasses or smaller complexes"
        )
    rows = [
        [drawn.count(kind) for kind in range(kinds)]
        for drawn in combinations_with_replacement(range(kinds), valency)
    ]
    counts = np.array(rows, float)
    ways = np.array([factorial(valency) // prod(factorial(n) for n in row) for row in rows], float)
    return counts, ways * np.prod(np.asarray(shares, float) ** counts, axis=1)
