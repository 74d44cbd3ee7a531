"""Receptor binding in plain Python: the two solvers written out once more, to be read.

Same operations in the same order as the kernels, on lists. Only the elementary functions are
shared, so both must agree to the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ivigabm.engine.elementary import exp, expm1, log, log1p

Row = list[float]
Matrix = list[Row]


def eliminate(matrix: Matrix, right: Row) -> Row:
    """Solve a linear system by Gaussian elimination without exchange of rows."""
    n = len(right)
    for p in range(n):
        if not matrix[p][p] > 1e-30:
            matrix[p][p] = 1e-30
        for row in range(p + 1, n):
            factor = matrix[row][p] / matrix[p][p]
            for column in range(p + 1, n):
                matrix[row][column] -= factor * matrix[p][column]
            right[row] -= factor * right[p]
    for row in reversed(range(n)):
        for other in range(row + 1, n):
            right[row] -= matrix[row][other] * right[other]
        right[row] = right[row] / matrix[row][row]
    return right


@dataclass
class Patch:
    """A contact patch: what is in it, and the receptors still free.

    kappa[i][j] is the affinity, antibodies[i] and copies[j] are numbers in the patch, and
    competed[j] is 1 + competition.
    """

    kappa: Matrix
    antibodies: Row
    copies: Row
    competed: Row

    def __post_init__(self) -> None:
        self.free = [r / c for r, c in zip(self.copies, self.competed, strict=True)]

    def unbound(self) -> tuple[Row, Row]:
        """Free antibodies of each kind, and those divided once more by 1 + Σ κ x."""
        unbound, slope = [], []
        for antibodies, row in zip(self.antibodies, self.kappa, strict=True):
            sites = 1.0
            for affinity, free in zip(row, self.free, strict=True):
                sites += affinity * free
            unbound.append(antibodies / sites)
            slope.append(unbound[-1] / sites)
        return unbound, slope

    def totals(self, unbound: Row) -> Row:
        """(Free + bound) / free of each receptor."""
        totals = []
        for j, total in enumerate(self.competed):
            for row, antibodies in zip(self.kappa, unbound, strict=True):
                total += row[j] * antibodies
            totals.append(total)
        return totals

    def step(self, slope: Row, totals: Row, residual: Row) -> None:
        """One Newton step in log(free receptors)."""
        matrix, right = [], []
        for b, row in enumerate(self.kappa):
            pull, weights = 0.0, []
            for j, affinity in enumerate(row):
                weight = slope[b] * affinity * self.free[j]
                pull += weight * residual[j]
                weights.append(weight / totals[j])
            right.append(pull)
            matrix.append([1.0 if d == b else 0.0 for d in range(len(self.kappa))])
            for d, other in enumerate(self.kappa):
                for weight, affinity in zip(weights, other, strict=True):
                    matrix[b][d] -= weight * affinity
        solution = eliminate(matrix, right)
        for j in range(len(self.free)):
            pull = 0.0
            for row, kind in zip(self.kappa, solution, strict=True):
                pull += row[j] * kind
            step = residual[j] + pull / totals[j]
            self.free[j] *= exp(-max(-2.0, min(2.0, step)))


def patch_equilibrium(
    kappa: Matrix, opsonin: Row, receptors: Row, competitor: Row
) -> tuple[Matrix, Row, int]:
    """Bound pairs, free opsonin and Newton steps."""
    kinds = [i for i, amount in enumerate(opsonin) if amount > 0.0]
    types = [j for j, copies in enumerate(receptors) if copies > 0.0]
    patch = Patch(
        kappa=[[kappa[i][j] for j in types] for i in kinds],
        antibodies=[opsonin[i] for i in kinds],
        copies=[receptors[j] for j in types],
        competed=[1.0 + competitor[j] for j in types],
    )
    steps = 0
    while True:
        unbound, slope = patch.unbound()
        totals = patch.totals(unbound)
        residual = [
            log(x * t / r) for x, t, r in zip(patch.free, totals, patch.copies, strict=True)
        ]
        if max((abs(f) for f in residual), default=0.0) < 1e-12 or steps == 30:
            break
        patch.step(slope, totals, residual)
        steps += 1
    bound = [[0.0] * len(receptors) for _ in opsonin]
    free = [0.0] * len(opsonin)
    for b, i in enumerate(kinds):
        free[i] = unbound[b]
        for c, j in enumerate(types):
            bound[i][j] = kappa[i][j] * unbound[b] * patch.free[c]
    return bound, free, steps


@dataclass
class Cell:
    """A cell in a solution of monomers and complexes; `free[j]` are its free receptors."""

    concentration: Row
    counts: Matrix
    affinity: Matrix
    receptors: Row
    kx: float

    def __post_init__(self) -> None:
        self.present = [j for j, copies in enumerate(self.receptors) if copies > 0.0]
        self.free: Row = []
        copies = 0.0
        for j, total in enumerate(self.receptors):
            single = 1.0
            for molar, arms in zip(self.concentration, self.counts, strict=True):
                for n, row in zip(arms, self.affinity, strict=True):
                    single += molar * n * row[j]
            self.free.append(total / single)
            copies += total
        self.arms()
        while any(
            molar > 0.0 and exponent > log1p(self.kx * copies / molar)
            for molar, exponent in zip(self.concentration, self.exponent, strict=True)
        ):
            self.free = [x * 0.5 for x in self.free]
            self.arms()

    def arms(self) -> None:
        """Σ_j ψ_ij and log S_i of each kind of IgG, log P_c of each complex."""
        self.psi, self.log_sites = [], []
        for row in self.affinity:
            psi = 0.0
            for j in self.present:
                psi += self.kx * row[j] * self.free[j]
            self.psi.append(psi)
            self.log_sites.append(log1p(psi))
        self.exponent = []
        for arms in self.counts:
            exponent = 0.0
            for n, log_sites in zip(arms, self.log_sites, strict=True):
                exponent += n * log_sites
            self.exponent.append(exponent)

    def balance(self) -> float:
        """Set T_j and the relative error of each mass balance; returns the worst."""
        self.arms()
        self.partition = [exp(min(exponent, 600.0)) for exponent in self.exponent]
        self.total, self.residual = {}, {}
        for j in self.present:
            total = 1.0
            for i, row in enumerate(self.affinity):
                antibodies = 0.0
                for c, molar in enumerate(self.concentration):
                    antibodies += molar * self.counts[c][i] * self.partition[c]
                total += row[j] / (1.0 + self.psi[i]) * antibodies
            self.total[j] = total
            self.residual[j] = 1.0 - self.receptors[j] / (self.free[j] * total)
        return max((abs(error) for error in self.residual.values()), default=0.0)

    def pairs(self, i: int, k: int) -> float:
        """Σ_c L_c P_c n_ci (n_ck - δ_ik)."""
        pairs = 0.0
        for c, molar in enumerate(self.concentration):
            weight = molar * self.partition[c]
            pairs += weight * self.counts[c][i] * (self.counts[c][k] - (1.0 if i == k else 0.0))
        return pairs

    def direction(self) -> dict[int, float]:
        """Newton step of log(free receptor), unlimited."""
        kinds = range(len(self.affinity))
        matrix = []
        for j in self.present:
            line = []
            for m in self.present:
                slope = 0.0
                for i in kinds:
                    near = self.affinity[i][j] / (1.0 + self.psi[i])
                    for k in kinds:
                        far = near * self.pairs(i, k) * self.affinity[k][m]
                        slope += far / (1.0 + self.psi[k])
                own = 1.0 if j == m else 0.0
                line.append(own + self.kx * self.free[m] * slope / self.total[j])
            matrix.append(line)
        solution = eliminate(matrix, [-self.residual[j] for j in self.present])
        return dict(zip(self.present, solution, strict=True))

    def slope(self, direction: dict[int, float]) -> float:
        """How steeply the convex function rises along a direction."""
        slope = 0.0
        for j, step in direction.items():
            slope += (self.free[j] * self.total[j] - self.receptors[j]) * step
        return slope

    def solve(self) -> int:
        """Find the free receptors; returns the number of Newton steps."""
        worst = self.balance()
        steps = 0
        while worst >= 1e-12 and steps < 100:
            direction = self.direction()
            steepest = self.slope(direction)
            share = 2.0 / max(2.0, *(abs(step) for step in direction.values()))
            before = list(self.free)
            for _ in range(40):
                for j, step in direction.items():
                    self.free[j] = before[j] * exp(share * step)
                worst = self.balance()
                if self.slope(direction) <= -0.5 * steepest:
                    break
                share *= 0.5
            steps += 1
        return steps


def beyond_one(n: float, psi: float) -> float:
    """(1 + psi)**n - 1 - n psi."""
    if n == 1.0:
        return 0.0
    if n * psi > 0.5:
        return expm1(n * log1p(psi)) - n * psi
    term, total = n * psi, 0.0
    for m in range(2, 20):
        term *= (n - (m - 1.0)) * psi / m
        total += term
    return total


def multivalent_equilibrium(
    concentration: Row, counts: Matrix, affinity: Matrix, receptors: Row, kx: float
) -> tuple[Sequence[float], Row, Row, Matrix, Matrix, int]:
    """Free receptors, complexes bound and cross-linked, receptors in either, Newton steps."""
    cell = Cell(concentration, counts, affinity, receptors, kx)
    steps = cell.solve()
    bound, crosslinked, in_complex, in_crosslinked = [], [], [], []
    for c, molar in enumerate(concentration):
        any_arm = two_arms = 0.0
        arms = zip(counts[c], cell.psi, cell.log_sites, strict=True) if molar > 0.0 else ()
        for n, psi, log_sites in arms:
            kind = expm1(n * log_sites)
            two_arms += beyond_one(n, psi) + any_arm * kind
            any_arm += kind + any_arm * kind
        bound.append(molar / kx * any_arm)
        crosslinked.append(molar / kx * two_arms)
        in_complex.append([0.0] * len(receptors))
        in_crosslinked.append([0.0] * len(receptors))
        for j, free in enumerate(cell.free):
            any_arm = two_arms = 0.0
            for i, n in enumerate(counts[c]):
                if molar * n > 0.0:
                    others = cell.exponent[c] - cell.log_sites[i]
                    any_arm += n * affinity[i][j] * exp(others)
                    two_arms += n * affinity[i][j] * expm1(others)
            in_complex[c][j] = molar * free * any_arm
            in_crosslinked[c][j] = molar * free * two_arms
    return cell.free, bound, crosslinked, in_complex, in_crosslinked, steps
