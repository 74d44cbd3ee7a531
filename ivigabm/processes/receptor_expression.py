"""How many Fcγ receptors a phagocyte shows: set-points, turnover, internalisation.

    dR/dt = R*/tau - (1/tau + k q) R,   R* = R0 * prod_s [1 + (u_s - 1) x_s / (1 + x_s)]

q is the cross-linked share of the copies, x_s a signal in units of its half-effect and u_s the
fold at saturation. Advanced by its exact solution with q and R* held.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import exp
from ivigabm.engine.kernel import kernel
from ivigabm.processes.cytokines import Cytokines

if TYPE_CHECKING:
    from ivigabm.processes.world import World

TNF, DRUG_IL4, TYPE2 = 0, 1, 2  # columns of the table of folds


@kernel
def fold(maximum, level):
    """Fold of a set-point under one saturating signal."""
    return 1.0 + (maximum - 1.0) * level / (1.0 + level)


@kernel
def express(
    host,
    receptor,
    n,
    linked,
    x,
    y,
    tnf,
    il4,
    type2,
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
        a, b = x[host[row]], y[host[row]]
        kind = receptor[row]
        i, j = a // field_pitch, b // field_pitch
        target = baseline[row] * fold(folds[kind, 0], tnf[i, j]) * fold(folds[kind, 1], il4[i, j])
        target *= fold(folds[kind, 2], type2[a // molecule_pitch, b // molecule_pitch])
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
    """Phase: every FcγR agent moves towards its set-point."""

    name: ClassVar[str] = "receptor_expression"
    reads: ClassVar[tuple[str, ...]] = ("fcgr2b_signal", "type2_signal")
    drives: ClassVar[tuple[str, ...]] = ("binding", "fcgr2b_to_activating_ratio")

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.turnover = ps["receptor.turnover"]
        self.internalise = ps["receptor.internalisation"]
        self.half_tnf = ps["expression.half_tnf"]
        self.il4_receptor = world.present("IL-4R")
        self.activating = np.array([r.role == "activating" for r in world.receptors])
        self.folds = np.ones((len(world.receptors), 3))
        for j, receptor in enumerate(world.receptors):
            if receptor.role == "inhibitory":
                self.folds[j, TNF] = ps["expression.tnf_fold_fcgr2b"]
                self.folds[j, DRUG_IL4] = ps["fcgr2b.fold_max"]
                self.folds[j, TYPE2] = ps["fcgr2b.fold_max"]
            elif receptor.role == "activating":
                self.folds[j, TNF] = ps["expression.tnf_fold_activating"]

    def displayed(self, world: "World") -> NDArray[np.float64]:
        """Share of each receptor type's set-point that a comparator leaves, shape (receptors,)."""
        return np.where(self.activating, world.comparators.display_left, 1.0)

    def advance(self, world: "World") -> None:
        """One step of turnover for every receptor agent."""
        table, host = world.tables["fcg_receptor"], world.tables["macrophage"]
        express(
            table["host_row"],
            table["receptor"],
            table.n,
            table["crosslinked"],
            host["x"],
            host["y"],
            Cytokines.free(world, "tnf") / self.half_tnf,
            world.ports["fcgr2b_signal"] * self.il4_receptor,
            world.ports["type2_signal"],
            world.fields.pitch,
            world.molecule_pitch,
            self.folds,
            table["baseline"] * self.displayed(world)[table["receptor"]],
            self.turnover,
            self.internalise,
            world.dt,
            table["copies"],
            world.receptor_ledger,
        )
