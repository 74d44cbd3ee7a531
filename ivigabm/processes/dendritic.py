"""Dendritic cells: antigen and adjuvant of an immunisation, what is shown of them, maturity.

Antigen and adjuvant drain to the lymphoid niche and decay; in a dish the adjuvant is LPS. A
dendritic cell shows antigen and matures under adjuvant, less where IL-10 is. Naive T cells are
primed by what mature cells show, so the window of priming closes when antigen and adjuvant are
gone.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import exp, expm1
from ivigabm.engine.kernel import kernel

if TYPE_CHECKING:
    from ivigabm.processes.world import World

ANTIGEN, ADJUVANT = 0, 1


@kernel
def educate(
    antigen,
    adjuvant,
    left,
    induced,
    il10,
    pitch,
    relax_shown,
    relax_mature,
    complexes,
    relax_primed,
    alive,
    x,
    y,
    n,
    presented,
    maturity,
    cox2,
    primed,
):
    """Every dendritic cell moves towards what antigen, adjuvant and IL-10 ask of it.

    antigen, adjuvant : in half-effect units. left : maturation that the drug leaves.
    induced : COX-2 that the drug asks for, 0..1. complexes : soluble complexes on FcγRIII, in
    half-effect units.
    """
    held = complexes / (1.0 + complexes)
    shown = antigen / (1.0 + antigen)
    for row in range(n):
        if alive[row]:
            alarm = adjuvant / (1.0 + il10[x[row] // pitch, y[row] // pitch])
            presented[row] += relax_shown * (shown - presented[row])
            maturity[row] += relax_mature * (left * alarm / (1.0 + alarm) - maturity[row])
            cox2[row] += relax_mature * (induced - cox2[row])
            primed[row] += relax_primed * (held - primed[row])


@kernel
def display(presented, maturity, alive, x, y, n, shown, stimulating):
    """Sum what dendritic cells show over the nine sites around each, in row order.

    shown : all antigen on show, per site. stimulating : the same, weighted by maturity.
    """
    width, height = shown.shape
    for i in range(width):
        for j in range(height):
            shown[i, j] = 0.0
            stimulating[i, j] = 0.0
    for row in range(n):
        if alive[row]:
            for da in range(-1, 2):
                a = (x[row] + da) % width
                for db in range(-1, 2):
                    b = (y[row] + db) % height
                    shown[a, b] += presented[row]
                    stimulating[a, b] += presented[row] * maturity[row]


class Dendritic:
    """Phase: antigen decays, dendritic cells take it up, mature or are held back."""

    name: ClassVar[str] = "dendritic"
    reads: ClassVar[tuple[str, ...]] = (
        "antigen_sink",
        "dc_maturation",
        "dc_sign_signal",
        "dc_priming",
    )
    drives: ClassVar[tuple[str, ...]] = ("t_cells", "cytokines", "receptor_expression")

    def __init__(self, world: "World") -> None:
        ps, given = world.ps, world.resolved.scenario.immunisation
        self.relax_shown = -float(expm1(-world.dt / ps["dendritic.presentation_time"]))
        self.relax_mature = -float(expm1(-world.dt / ps["dendritic.maturation_time"]))
        self.relax_primed = -float(expm1(-world.dt / ps["dendritic.priming_time"]))
        self.calm = ps["dendritic.calm"]
        self.fcgr3 = world.present("FcgRIII") * world.present("FcgRIIIA")  # mouse, man
        self.keep_complex = float(exp(-world.dt * ps["dendritic.loss_complex"]))
        self.cox2 = world.present("COX-2")
        self.due = round(given.day / world.dt) if given else 0
        strength = given.strength if given else 0.0
        self.amount = np.array(
            [ps["immunisation.antigen"] * strength, ps["immunisation.adjuvant"] * strength]
        )
        keep = np.array(
            [
                float(exp(-world.dt * ps["immunisation.decay_antigen"])),
                float(exp(-world.dt * ps["immunisation.decay_adjuvant"])),
            ]
        )
        self.keep = np.ones(2) if world.body.closed else keep
        dish = world.resolved.scenario.dish
        if dish is not None:  # of another donor, or of the medium; the adjuvant is what is added
            self.amount = np.array([ps["culture.antigen"], dish.stimulus.get("LPS", 0.0)])

    def drain(self, world: "World") -> tuple[float, float]:
        """Antigen and adjuvant that cells see in this step, half-effect units."""
        world.immunogen *= self.keep
        if world.step == self.due:
            world.immunogen += self.amount
        free = 1.0 + float(world.ports["antigen_sink"][0])
        alarm = float(world.immunogen[ADJUVANT])
        if not world.body.closed:  # LPS in a dish is no antigen that is carried off
            alarm /= free
        return float(world.immunogen[ANTIGEN]) / free, alarm

    def induced(self, world: "World") -> float:
        """COX-2 that engaged DC-SIGN asks for, 0..1."""
        signal = float(world.ports["dc_sign_signal"][0])
        return self.cox2 * signal / (1.0 + signal)

    def complexes(self, world: "World") -> float:
        """Soluble complexes on FcγRIII, the drug's and injected ones, half-effect units."""
        world.given_complex *= self.keep_complex
        return self.fcgr3 * (float(world.ports["dc_priming"][0]) + world.given_complex)

    def send(self, world: "World", primed: list[float]) -> None:
        """What primed cells, in row order, send to phagocytes."""
        total = 0.0
        for share in primed:
            total += share
        world.calm = self.calm * total

    def advance(self, world: "World") -> None:
        """One step of uptake and maturation."""
        table = world.tables["dendritic_cell"]
        antigen, adjuvant = self.drain(world)
        if table.n == 0:
            return
        educate(
            antigen,
            adjuvant,
            float(world.ports["dc_maturation"][0]),
            self.induced(world),
            world.felt("il10"),
            world.fields.pitch,
            self.relax_shown,
            self.relax_mature,
            self.complexes(world),
            self.relax_primed,
            table["alive"],
            table["x"],
            table["y"],
            table.n,
            table["presented"],
            table["maturity"],
            table["cox2"],
            table["primed"],
        )
        self.send(world, table["primed"].tolist())
        display(
            table["presented"],
            table["maturity"],
            table["alive"],
            table["x"],
            table["y"],
            table.n,
            world.shown,
            world.stimulating,
        )
