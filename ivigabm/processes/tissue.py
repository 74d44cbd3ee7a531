"""Damage and repair of fixed target cells.

    dm/dt = k_rep (1 - L - m) - (d_phag + d_mac + d_cyt + d_T + d_ox + d_NK + d_agg) m
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
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.processes.cytokines import Cytokines

if TYPE_CHECKING:
    from ivigabm.engine.columns import Table
    from ivigabm.processes.world import World

EMPTY = np.zeros(0)
ATTACKS = (  # columns, in the order of `damage_and_repair`
    "attack_phagocytic", "c5b9", "attack_cytokine", "attack_t_cell", "attack_oxidant",
    "attack_nk", "attack_aggregate",
)  # fmt: skip


@kernel
def cytokine_attack(level, pitch, most, alive, x, y, n, attack):
    """Damage rate by cytokines where each target stands, saturating in half-effect units."""
    per = reciprocal(pitch)
    for row in range(n):
        if alive[row]:
            seen = level[coarse(x[row], per), coarse(y[row], per)]
            attack[row] = most * seen / (1.0 + seen)


@kernel
def damage_and_repair(
    phagocytic,
    terminal,
    cytokine,
    t_cell,
    oxidant,
    killer,
    aggregate,
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
        attack += oxidant[row] + aggregate[row]
        attack += killer[row]
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


@kernel
def wear(
    tnf, given, sink, il1, pitch, most, x, y, attacks, terminal_rate, repair, loss, dt, alive, n,
    integrity, irreversible, seen, opsonin, epitopes, blocking, block_max, block_half, function,
):  # fmt: skip
    """All of the phase: attack by free TNF and IL-1, damage and repair, function left.

    attacks : the columns in the order of `damage_and_repair`. seen : scratch over the mesh.
    """
    for i in range(seen.shape[0]):
        for j in range(seen.shape[1]):
            seen[i, j] = (tnf[i, j] + given) / (1.0 + sink) + il1[i, j]
    phagocytic, terminal, cytokine, t_cell, oxidant, killer, aggregate = attacks
    cytokine_attack(seen, pitch, most, alive, x, y, n, cytokine)
    damage_and_repair(
        phagocytic, terminal, cytokine, t_cell, oxidant, killer, aggregate, terminal_rate, repair,
        loss, dt, alive, n, integrity, irreversible,
    )  # fmt: skip
    function_left(opsonin, epitopes, blocking, block_max, block_half, integrity, alive, n, function)


def total_attack(table: "Table", terminal_rate: float) -> NDArray[np.float64]:
    """Damage rate by all routes on every target, 1/day, in the order of `damage_and_repair`."""
    return np.asarray(
        table["attack_phagocytic"]
        + terminal_rate * table["c5b9"]
        + table["attack_cytokine"]
        + table["attack_t_cell"]
        + (table["attack_oxidant"] + table["attack_aggregate"])
        + table["attack_nk"]
    )


class Tissue:
    """Phase: fixed targets are damaged and repaired."""

    name: ClassVar[str] = "tissue"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("clinical_score", "target_integrity", "inflammation_auc")

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.cytokine_max = ps["damage.cytokine_max"]
        target = world.resolved.scenario.target
        self.terminal_rate = world.quantity(target.lysis) if target else 0.0
        self.vital = target.vital if target else 0.0
        self.block_max, self.block_half = ps["block.max"], ps["block.half"]
        antigen = world.antigen
        self.fixed = target is not None and not world.blood_target
        # a tracer has no epitopes, and none of them bound
        self.epitopes = np.where(antigen.epitopes > 0, antigen.epitopes, 1) if antigen else EMPTY
        self.blocking = antigen.blocking if antigen else np.zeros(0)
        self.repair = world.quantity(target.repair) if target else 0.0
        self.loss = world.quantity(target.loss) if target else 0.0
        self._seen = np.zeros(world.fields.shape)

    def advance(self, world: "World") -> None:
        """One step of damage and repair."""
        table = world.tables["target_cell"]
        if not self.fixed:
            return
        wear(
            world.fields["tnf"],
            world.given["tnf"],
            Cytokines.sink(world, "tnf"),
            Cytokines.free_il1(world),
            world.fields.pitch,
            self.cytokine_max,
            table["x"],
            table["y"],
            tuple(table[name] for name in ATTACKS),
            self.terminal_rate,
            self.repair,
            self.loss,
            world.dt,
            table["alive"],
            table.n,
            table["integrity"],
            table["irreversible"],
            self._seen,
            table["opsonin"],
            self.epitopes,
            self.blocking,
            self.block_max,
            self.block_half,
            table["function"],
        )
        if self.vital > 0.0 and float(np.mean(table["function"])) < self.vital:
            world.survived = False

    def _function(self, table: "Table") -> None:
        """What the clinic reads: working targets that nothing blocks."""
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
            table["integrity"][:] = room * (self.repair / (self.repair + attack))
            self._function(table)
