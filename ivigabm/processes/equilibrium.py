"""Fcγ-receptor binding at equilibrium: soluble complexes, and contact with an opsonised surface.

Both solvers are Newton's method on u_j = log(free receptor j) for the mass balance of every
receptor written as a ratio, F_j = log(x_j T_j / R_j), where x_j is free receptor and x_j T_j is
free plus bound receptor. They start from the inputs alone, and no step moves u_j by more than
2. Kernels do not allocate: the caller makes a workspace once and passes it in.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import exp, expm1, log, log1p
from ivigabm.engine.kernel import kernel

AVOGADRO = 6.02214076e23  # per mol, exact by definition of the mole (SI 2019)

MAX_STEPS = 30  # Newton steps of the contact patch
MAX_STEPS_MULTIVALENT = 100
TOLERANCE = 1e-12  # largest |F_j|, the relative error of a mass balance
LARGEST_STEP = 2.0
LARGEST_EXPONENT = 600.0  # of a partition function: products with it stay finite


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


class MultivalentWork(NamedTuple):
    """Scratch of `multivalent_equilibrium`; no state.

    Attributes
    ----------
    receptors : original index of each receptor present.
    total, residual : (receptors,), T_j and F_j.
    psi_sum, log_sites, antibodies : (kinds,), Σ_j ψ_ij, log S_i, and Σ_c L_c n_ci P_c.
    partition : (complexes,), P_c.
    pairs : (kinds, kinds), Σ_c L_c P_c n_ci (n_cl - δ_il).
    matrix : (receptors, receptors + 1), the linear system of a step.
    """

    receptors: NDArray[np.int64]
    total: NDArray[np.float64]
    residual: NDArray[np.float64]
    psi_sum: NDArray[np.float64]
    log_sites: NDArray[np.float64]
    antibodies: NDArray[np.float64]
    partition: NDArray[np.float64]
    pairs: NDArray[np.float64]
    matrix: NDArray[np.float64]


def patch_work(n_kinds: int, n_receptors: int) -> PatchWork:
    """Scratch for up to `n_kinds` opsonin kinds and `n_receptors` receptor types."""
    return PatchWork(
        kinds=np.zeros(n_kinds, np.int64),
        receptors=np.zeros(n_receptors, np.int64),
        by_receptor=np.zeros((KAPPA + n_kinds, n_receptors)),
        by_kind=np.zeros((n_kinds, SYSTEM + n_kinds + 1)),
    )


def multivalent_work(n_complexes: int, n_kinds: int, n_receptors: int) -> MultivalentWork:
    """Scratch for `n_complexes` complexes of `n_kinds` IgG kinds and `n_receptors` receptors."""
    return MultivalentWork(
        receptors=np.zeros(n_receptors, np.int64),
        total=np.zeros(n_receptors),
        residual=np.zeros(n_receptors),
        psi_sum=np.zeros(n_kinds),
        log_sites=np.zeros(n_kinds),
        antibodies=np.zeros(n_kinds),
        partition=np.zeros(n_complexes),
        pairs=np.zeros((n_kinds, n_kinds)),
        matrix=np.zeros((n_receptors, n_receptors + 1)),
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
def _solve(matrix, first, n):  # type: ignore[no-untyped-def]
    """Gaussian elimination of columns `first` to `first + n`; the last becomes the solution.

    Rows are not exchanged. Both matrices here are safe without: one is a non-singular M-matrix
    up to a scaling of columns, the other a positive definite one up to a scaling of rows.
    """
    last = first + n
    for p in range(n):
        for row in range(p + 1, n):
            factor = matrix[row, first + p] / matrix[p, first + p]
            for column in range(first + p + 1, last + 1):
                matrix[row, column] -= factor * matrix[p, column]
    for row in range(n - 1, -1, -1):
        value = matrix[row, last]
        for other in range(row + 1, n):
            value -= matrix[row, first + other] * matrix[other, last]
        matrix[row, last] = value / matrix[row, first + row]


@kernel
def _bounded(step):  # type: ignore[no-untyped-def]
    step = step if step < LARGEST_STEP else LARGEST_STEP
    return step if step > -LARGEST_STEP else -LARGEST_STEP


@kernel
def _present(amounts, n, rows):  # type: ignore[no-untyped-def]
    """List the rows with a positive amount in `rows`; returns how many."""
    count = 0
    for row in range(n):
        if amounts[row] > 0.0:
            rows[count] = row
            count += 1
    return count


@kernel
def _patch_residual(by_receptor, by_kind, n_kinds, n_receptors):  # type: ignore[no-untyped-def]
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
def _patch_step(by_receptor, by_kind, n_kinds, n_receptors):  # type: ignore[no-untyped-def]
    """One Newton step of the free receptors.

    The Jacobian is the identity minus a product of a receptor x kind and a kind x receptor
    matrix, so that the system to solve has one row per opsonin kind (Woodbury's identity).
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
    _solve(by_kind, SYSTEM, n_kinds)
    for c in range(n_receptors):
        pull = 0.0
        for b in range(n_kinds):
            pull += by_receptor[KAPPA + b, c] * by_kind[b, solution]
        step = by_receptor[RESIDUAL, c] + pull / by_receptor[TOTAL, c]
        by_receptor[FREE, c] *= exp(-_bounded(step))


@kernel
def patch_equilibrium(  # type: ignore[no-untyped-def]
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
    a = _present(opsonin, n_kinds, kinds)
    r = _present(receptors, n_receptors, types)
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


@kernel
def _partition(concentration, counts, affinity, kx, req, present, work):  # type: ignore[no-untyped-def]
    """Fill Σ_j ψ_ij, S_i, P_c and their sums over complexes for the free receptors `req`."""
    n_complexes, n_kinds = counts.shape
    for i in range(n_kinds):
        psi_sum = 0.0
        for c in range(present):
            j = work.receptors[c]
            psi_sum += kx * affinity[i, j] * req[j]
        work.psi_sum[i] = psi_sum
        work.log_sites[i] = log1p(psi_sum)
    for c in range(n_complexes):
        exponent = 0.0
        for i in range(n_kinds):
            exponent += counts[c, i] * work.log_sites[i]
        work.partition[c] = exp(min(exponent, LARGEST_EXPONENT))
    for i in range(n_kinds):
        antibodies = 0.0
        for c in range(n_complexes):
            antibodies += concentration[c] * counts[c, i] * work.partition[c]
        work.antibodies[i] = antibodies
        for d in range(n_kinds):
            own = 1.0 if d == i else 0.0
            pairs = 0.0
            for c in range(n_complexes):
                others = counts[c, i] * (counts[c, d] - own)
                pairs += concentration[c] * work.partition[c] * others
            work.pairs[i, d] = pairs


@kernel
def _multivalent_residual(affinity, receptors, req, present, work):  # type: ignore[no-untyped-def]
    """Fill T_j and F_j; returns max |F_j|."""
    worst = 0.0
    for c in range(present):
        j = work.receptors[c]
        total = 1.0
        for i in range(len(work.antibodies)):
            total += affinity[i, j] / (1.0 + work.psi_sum[i]) * work.antibodies[i]
        residual = log(req[j] * total / receptors[j])
        work.total[c] = total
        work.residual[c] = residual
        worst = max(worst, abs(residual))
    return worst


@kernel
def _multivalent_step(affinity, kx, req, present, work):  # type: ignore[no-untyped-def]
    """One Newton step of the free receptors `req`."""
    n_kinds = len(work.antibodies)
    for b in range(present):
        j = work.receptors[b]
        for c in range(present):
            k = work.receptors[c]
            slope = 0.0
            for i in range(n_kinds):
                near = affinity[i, j] / (1.0 + work.psi_sum[i])
                for d in range(n_kinds):
                    slope += near * work.pairs[i, d] * affinity[d, k] / (1.0 + work.psi_sum[d])
            own = 1.0 if b == c else 0.0
            work.matrix[b, c] = own + kx * req[k] * slope / work.total[b]
        work.matrix[b, present] = work.residual[b]
    _solve(work.matrix, 0, present)
    for b in range(present):
        req[work.receptors[b]] *= exp(-_bounded(work.matrix[b, present]))


@kernel
def _beyond_one(n, psi):  # type: ignore[no-untyped-def]
    """(1 + psi)**n - 1 - n psi without cancellation; exactly 0 for n = 1."""
    if n == 1.0:
        return 0.0
    if n * psi > 0.5:
        return expm1(n * log1p(psi)) - n * psi
    term = n * psi
    total = 0.0
    for m in range(2, 20):  # 0.5**20 / 20! is far below the last bit
        term *= (n - (m - 1.0)) * psi / m
        total += term
    return total


@kernel
def _complexes(  # type: ignore[no-untyped-def]
    concentration, counts, kx, bound, crosslinked, work
):
    """Complexes bound, and bound by two or more receptors, built up kind by kind.

    With p = P - 1 and q = P - 1 - Σ n psi, two kinds combine as p + p' + p p' and
    q + q' + p p': sums of positive terms.
    """
    n_complexes, n_kinds = counts.shape
    for c in range(n_complexes):
        any_arm = 0.0
        two_arms = 0.0
        for i in range(n_kinds):
            n = counts[c, i]
            kind = expm1(n * work.log_sites[i])
            two_arms += _beyond_one(n, work.psi_sum[i]) + any_arm * kind
            any_arm += kind + any_arm * kind
        bound[c] = concentration[c] / kx * any_arm
        crosslinked[c] = concentration[c] / kx * two_arms


@kernel
def _receptors_in_complexes(  # type: ignore[no-untyped-def]
    concentration, counts, affinity, req, in_complex, in_crosslinked, work
):
    """Receptors in complexes, and in complexes bound by two or more receptors."""
    n_complexes, n_kinds = counts.shape
    for c in range(n_complexes):
        exponent = 0.0
        for i in range(n_kinds):
            exponent += counts[c, i] * work.log_sites[i]
        for j in range(len(req)):
            all_arms = 0.0
            two_arms = 0.0
            for i in range(n_kinds):
                if counts[c, i] > 0.0:
                    arms = counts[c, i] * affinity[i, j]
                    rest = exponent - work.log_sites[i]
                    all_arms += arms * exp(rest)
                    two_arms += arms * expm1(rest)
            in_complex[c, j] = concentration[c] * req[j] * all_arms
            in_crosslinked[c, j] = concentration[c] * req[j] * two_arms


@kernel
def multivalent_equilibrium(  # type: ignore[no-untyped-def]
    concentration,
    counts,
    affinity,
    receptors,
    kx,
    req,
    bound,
    crosslinked,
    in_complex,
    in_crosslinked,
    work,
):
    """Binding of soluble monomers and complexes to the receptors of one cell.

    With ψ_ij = Kx* K_ij Req_j, S_i = 1 + Σ_j ψ_ij and P_c = Π_i S_i**n_ci:

        R_j = Req_j + Σ_c (L_c / Kx*) P_c Σ_i n_ci ψ_ij / S_i

    The mass balance is the minimum of a strictly convex function of log Req, so it has one
    solution. Robinett et al. 2018, Cell Syst 7:41; Tan and Meyer 2021, Math Biosci 342:108714.

    Parameters
    ----------
    concentration : (complexes,), L_c, free concentration, M.
    counts : (complexes, kinds), n_ci, IgG of each kind in a complex: 0 or at least 1. A row with
        a single 1 is a monomer.
    affinity : (kinds, receptors), K_ij, per M.
    receptors : (receptors,), R_j, copies per cell.
    kx : cross-linking constant Kx* > 0, M x cell.
    req : (receptors,), out: free receptors.
    bound : (complexes,), out: complexes bound, per cell.
    crosslinked : (complexes,), out: complexes bound by two or more receptors.
    in_complex : (complexes, receptors), out: receptors bound.
    in_crosslinked : (complexes, receptors), out: receptors in complexes bound two or more times.
    work : from `multivalent_work`.

    Returns
    -------
    Newton steps taken; 100 (`MAX_STEPS_MULTIVALENT`) means the tolerance may not be reached.
    """
    n_complexes, n_kinds = counts.shape
    for j in range(len(receptors)):
        single = 1.0
        for c in range(n_complexes):
            for i in range(n_kinds):
                single += concentration[c] * counts[c, i] * affinity[i, j]
        req[j] = receptors[j] / single
    present = _present(receptors, len(receptors), work.receptors)
    _partition(concentration, counts, affinity, kx, req, present, work)
    steps = 0
    while (
        _multivalent_residual(affinity, receptors, req, present, work) >= TOLERANCE
        and steps < MAX_STEPS_MULTIVALENT
    ):
        _multivalent_step(affinity, kx, req, present, work)
        _partition(concentration, counts, affinity, kx, req, present, work)
        steps += 1
    _complexes(concentration, counts, kx, bound, crosslinked, work)
    _receptors_in_complexes(
        concentration, counts, affinity, req, in_complex, in_crosslinked, work
    )
    return steps
