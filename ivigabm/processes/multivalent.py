"""Fcγ-receptor binding of soluble IgG: monomers and complexes on the receptors of one cell.

A complex binds a first receptor from solution with affinity K and every further one on the
membrane with Kx* K. The mass balance of all receptors is where a strictly convex function of
log(free receptor) has its minimum, so it has one solution; Newton's method finds it.

Equations: Robinett 2018 Cell Syst 7:41; Tan and Meyer 2021 Math Biosci 342:108714.
"""

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import exp, expm1, log1p
from ivigabm.engine.kernel import kernel
from ivigabm.engine.linear import positive_rows, solve

MAX_STEPS = 100
MAX_HALVINGS = 40
UNSOLVABLE = -1  # steps of an equilibrium whose inputs are no amounts
TOLERANCE = 1e-12  # relative error of a mass balance
LARGEST_STEP = 2.0  # of any log(free receptor)
LARGEST_EXPONENT = 600.0  # of a partition function, so that products with it stay finite


class MultivalentWork(NamedTuple):
    """Scratch of `multivalent_equilibrium`; no state.

    Attributes
    ----------
    receptors : original index of each receptor present.
    start, step : (receptors,), free receptors before a step, and its direction in log.
    total, residual : (receptors,), T_j, and 1 - R_j / (Req_j T_j).
    psi_sum, log_sites, antibodies : (kinds,), Σ_j ψ_ij, log S_i, and Σ_c L_c n_ci P_c.
    exponent, partition : (complexes,), log P_c and P_c.
    pairs : (kinds, kinds), Σ_c L_c P_c n_ci (n_cl - δ_il).
    matrix : (receptors, receptors + 1), the linear system of a step.
    """

    receptors: NDArray[np.int64]
    start: NDArray[np.float64]
    step: NDArray[np.float64]
    total: NDArray[np.float64]
    residual: NDArray[np.float64]
    psi_sum: NDArray[np.float64]
    log_sites: NDArray[np.float64]
    antibodies: NDArray[np.float64]
    exponent: NDArray[np.float64]
    partition: NDArray[np.float64]
    pairs: NDArray[np.float64]
    matrix: NDArray[np.float64]


def multivalent_work(n_complexes: int, n_kinds: int, n_receptors: int) -> MultivalentWork:
    """Scratch for `n_complexes` complexes of `n_kinds` IgG kinds and `n_receptors` receptors."""
    return MultivalentWork(
        receptors=np.zeros(n_receptors, np.int64),
        start=np.zeros(n_receptors),
        step=np.zeros(n_receptors),
        total=np.zeros(n_receptors),
        residual=np.zeros(n_receptors),
        psi_sum=np.zeros(n_kinds),
        log_sites=np.zeros(n_kinds),
        antibodies=np.zeros(n_kinds),
        exponent=np.zeros(n_complexes),
        partition=np.zeros(n_complexes),
        pairs=np.zeros((n_kinds, n_kinds)),
        matrix=np.zeros((n_receptors, n_receptors + 1)),
    )


@kernel
def _exponents(counts, affinity, kx, req, n, work):
    """Fill Σ_j ψ_ij, log S_i and log P_c."""
    n_complexes, n_kinds = counts.shape
    for i in range(n_kinds):
        psi_sum = 0.0
        for a in range(n):
            j = work.receptors[a]
            psi_sum += kx * affinity[i, j] * req[j]
        work.psi_sum[i] = psi_sum
        work.log_sites[i] = log1p(psi_sum)
    for c in range(n_complexes):
        exponent = 0.0
        for i in range(n_kinds):
            exponent += counts[c, i] * work.log_sites[i]
        work.exponent[c] = exponent


@kernel
def _balance(concentration, counts, affinity, receptors, kx, req, n, work):
    """Fill all but the matrix for the free receptors `req`; returns the worst residual."""
    n_complexes, n_kinds = counts.shape
    _exponents(counts, affinity, kx, req, n, work)
    for c in range(n_complexes):
        work.partition[c] = exp(min(work.exponent[c], LARGEST_EXPONENT))
    for i in range(n_kinds):
        antibodies = 0.0
        for c in range(n_complexes):
            antibodies += concentration[c] * counts[c, i] * work.partition[c]
        work.antibodies[i] = antibodies
    worst = 0.0
    for a in range(n):
        j = work.receptors[a]
        total = 1.0
        for i in range(n_kinds):
            total += affinity[i, j] / (1.0 + work.psi_sum[i]) * work.antibodies[i]
        work.total[a] = total
        work.residual[a] = 1.0 - receptors[j] / (req[j] * total)
        worst = max(worst, abs(work.residual[a]))
    return worst


@kernel
def _pairs(concentration, counts, work):
    """Fill the sum over complexes of ordered pairs of their arms; none for a monomer."""
    n_complexes, n_kinds = counts.shape
    for i in range(n_kinds):
        for k in range(n_kinds):
            own = 1.0 if k == i else 0.0
            pairs = 0.0
            for c in range(n_complexes):
                weight = concentration[c] * work.partition[c]
                pairs += weight * counts[c, i] * (counts[c, k] - own)
            work.pairs[i, k] = pairs


@kernel
def _direction(affinity, kx, req, n, work):
    """Newton direction; returns the factor that keeps every component within ±2.

    The matrix is the positive definite second derivative, each row divided by Req_j T_j.
    """
    n_kinds = len(work.antibodies)
    for a in range(n):
        j = work.receptors[a]
        for b in range(n):
            m = work.receptors[b]
            slope = 0.0
            for i in range(n_kinds):
                near = affinity[i, j] / (1.0 + work.psi_sum[i])
                for k in range(n_kinds):
                    slope += near * work.pairs[i, k] * affinity[k, m] / (1.0 + work.psi_sum[k])
            own = 1.0 if a == b else 0.0
            work.matrix[a, b] = own + kx * req[m] * slope / work.total[a]
        work.matrix[a, n] = -work.residual[a]
    solve(work.matrix, 0, n)
    largest = LARGEST_STEP
    for a in range(n):
        work.step[a] = work.matrix[a, n]
        largest = max(largest, abs(work.step[a]))
    return LARGEST_STEP / largest


@kernel
def _slope(receptors, req, n, work):
    """Derivative of the convex function along the direction."""
    slope = 0.0
    for a in range(n):
        j = work.receptors[a]
        slope += (req[j] * work.total[a] - receptors[j]) * work.step[a]
    return slope


@kernel
def _start(concentration, counts, affinity, receptors, kx, req, n, work):
    """Free receptors of monovalent binding, halved until no more complexes than receptors bind.

    Without the halving the partition function of a large complex overflows.
    """
    n_complexes, n_kinds = counts.shape
    copies = 0.0
    for j in range(len(receptors)):
        single = 1.0
        for c in range(n_complexes):
            for i in range(n_kinds):
                single += concentration[c] * counts[c, i] * affinity[i, j]
        req[j] = receptors[j] / single
        copies += receptors[j]
    crowded = True
    while crowded:
        _exponents(counts, affinity, kx, req, n, work)
        crowded = False
        for c in range(n_complexes):
            if concentration[c] > 0.0:
                limit = log1p(kx * copies / concentration[c])
                crowded = crowded or work.exponent[c] > limit
        if crowded:
            for j in range(len(req)):
                req[j] *= 0.5


@kernel
def _beyond_one(n, psi):
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
def _complexes(concentration, counts, kx, bound, crosslinked, work):
    """Complexes bound, and bound by two or more receptors, built up kind by kind.

    With p = P - 1 and q = P - 1 - Σ n ψ, two kinds combine to p + p' + p p' and q + q' + p p':
    sums of positive terms.
    """
    n_complexes, n_kinds = counts.shape
    for c in range(n_complexes):
        any_arm = 0.0
        two_arms = 0.0
        if concentration[c] > 0.0:  # the arms of an absent complex are not limited
            for i in range(n_kinds):
                n = counts[c, i]
                kind = expm1(n * work.log_sites[i])
                two_arms += _beyond_one(n, work.psi_sum[i]) + any_arm * kind
                any_arm += kind + any_arm * kind
        bound[c] = concentration[c] / kx * any_arm
        crosslinked[c] = concentration[c] / kx * two_arms


@kernel
def _receptors_in_complexes(concentration, counts, affinity, req, in_complex, in_crosslinked, work):
    """Receptors in complexes, and in complexes bound by two or more receptors."""
    n_complexes, n_kinds = counts.shape
    for c in range(n_complexes):
        for j in range(len(req)):
            all_arms = 0.0
            two_arms = 0.0
            for i in range(n_kinds):
                if concentration[c] * counts[c, i] > 0.0:
                    arms = counts[c, i] * affinity[i, j]
                    others = work.exponent[c] - work.log_sites[i]
                    all_arms += arms * exp(others)
                    two_arms += arms * expm1(others)
            in_complex[c, j] = concentration[c] * req[j] * all_arms
            in_crosslinked[c, j] = concentration[c] * req[j] * two_arms


@kernel
def _amounts(values):
    """Whether all are finite numbers from 0 on; NaN would let the search go on for ever."""
    good = True
    for value in values.flat:
        good = good and 0.0 <= value < inf
    return good


@kernel
def multivalent_equilibrium(
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

        R_j = Req_j T_j = Req_j + Σ_c (L_c / Kx*) P_c Σ_i n_ci ψ_ij / S_i

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
    Newton steps taken; 100 (`MAX_STEPS`) means that the tolerance may not have been reached, and
    -1 (`UNSOLVABLE`) that an input is negative, infinite or no number, or kx is 0: all that is out
    is then 0.
    """
    solvable = _amounts(concentration) and _amounts(counts) and _amounts(affinity)
    if not (solvable and _amounts(receptors) and 0.0 < kx < inf):
        req[:] = 0.0
        bound[:], crosslinked[:] = 0.0, 0.0
        in_complex[:], in_crosslinked[:] = 0.0, 0.0
        return UNSOLVABLE
    n = positive_rows(receptors, len(receptors), work.receptors)
    _start(concentration, counts, affinity, receptors, kx, req, n, work)
    worst = _balance(concentration, counts, affinity, receptors, kx, req, n, work)
    steps = 0
    while worst >= TOLERANCE and steps < MAX_STEPS:
        _pairs(concentration, counts, work)
        share = _direction(affinity, kx, req, n, work)
        steepest = _slope(receptors, req, n, work)
        for a in range(n):
            work.start[a] = req[work.receptors[a]]
        for _ in range(MAX_HALVINGS):  # shorten a step that runs up the other side
            for a in range(n):
                req[work.receptors[a]] = work.start[a] * exp(share * work.step[a])
            worst = _balance(concentration, counts, affinity, receptors, kx, req, n, work)
            if _slope(receptors, req, n, work) <= -0.5 * steepest:
                break
            share *= 0.5
        steps += 1
    _complexes(concentration, counts, kx, bound, crosslinked, work)
    _receptors_in_complexes(concentration, counts, affinity, req, in_complex, in_crosslinked, work)
    return steps
