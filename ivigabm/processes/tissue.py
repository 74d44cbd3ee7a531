"""Damage and repair of fixed target cells.

    dm/dt = k_rep (1 - L - m) - (d_phag + d_mac + d_cyt + d_T + d_ox) m
    dL/dt = k_loss (1 - L - m)
    f = m [1 - g_max theta^2 / (theta^2 + theta50^2)]

m is the working share, L the share lost for good, theta the occupancy by blocking antibody.
Exact over a step with the attack held.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.processes.cytokines import Cytokines

if TYPE_CHECKING:
    from ivigabm.engine.columns import Table
    from ivigabm.processes.world import World


@kernel
def cytokine_attack(level, pitch, most, alive, x, y, n, attack):
    """Damage rate by cytokines where each target stands, saturating in half-effect units."""
    for row in range(n):
        if alive[row]:
            seen = level[x[row] // pitch, y[row] // pitch]
            attack[row] = most * seen / (1.0 + seen)


@kernel
def damage_and_repair(
    phagocytic,
    terminal,
    cytokine,
    t_cell,
    oxidant,
    terminal_rate,
    repair,
    loss,
    dt,
    alive,
    n,
    integrity,
    irreversible,
):
    """Advance m and L of every target."""
    for row in range(n):
        if not alive[row]:
            continue
        attack = phagocytic[row] + terminal_rate * terminal[row] + cytokine[row] + t_cell[row]
        attack += oxidant[row]
        room = 1.0 - irreversible[row]
        rate = repair + attack
        steady = repair * room / rate
        lost = -expm1(-loss * dt) * (room - integrity[row])
        integrity[row] += -expm1(-rate * dt) * (steady - integrity[row])
        irreversible[row] += lost


@kernel
def function_left(opsonin, epitopes, blocking, most, half, integrity, alive, n, function):
    """Working share times what blocking antibody leaves of it."""
    for row in range(n):
        if alive[row]:
            theta = 0.0
            for k in range(len(epitopes)):
                theta += blocking[k] * opsonin[row, k] / epitopes[k]
            function[row] = integrity[row] * (
                1.0 - most * theta * theta / (theta * theta + half * half)
            )


def total_attack(table: "Table", terminal_rate: float) -> NDArray[np.float64]:
    """Damage rate by all routes on every target, 1/day, in the order of `damage_and_repair`."""
    return np.asarray(
        table["attack_phagocytic"]
        + terminal_rate * table["c5b9"]
        + table["attack_cytokine"]
        + table["attack_t_cell"]
        + table["attack_oxidant"]
    )


class Tissue:
    """Phase: fixed targets are damaged and repaired."""

    name: ClassVar[str] = "tissue"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("clinical_score", "target_integrity", "inflammation_auc")

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.cytokine_max = ps["damage.cytokine_max"]
        self.terminal_rate = ps["damage.c5b9_max"]
        self.block_max, self.block_half = ps["block.max"], ps["block.half"]
        target, antigen = world.resolved.scenario.target, world.antigen
        self.fixed = target is not None and not world.blood_target
        self.epitopes = antigen.epitopes if antigen else np.zeros(0)
        self.blocking = antigen.blocking if antigen else np.zeros(0)
        self.repair = world.quantity(target.repair) if target else 0.0
        self.loss = world.quantity(target.loss) if target else 0.0

    def advance(self, world: "World") -> None:
        """One step of damage and repair."""
        table = world.tables["target_cell"]
        if not self.fixed:
            return
        cytokine_attack(
            Cytokines.inflammatory(world),
            world.fields.pitch,
            self.cytokine_max,
            table["alive"],
            table["x"],
            table["y"],
            table.n,
            table["attack_cytokine"],
        )
        damage_and_repair(
            table["attack_phagocytic"],
            table["c5b9"],
            table["attack_cytokine"],
            table["attack_t_cell"],
            table["attack_oxidant"],
            self.terminal_rate,
            self.repair,
            self.loss,
            world.dt,
            table["alive"],
            table.n,
            table["integrity"],
            table["irreversible"],
        )
        function_left(
            table["opsonin"],
            self.epitopes,
            self.blocking,
            self.block_max,
            self.block_half,
            table["integrity"],
            table["alive"],
            table.n,
            table["function"],
        )

    def attack(self, world: "World") -> NDArray[np.float64]:
        """All attack on each target, 1/day, shape (targets,)."""
        table = world.tables["target_cell"]
        return total_attack(table, self.terminal_rate)

    def settle(self, world: "World", attack: float) -> None:
        """Put every target at the steady state of a mean attack (1/day)."""
        table = world.tables["target_cell"]
        if self.fixed:
            room = 1.0 - table["irreversible"]
            settled = room * (self.repair / (self.repair + attack))
            table["function"][:] *= settled / table["integrity"]
            table["integrity"][:] = settled
