"""Soluble immune complexes: how many IgG one holds, and which subclasses come together in it.

Where the number of IgG is said, it holds. Otherwise it is the outcome of antigen, antibody and
their ratio: the components of their lattice (`processes.lattice`), few IgG in antibody excess,
most near equivalence, few again in antigen excess (Heidelberger and Kendall 1935 J Exp Med
62:697). What falls out is no longer in solution but lies on the cells: it acts as particles of a
largest size, all of its IgG conserved. Aggregated IgG is a lattice too, of IgG alone.
"""

from collections.abc import Sequence
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError
from ivigabm.processes.lattice import ComplexSizes, complexes
from ivigabm.processes.molecule import Molecule

if TYPE_CHECKING:
    from ivigabm.knowledge import ParameterSet
    from ivigabm.processes.world import World
    from ivigabm.scenario import Complexes

Array = NDArray[np.float64]

MOST = 2000  # compositions of one kind of complex
EXACT = 4  # IgG up to which a mixed complex is taken apart by composition
ARMS = 2  # of an IgG
NANOMOLAR = 1e-9  # mol/L
TIGHT = 1e-15  # mol/L, dissociation constant of a bond that does not come apart
OF_A_DISH, OF_AGGREGATES, OF_A_GIFT = range(3)  # lattices of one individual, told apart by draws


class Suspended(NamedTuple):
    """Complexes in the medium of a dish, which they are never short of.

    molar : (complexes,), mol/L. counts : (complexes, kinds), IgG of each kind in a complex.
    affinity : (kinds, receptors), per M. joined : (complexes,), False for an IgG that a lattice
    has left alone.
    """

    molar: Array
    counts: Array
    affinity: Array
    joined: NDArray[np.bool_]


def in_a_dish(world: "World") -> Suspended | None:
    """The immune complexes of a dish; None where it has none."""
    dish = world.resolved.scenario.dish
    given = dish.complexes if dish else None
    if given is None or given.concentration == 0.0:
        return None
    shares = [share for share in given.subclasses.values() if share > 0.0]
    affinity = world.fcgr_affinity(
        tuple(
            Molecule(given.species, subclass, glycoform=given.glycoform)
            for subclass, share in given.subclasses.items()
            if share > 0.0
        )
    )
    if given.valency is not None:
        counts, parts = compositions(given.valency, shares)
        molar = _as_many(given, given.valency) * NANOMOLAR
        return Suspended(molar * parts, counts, affinity, np.ones(len(parts), bool))
    antigen, antibody = _mixed(given)
    kd = world.quantity(given.kd) * NANOMOLAR
    sizes = complexes(
        antigen * NANOMOLAR, antibody * NANOMOLAR, given.epitopes, kd, ARMS,
        seed=int(world.streams.seed), owner=OF_A_DISH,
    )  # fmt: skip
    return _suspended(sizes, shares, affinity, world.ps)


def aggregated(world: "World") -> Suspended:
    """Aggregated IgG1 of a stimulus of 1: every IgG sticks to others at a few places.

    A contact is a bridge between two of those places, so that the lattice is one of IgG alone.
    How many places are taken follows from the size that aggregates have on average by weight:
    N = (1 + p) / (1 - (f - 1) p) of Stockmayer 1943 J Chem Phys 11:45. A size that is said for
    the dish's complexes holds for them.
    """
    ps, dish = world.ps, world.resolved.scenario.dish
    affinity = world.fcgr_affinity((Molecule(species="human", subclass="IgG1"),))
    igg, mean = ps["culture.aggregate_igg"] * NANOMOLAR, ps["culture.aggregate_valency"]
    said = dish.complexes.valency if dish is not None else None
    if said is not None:
        return Suspended(
            np.array([igg / said]), np.array([[float(said)]]), affinity, np.array([said > 1])
        )
    places = round(ps["culture.aggregate_contacts"])
    taken = (mean - 1.0) / (1.0 + mean * (places - 1.0))
    sizes = complexes(
        0.5 * places * taken * igg, igg, 2, TIGHT, places,
        seed=int(world.streams.seed), owner=OF_AGGREGATES,
    )  # fmt: skip
    return _suspended(sizes, [1.0], affinity, ps)


def soluble_share(world: "World") -> float:
    """Share of injected antibody that is in soluble complexes: of two IgG up to the largest."""
    ps = world.ps
    antibody, epitopes = ps["give.complex_antibody"] * NANOMOLAR, round(ps["give.complex_epitopes"])
    sizes = complexes(
        ps["give.complex_ratio"] * ARMS * antibody / epitopes, antibody, epitopes,
        ps["complex.kd"] * NANOMOLAR, ARMS, seed=int(world.streams.seed), owner=OF_A_GIFT,
    )  # fmt: skip
    return sizes.share_from(2) - sizes.share_from(round(ps["complex.largest"]))


def _as_many(given: "Complexes", valency: int) -> float:
    """Complexes of a known size, nmol/L: no more than the antibody makes."""
    if given.counted or given.antibody is None:
        return given.concentration
    return min(given.concentration, given.antibody / valency)


def _mixed(given: "Complexes") -> tuple[float, float]:
    """Antigen and antibody that were put together, nmol/L."""
    if given.antibody is None:
        ratio = 1.0 if given.ratio is None else given.ratio
        return given.concentration, given.concentration * given.epitopes / (ARMS * ratio)
    if given.ratio is None:
        return given.concentration, given.antibody
    return given.ratio * ARMS * given.antibody / given.epitopes, given.antibody


def _suspended(
    sizes: ComplexSizes, shares: Sequence[float], affinity: Array, ps: "ParameterSet"
) -> Suspended:
    """Complexes of a lattice in a few classes of size, for the equilibrium with receptors."""
    largest = round(ps["complex.largest"])
    igg = np.minimum(sizes.sizes, largest)
    whole = sizes.molar * (sizes.sizes / igg)  # what is larger counts as several of the largest
    lowest = sorted({*range(1, EXACT + 1), *(2**k for k in range(3, 12)), largest})
    edges = [low for low in lowest if low <= largest]
    merged = ComplexSizes(igg, sizes.counts, whole).classes(edges)
    molar, counts = [], []
    for size, amount in zip(*(part.tolist() for part in merged), strict=True):
        if amount == 0.0:
            continue
        if len(shares) > 1 and size <= EXACT:
            rows, parts = compositions(round(size), shares)
        else:  # many IgG: every complex is near the mixture, less what is not once in it
            held = size * np.asarray(shares)[None, :]
            held[held < 1.0] = 0.0
            rows, parts = held * (size / held.sum()), np.ones(1)
        molar.append(amount * parts)
        counts.append(rows)
    all_counts = np.concatenate(counts)
    return Suspended(np.concatenate(molar), all_counts, affinity, all_counts.sum(axis=1) > 1.0)


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
