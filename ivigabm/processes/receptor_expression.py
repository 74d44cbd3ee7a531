"""How many Fcγ receptors a phagocyte shows: set-points, turnover, internalisation.

    dR/dt = R*/tau - (1/tau + k q) R,   R* = R0 * prod_s [1 + (u_s - 1) x_s / (1 + x_s)]

q is the cross-linked share of the copies, x_s a signal in units of its half-effect and u_s the
fold at saturation. Advanced by its exact solution with q and R* held. TNF, C5a and IFN-γ lower
FcγRIIB and raise activating receptors, IL-4 and type II signals raise FcγRIIB, soluble complexes
lower activating receptors.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import exp
from ivigabm.engine.kernel import kernel
from ivigabm.processes.cytokines import Cytokines

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

TNF, IL4, TYPE2, C5A, COMPLEX, IFNG, CALM = range(7)  # columns of the table of folds


@kernel
def fold(maximum, level):
    """Fold of a set-point under one saturating signal."""
    return 1.0 + (maximum - 1.0) * level / (1.0 + level)


@kernel
def express(
    host,
    receptor,
    n,
    alive,
    linked,
    x,
    y,
    tnf,
    il4,
    type2,
    c5a,
    complexes,
    ifng,
    calm,
    field_pitch,
    molecule_pitch,
    folds,
    baseline,
    turnover,
    internalise,
    dt,
    copies,
    ledger,
):
    """Advance the copies of every receptor agent; ledger gets copies made and lost."""
    for row in range(n):
        if not alive[row]:
            continue
        a, b = x[host[row]], y[host[row]]
        kind = receptor[row]
        i, j = a // field_pitch, b // field_pitch
        target = baseline[row] * fold(folds[kind, 0], tnf[i, j]) * fold(folds[kind, 1], il4[i, j])
        target *= fold(folds[kind, 2], type2[a // molecule_pitch, b // molecule_pitch])
        target *= fold(folds[kind, 3], c5a[i, j]) * fold(folds[kind, 5], ifng[i, j])
        target *= fold(folds[kind, 4], complexes[a // molecule_pitch, b // molecule_pitch])
        target *= fold(folds[kind, 6], calm)
        before = copies[row]
        share = linked[row] / before if before > 0.0 else 0.0
        rate = 1.0 / turnover + internalise * share
        steady = target / turnover / rate
        after = steady + (before - steady) * exp(-rate * dt)
        copies[row] = after
        made = target / turnover * dt
        ledger[0] += made
        ledger[1] += before + made - after


class ReceptorExpression:
    """Phase: every FcγR agent of one kind of phagocyte moves towards its set-point."""

    name: ClassVar[str] = "receptor_expression"
    reads: ClassVar[tuple[str, ...]] = (
        "fcgr2b_signal",
        "type2_signal",
        "fcgr_complexes",
        "ifng_response",
    )
    drives: ClassVar[tuple[str, ...]] = ("binding", "fcgr2b_to_activating_ratio")

    def __init__(self, world: "World", group: "Phagocytes") -> None:
        ps, self.group = world.ps, group
        self.turnover = ps["receptor.turnover"]
        self.internalise = ps["receptor.internalisation"]
        self.half_tnf, self.half_il4 = ps["expression.half_tnf"], ps["expression.half_il4"]
        self.il4_share = ps["fcgr2b.il4_share"]
        self.half_c5a, self.half_ifng = ps["expression.half_c5a"], ps["expression.half_ifng"]
        self.il4_receptor = world.present("IL-4R")
        self.c5a_receptor = world.present("C5aR")
        self.activating = np.array([r.role == "activating" for r in world.receptors])
        self.folds = np.ones((len(world.receptors), 7))
        own = f"fcgr2b.fold_max_{group.name}"
        raised = ps[own] if own in ps else ps["fcgr2b.fold_max"]
        for j, receptor in enumerate(world.receptors):
            if receptor.role == "inhibitory":
                self.folds[j, TNF] = ps["expression.tnf_fold_fcgr2b"]
                self.folds[j, C5A] = ps["expression.c5a_fold_fcgr2b"]
                self.folds[j, IFNG] = ps["expression.ifng_fold_fcgr2b"]
                self.folds[j, IL4] = self.folds[j, TYPE2] = raised
                self.folds[j, CALM] = raised
            elif receptor.role == "activating":
                self.folds[j, TNF] = ps["expression.tnf_fold_activating"]
                self.folds[j, C5A] = ps["expression.c5a_fold_activating"]
                self.folds[j, IFNG] = ps["expression.ifng_fold_activating"]
                self.folds[j, COMPLEX] = ps[f"expression.complex_fold_{group.name}"]

    def displayed(self, world: "World") -> NDArray[np.float64]:
        """Share of each receptor type's set-point that a comparator leaves, shape (receptors,)."""
        return np.where(self.activating, world.comparators.display_left, 1.0)

    def il4(self, world: "World") -> NDArray[np.float64]:
        """IL-4 over its half effect: what the drug evokes and is shown, and all other."""
        own = (world.fields["il4_own"] + world.given["il4_own"]) / self.half_il4
        seen = self.il4_receptor * self.il4_share
        return np.asarray((world.ports["fcgr2b_signal"] + own) * seen)

    def ifng(self, world: "World") -> NDArray[np.float64]:
        """IFN-γ over its half effect, as cells whose receptor the drug has lowered see it."""
        left = float(world.ports["ifng_response"][0]) / self.half_ifng
        return np.asarray(world.fields["ifn_gamma"] * left)

    def advance(self, world: "World") -> None:
        """One step of turnover for every receptor agent."""
        table, host = self.group.receptors(world), self.group.cells(world)
        express(
            table["host_row"],
            table["receptor"],
            table.n,
            table["alive"],
            table["crosslinked"],
            host["x"],
            host["y"],
            Cytokines.free(world, "tnf") / self.half_tnf,
            self.il4(world),
            world.ports["type2_signal"],
            Cytokines.free(world, "c5a") * self.c5a_receptor / self.half_c5a,
            world.ports["fcgr_complexes"],
            self.ifng(world),
            world.calm,
            world.fields.pitch,
            world.molecule_pitch,
            self.folds,
            table["baseline"] * self.displayed(world)[table["receptor"]],
            self.turnover,
            self.internalise,
            world.dt,
            table["copies"],
            self.group.ledger,
        )
