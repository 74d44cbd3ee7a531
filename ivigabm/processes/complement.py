"""Classical complement on a target cell: from bound antibody to C5b-9.

    c  = sum_i q_i (n_i / n_q)^2 + n_M / n_qM        C1 = C1q * c / (1 + c)
    d  = sum_i (n_i / n_q)^2                         A = s * B * d / (1 + d)
    C4b = C4 * C1 / (1 + X / K_acc)
    C3b = (C4 * C1 + A) * C3 * (1 + B amp) / (1 + X / K_acc)       C5b-9 = C5 * C6 * C3b^2

C1q needs neighbours, hence the square for IgG; one bound IgM suffices. On a surface without
regulators (s above 0, as cartilage) bound IgG of any subclass starts the alternative pathway;
that and amplification need factor B. Fluid-phase IgG accepts nascent C3b (X, weighted by
monomer and dimer share), and C4b alike. A dish holds as much complement as its serum brings.

What blocks the early pathway also consumes C1q and C4 in plasma, which are made anew:

    dE/dt = k (1 - E) - u x E        C1q, C4 = E times what there is in health

with x the early block as it is at plasma's concentration. In the hours of a dish nothing is.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel

if TYPE_CHECKING:
    from ivigabm.processes.world import World

IGG_MASS_ROW = "mass.igg"


@kernel
def fix_complement(
    opsonin, weight, is_igm, half_igg, half_igm, c1q, c4, surface, spared, gain, terminal, alive, n,
    bound, c4b, c3b, c5b9,
):  # fmt: skip
    """C1q, C4b, C3b and C5b-9 on every target, from its opsonin densities.

    c4 : function of C4. spared : share of nascent C4b that fluid-phase IgG leaves.
    bound : receives C1q.
    """
    for row in range(n):
        if not alive[row]:
            continue
        c, d = 0.0, 0.0
        for k in range(opsonin.shape[1]):
            if is_igm[k]:
                c += opsonin[row, k] / half_igm
            else:
                density = opsonin[row, k] / half_igg
                c += weight[k] * density * density
                d += density * density
        bound[row] = c1q * c / (1.0 + c)
        c4b[row] = bound[row] * c4 * spared
        c3b[row] = (bound[row] * c4 + surface * d / (1.0 + d)) * gain
        c5b9[row] = terminal * c3b[row] * c3b[row]


class Complement:
    """Phase: complement on every opsonised target."""

    name: ClassVar[str] = "complement"
    reads: ClassVar[tuple[str, ...]] = ("c3b_acceptor", "convertase", "early_classical")
    drives: ClassVar[tuple[str, ...]] = ("tissue", "phagocytosis", "complement_deposition")

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.half_igg, self.half_igm = ps["complement.half_igg"], ps["complement.half_igm"]
        factor_b = world.present("factor_B")
        self.amplification = ps["complement.amplification"] * factor_b
        target = world.resolved.scenario.target
        self.surface = world.quantity(target.unregulated) * factor_b if target else 0.0
        self.acceptor_half = ps["complement.acceptor_half"]
        dimer = ps["baseline.dimer"]
        self.acceptor = (
            ps["complement.acceptor_monomer"] * (1.0 - dimer)
            + ps["complement.acceptor_dimer"] * dimer
        )
        self.c1q = world.present("C1q") * world.serum
        self.c3 = world.present("C3") * world.serum
        self.c4 = world.present("C4")
        self.terminal = world.present("C5") * world.present("C6")
        molecules = world.antigen.molecules if world.antigen else ()
        self.is_igm = np.array([m.is_igm for m in molecules], dtype=bool)
        self.weight = np.array([world.c1q_weight(m) for m in molecules])
        self.grams = ps[IGG_MASS_ROW] * 1e3
        self.renewal = 0.0 if world.body.closed else ps["complement.early_turnover"]
        self.consumption = 0.0 if world.body.closed else ps["complement.early_consumption"]

    @staticmethod
    def richer(world: "World") -> float:
        """How many times as much of the drug plasma holds as the target's surroundings."""
        if world.drug is None:
            return 0.0
        plasma = there = 0.0
        for inside, outside in zip(
            world.drug.plasma.tolist(), world.drug.at_target.tolist(), strict=True
        ):  # in order: the bits of a sum
            plasma += inside
            there += outside
        return plasma / there if there > 0.0 else 0.0

    def consume(self, world: "World") -> None:
        """One step of early components in plasma, made anew and consumed."""
        block = 1.0 / float(world.ports["early_classical"][0]) - 1.0
        used = self.consumption * block * self.richer(world)
        rate = self.renewal + used
        if rate > 0.0:
            steady = self.renewal / rate
            gone = -float(expm1(-rate * world.dt))
            world.early_components += gone * (steady - world.early_components)

    def strength(self, world: "World", own: float) -> tuple[float, float]:
        """Classical activation left, and C3b per activation; `own` is the body's acceptor, g/L."""
        ports = world.ports
        accepted = own + float(ports["c3b_acceptor"][0])
        amplified = 1.0 + self.amplification * float(ports["convertase"][0])
        gain = self.c3 * amplified / (1.0 + accepted / self.acceptor_half)
        return self.c1q * world.early_components * float(ports["early_classical"][0]), gain

    def spared(self, world: "World", own: float) -> float:
        """Share of nascent C4b that the fluid-phase IgG leaves; `own` as for `strength`."""
        accepted = own + float(world.ports["c3b_acceptor"][0])
        return 1.0 / (1.0 + accepted / self.acceptor_half)

    def advance(self, world: "World") -> None:
        """Recompute C1q, C4b, C3b and C5b-9 from the opsonins of this step."""
        self.consume(world)
        table = world.tables["target_cell"]
        if world.antigen is None or table.n == 0:
            return
        accepted = 0.0
        for molar in world.mean_at_target(world.own).tolist():
            accepted += molar * self.grams
        c1q, gain = self.strength(world, accepted * self.acceptor)
        fix_complement(
            table["opsonin"],
            self.weight,
            self.is_igm,
            self.half_igg,
            self.half_igm,
            c1q,
            self.c4,
            self.surface,
            self.spared(world, accepted * self.acceptor),
            gain,
            self.terminal * world.comparators.c5_left,
            table["alive"],
            table.n,
            table["c1q"],
            table["c4b"],
            table["c3b"],
            table["c5b9"],
        )
