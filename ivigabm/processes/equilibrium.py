"""Fcγ-receptor binding at equilibrium: contact with an opsonised surface.

Newton's method on u_j = log(free receptor j) for the mass balance of every receptor written as
a ratio, F_j = log(x_j T_j / R_j), where x_j is free receptor and x_j T_j free plus bound. It
starts from the inputs alone. Soluble monomers and complexes are in `multivalent`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import exp, log
from ivigabm.engine.kernel import kernel
from ivigabm.engine.linear import positive_rows, solve

AVOGADRO = 6.02214076e23  # per mol, exact by definition of the mole (SI 2019)

MAX_STEPS = 30
TOLERANCE = 1e-12  # largest |F_j|, the relative error of a mass balance
LARGEST_STEP = 2.0  # of any u_j

# Rows of the receptor table of a patch, then one row of affinities per opsonin kind.
COPIES, COMPETED, FREE, TOTAL, RESIDUAL, STEP, KAPPA = range(7)
# Columns of the kind table of a patch, then the linear system with its right-hand side.
ANTIBODIES, UNBOUND, SLOPE, SYSTEM = range(4)


class PatchWork(NamedTuple):
    """Scratch of `patch_equilibrium`: kinds and receptors present, closed up; no state.

    Attributes
    ----------
    kinds, receptors : original index of each kind and each receptor present.
    by_receptor : (7 + kinds, receptors), rows as named above.
    by_kind : (kinds, 3 + kinds + 1), columns as named above.
    """

    kinds: NDArray[np.int64]
    receptors: NDArray[np.int64]
    by_receptor: NDArray[np.float64]
    by_kind: NDArray[np.float64]


def patch_work(n_kinds: int, n_receptors: int) -> PatchWork:
    """Scratch for up to `n_kinds` opsonin kinds and `n_receptors` receptor types."""
    return PatchWork(
        kinds=np.zeros(n_kinds, np.int64),
        receptors=np.zeros(n_receptors, np.int64),
        by_receptor=np.zeros((KAPPA + n_kinds, n_receptors)),
        by_kind=np.zeros((n_kinds, SYSTEM + n_kinds + 1)),
    )


def patch_affinity(
    affinity: NDArray[np.float64], gap_nm: float, area_um2: float
) -> NDArray[np.float64]:
    """Pure-number affinity of a pair in a contact patch: K over (Avogadro x patch volume).

    Parameters
    ----------
    affinity : association constants in solution, per M, any shape.
    gap_nm : distance of the two membranes, nm.
    area_um2 : area of the patch, µm².
    """
    litres = gap_nm * 1e-3 * area_um2 * 1e-15
    return affinity / (AVOGADRO * litres)


@kernel
def _patch_residual(by_receptor, by_kind, n_kinds, n_receptors):
    """Fill free opsonin, T_j and F_j for the present free receptors; returns max |F_j|."""
    for b in range(n_kinds):
        sites = 1.0
        for c in range(n_receptors):
            sites += by_receptor[KAPPA + b, c] * by_receptor[FREE, c]
        unbound = by_kind[b, ANTIBODIES] / sites
        by_kind[b, UNBOUND] = unbound
        by_kind[b, SLOPE] = unbound / sites
    worst = 0.0
    for c in range(n_receptors):
        total = by_receptor[COMPETED, c]
        for b in range(n_kinds):
            total += by_receptor[KAPPA + b, c] * by_kind[b, UNBOUND]
        residual = log(by_receptor[FREE, c] * total / by_receptor[COPIES, c])
        by_receptor[TOTAL, c] = total
        by_receptor[RESIDUAL, c] = residual
        worst = max(worst, abs(residual))
    return worst


@kernel
def _patch_step(by_receptor, by_kind, n_kinds, n_receptors):
    """One Newton step of the free receptors.

    The Jacobian is the identity minus a product of a receptor x kind and a kind x receptor
    matrix, so that the system to solve has one row per opsonin kind (Woodbury's identity). It
    is an M-matrix once its columns are scaled by free opsonin.
    """
    solution = SYSTEM + n_kinds
    for b in range(n_kinds):
        slope = by_kind[b, SLOPE]
        pull = 0.0
        for c in range(n_receptors):
            weight = slope * by_receptor[KAPPA + b, c] * by_receptor[FREE, c]
            pull += weight * by_receptor[RESIDUAL, c]
            by_receptor[STEP, c] = weight / by_receptor[TOTAL, c]
        by_kind[b, solution] = pull
        for d in range(n_kinds):
            entry = 1.0 if d == b else 0.0
            for c in range(n_receptors):
                entry -= by_receptor[STEP, c] * by_receptor[KAPPA + d, c]
            by_kind[b, SYSTEM + d] = entry
    solve(by_kind, SYSTEM, n_kinds)
    for c in range(n_receptors):
        pull = 0.0
        for b in range(n_kinds):
            pull += by_receptor[KAPPA + b, c] * by_kind[b, solution]
        step = by_receptor[RESIDUAL, c] + pull / by_receptor[TOTAL, c]
        step = step if step < LARGEST_STEP else LARGEST_STEP
        step = step if step > -LARGEST_STEP else -LARGEST_STEP
        by_receptor[FREE, c] *= exp(-step)


@kernel
def patch_equilibrium(
    kappa, opsonin, receptors, competitor, n_kinds, n_receptors, bound, free, work
):
    """Bound pairs in a contact patch where opsonin and receptors are both finite.

        n_i = free_i + Σ_j B_ij        R_j = x_j (1 + comp_j) + Σ_i B_ij
        B_ij = κ_ij free_i x_j

    Parameters
    ----------
    kappa : (kinds, receptors), pure numbers, see `patch_affinity`.
    opsonin : (kinds,), antibodies in the patch, n_i >= 0.
    receptors : (receptors,), receptor copies in the patch, R_j >= 0.
    competitor : (receptors,), comp_j = Σ of solution concentration x affinity, >= 0.
    n_kinds, n_receptors : how many rows and columns are in use.
    bound : (kinds, receptors), out: B_ij.
    free : (kinds,), out: opsonin left free.
    work : from `patch_work`.

    Returns
    -------
    Newton steps taken; 30 (`MAX_STEPS`) means that the tolerance may not have been reached.
    """
    kinds, types, by_receptor, by_kind = work
    a = positive_rows(opsonin, n_kinds, kinds)
    r = positive_rows(receptors, n_receptors, types)
    for c in range(r):
        j = types[c]
        by_receptor[COPIES, c] = receptors[j]
        by_receptor[COMPETED, c] = 1.0 + competitor[j]
        by_receptor[FREE, c] = receptors[j] / by_receptor[COMPETED, c]
    for b in range(a):
        by_kind[b, ANTIBODIES] = opsonin[kinds[b]]
        for c in range(r):
            by_receptor[KAPPA + b, c] = kappa[kinds[b], types[c]]
    steps = 0
    while _patch_residual(by_receptor, by_kind, a, r) >= TOLERANCE and steps < MAX_STEPS:
        _patch_step(by_receptor, by_kind, a, r)
        steps += 1
    for i in range(n_kinds):
        free[i] = 0.0
        for j in range(n_receptors):
            bound[i, j] = 0.0
    for b in range(a):
        i = kinds[b]
        free[i] = by_kind[b, UNBOUND]
        for c in range(r):
            bound[i, types[c]] = by_receptor[KAPPA + b, c] * free[i] * by_receptor[FREE, c]
    return steps
