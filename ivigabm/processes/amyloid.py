"""Amyloid-β: made and cleared in brain, aggregating, measured in plasma; what it does to cells.

    dB_i/dt = s_i + q P_i - (k + a_i) B_i            soluble Aβ40, Aβ42; only Aβ42 aggregates
    dO/dt   = a_42 B_42 - (d + k_o (1 + u b)) O       oligomer, b the antibody-bound share
    dL/dt   = d O - k_l L                             plaque
    dP_i/dt = e B_i - (e (1 - b_i) + k_c b_i) P_i     plasma, total; bound goes with complexes

All in units of their steady state without antibody and without risk genotype. Free oligomer is
toxic to synapses and activates microglia, the phagocytes of this tissue.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import exp, expm1
from ivigabm.engine.kernel import kernel
from ivigabm.processes.ports import SUNK

if TYPE_CHECKING:
    from ivigabm.processes.world import World

STATES = ("brain40", "brain42", "oligomer", "plaque", "plasma40", "plasma42")


@kernel
def alarm(drive, relax, alive, n, activation):
    """Every microglial cell answers free oligomer, beside what its contacts tell it."""
    for row in range(n):
        if alive[row]:
            activation[row] += relax * drive * (1.0 - activation[row])


class Amyloid:
    """Phase: amyloid is made, moved, bound and cleared; cells and synapses meet it."""

    name: ClassVar[str] = "amyloid"
    reads: ClassVar[tuple[str, ...]] = ("antigen_sink", "microglia_drive")
    drives: ClassVar[tuple[str, ...]] = ("tissue", "cytokines", "clinical_score")

    def __init__(self, world: "World") -> None:
        ps, given = world.ps, world.resolved.scenario.amyloid
        self.active = given is not None
        self.clear, self.join = ps["amyloid.clearance_brain"], ps["amyloid.aggregation"]
        self.back, self.flow = ps["amyloid.return"], ps["amyloid.plasma_turnover"]
        self.complexes = ps["amyloid.clearance_complex"]
        fold = given.production if given else 1.0
        self.made40 = ps["amyloid.production_40"] * fold
        self.made42 = ps["amyloid.production_42"] * fold
        self.loss, self.deposit = ps["amyloid.clearance_oligomer"], ps["amyloid.deposition"]
        self.uptake = ps["amyloid.uptake_bound"]
        self.plaque_loss = ps["amyloid.clearance_plaque"]
        self.toxicity, self.microglia = ps["amyloid.toxicity"], ps["amyloid.microglia"]
        self.relax = -float(expm1(-world.dt / ps["signal.activation_time"]))
        if given is not None and not world.amyloid.any():
            world.amyloid[:] = self.steady(given.plaque)

    def steady(self, plaque: float) -> NDArray[np.float64]:
        """Untreated steady state of all but the plaque."""
        # in a steady state without antibody plasma equals brain, so influx and efflux offset
        b40 = self.made40 / (self.clear - self.back)
        b42 = self.made42 / (self.clear + self.join - self.back)
        oligomer = self.join * b42 / (self.deposit + self.loss)
        return np.array([b40, b42, oligomer, plaque, b40, b42])

    def drift(self, world: "World") -> tuple[float, float]:
        """One step of the pools; returns the attack on synapses (1/day) and microglial drive."""
        sink = dict(zip(SUNK, world.ports["antigen_sink"].tolist(), strict=True))
        bound = {name: held / (1.0 + held) for name, held in sink.items()}
        b40, b42, oligomer, plaque, p40, p42 = world.amyloid.tolist()
        lost40 = self.flow * (1.0 - bound["plasma_abeta40"])
        lost42 = self.flow * (1.0 - bound["plasma_abeta42"])
        opsonic = 1.0 + self.uptake * bound["brain_oligomer"]
        moves = (
            (b40, self.made40 + self.back * p40, self.clear),
            (b42, self.made42 + self.back * p42, self.clear + self.join),
            (oligomer, self.join * b42, self.deposit + self.loss * opsonic),
            (plaque, self.deposit * oligomer, self.plaque_loss),
            (p40, self.flow * b40, lost40 + self.complexes * bound["plasma_abeta40"]),
            (p42, self.flow * b42, lost42 + self.complexes * bound["plasma_abeta42"]),
        )
        world.amyloid[:] = [
            now * float(exp(-rate * world.dt)) - made / rate * float(expm1(-rate * world.dt))
            for now, made, rate in moves
        ]
        free = float(world.amyloid[STATES.index("oligomer")]) / (1.0 + sink["brain_oligomer"])
        seen = free / (1.0 + free)
        drive = self.microglia * seen * float(world.ports["microglia_drive"][0])
        return self.toxicity * seen, drive

    def advance(self, world: "World") -> None:
        """One step of the pools and of what they do to cells."""
        if not self.active:
            return
        attack, drive = self.drift(world)
        world.tables["target_cell"]["attack_aggregate"][:] = attack
        microglia = world.tables["macrophage"]
        alarm(drive, self.relax, microglia["alive"], microglia.n, microglia["activation"])
