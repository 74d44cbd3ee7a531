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
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.processes.cytokines import Cytokines

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

TNF, IL4, TYPE2, C5A, COMPLEX, IFNG, CALM = range(7)  # columns of the table of folds


@kernel
def fold(maximum, level):
    """Fold of a set-point under one saturating signal; a maximum of 1 stands for no answer."""
    if maximum == 1.0:
        return 1.0
    return 1.0 + (maximum - 1.0) * level / (1.0 + level)


@kernel
def express(
    host, receptor, n, alive, linked, x, y, tnf, evoked, il4_own, type2, c5a, complexes, ifng,
    calm, field_scale, field_pitch, molecule_pitch, folds, baseline, displayed, turnover,
    internalise, dt, copies, ledger,
):  # fmt: skip
    """Advance the copies of every receptor agent; ledger gets copies made and lost.

    evoked, il4_own : IL-4 that the drug evokes, over its half effect, and all other.
    field_scale : what turns TNF, IL-4, C5a and IFN-γ into levels: injected TNF, bound over free,
    its half effect, injected IL-4, its half effect, what is seen of it, injected C5a, bound over
    free, function of its receptor, its half effect, responsiveness to IFN-γ over its half effect.
    displayed : share of the set-point left, per receptor type.
    """
    (
        tnf_given, tnf_sink, half_tnf, il4_given, half_il4, il4_seen, c5a_given, c5a_sink,
        receptor_c5a, half_c5a, left,
    ) = field_scale  # fmt: skip
    per_field, per_mesh = reciprocal(field_pitch), reciprocal(molecule_pitch)
    last, by_tnf, by_il4, by_type2, by_c5a, by_complex, by_ifng = -1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for row in range(n):
        if not alive[row]:
            continue
        if host[row] != last:  # receptors of one cell follow each other and see the same
            last = host[row]
            i, j = coarse(x[last], per_field), coarse(y[last], per_field)
            a, b = coarse(x[last], per_mesh), coarse(y[last], per_mesh)
            by_tnf = (tnf[i, j] + tnf_given) / (1.0 + tnf_sink) / half_tnf
            by_il4 = (evoked[i, j] + (il4_own[i, j] + il4_given) / half_il4) * il4_seen
            by_type2, by_complex = type2[a, b], complexes[a, b]
            by_c5a = (c5a[i, j] + c5a_given) / (1.0 + c5a_sink) * receptor_c5a / half_c5a
            by_ifng = ifng[i, j] * left
        kind = receptor[row]
        target = baseline[row] * displayed[kind]
        target = target * fold(folds[kind, 0], by_tnf) * fold(folds[kind, 1], by_il4)
        target *= fold(folds[kind, 2], by_type2)
        target *= fold(folds[kind, 3], by_c5a) * fold(folds[kind, 5], by_ifng)
        target *= fold(folds[kind, 4], by_complex)
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
        self.whole = np.ones(len(world.receptors))
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
        left = world.comparators.display_left
        return self.whole if left == 1.0 else np.where(self.activating, left, 1.0)

    def ifng_left(self, world: "World") -> float:
        """What turns IFN-γ into its level over half effect, as the drug has left its receptor."""
        return float(world.ports["ifng_response"][0]) / self.half_ifng

    def il4(self, world: "World") -> NDArray[np.float64]:
        """IL-4 over its half effect: what the drug evokes and is shown, and all other."""
        own = (world.fields["il4_own"] + world.given["il4_own"]) / self.half_il4
        seen = self.il4_receptor * self.il4_share
        return np.asarray((world.ports["fcgr2b_signal"] + own) * seen)

    def ifng(self, world: "World") -> NDArray[np.float64]:
        """IFN-γ over its half effect, as cells whose receptor the drug has lowered see it."""
        return np.asarray(world.felt("ifn_gamma") * self.ifng_left(world))

    def advance(self, world: "World") -> None:
        """One step of turnover for every receptor agent."""
        table, host = self.group.receptors(world), self.group.cells(world)
        if table.n == 0:
            return
        ports, fields = world.ports, world.fields
        express(
            table["host_row"],
            table["receptor"],
            table.n,
            table["alive"],
            table["crosslinked"],
            host["x"],
            host["y"],
            fields["tnf"],
            ports["fcgr2b_signal"],
            fields["il4_own"],
            ports["type2_signal"],
            fields["c5a"],
            ports["fcgr_complexes"],
            world.felt("ifn_gamma"),
            world.calm,
            (
                world.given["tnf"],
                Cytokines.sink(world, "tnf"),
                self.half_tnf,
                world.given["il4_own"],
                self.half_il4,
                self.il4_receptor * self.il4_share,
                world.given["c5a"],
                Cytokines.sink(world, "c5a"),
                self.c5a_receptor,
                self.half_c5a,
                self.ifng_left(world),
            ),
            fields.pitch,
            world.molecule_pitch,
            self.folds,
            table["baseline"],
            self.displayed(world),
            self.turnover,
            self.internalise,
            world.dt,
            table["copies"],
            self.group.ledger,
        )
