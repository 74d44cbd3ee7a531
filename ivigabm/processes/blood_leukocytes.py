"""How many Fcγ receptors the leukocytes of the blood show: one mean cell of each lineage.

Blood is well mixed, so cells of a lineage see the same and one stands for all, as a pool of
plasma does for its molecules. Set-points and turnover are those of `receptor_expression`, with
what reaches the blood in place of what is around a phagocyte: cytokines of the section as plasma
dilutes them, and soluble complexes as plasma holds them where tissue lets in a share only.
Lectins that bind sialylated Fc stand on macrophages of tissue, not on these cells, so type II
signals reach them by IL-4 only. FcγRIIB of B cells has one more signal, its own linking by the
drug. These cells act on nobody.

    dR/dt = (R* - R)/tau,   R* = R0 * prod_s [1 + (u_s - 1) x_s / (1 + x_s)]
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import expm1
from ivigabm.knowledge import ParameterSet, generic, receptor_copies, receptor_role
from ivigabm.processes.cytokines import TRAVELLING, Cytokines

if TYPE_CHECKING:
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Array = NDArray[np.float64]

LINEAGES = ("monocyte", "dendritic_cell", "b_cell", "neutrophil", "nk_cell")
SIGNALS = ("tnf", "c5a", "ifn_gamma", "il4", "complexes", "linking")
CYTOKINES = {"tnf": "tnf", "c5a": "c5a", "ifn_gamma": "ifng"}  # signal -> its word in rows


def receptors_in_blood(scenario: "Scenario") -> dict[str, dict[str, float]]:
    """Lineage -> receptor, with its allele -> copies per cell in health."""
    species, genotype = scenario.receptor_species, scenario.genotype
    return {name: receptor_copies(species, name, genotype) for name in LINEAGES}


def _fold(ps: ParameterSet, signal: str, role: str, lineage: str) -> float:
    """Fold of a set-point at saturation of a signal."""
    inhibitory = role == "inhibitory"
    if not inhibitory and role != "activating":
        return 1.0
    if signal in CYTOKINES:
        kind = "fcgr2b" if inhibitory else "activating"
        return ps[f"expression.{CYTOKINES[signal]}_fold_{kind}"]
    if signal == "complexes":
        return 1.0 if inhibitory else ps[f"expression.complex_fold_{lineage}"]
    if not inhibitory:
        return 1.0
    if signal == "linking":
        own, general = f"fcgr2b.fold_linked_{lineage}", None
    else:
        own, general = f"fcgr2b.fold_max_{lineage}", "fcgr2b.fold_max"
    row = own if own in ps else general
    return ps[row] if row else 1.0


class BloodLeukocytes:
    """Part of the phase of receptor expression: every receptor moves towards its set-point.

    Attributes
    ----------
    names : lineage and receptor of each entry of `world.leukocyte_receptors`.
    baseline : copies in health, where a run starts.
    """

    name: ClassVar[str] = "receptor_expression"

    def __init__(self, world: "World") -> None:
        ps, scenario = world.ps, world.resolved.scenario
        shown = receptors_in_blood(scenario)
        species = scenario.receptor_species
        self.names = [(cell, name) for cell, copies in shown.items() for name in copies]
        roles = [receptor_role(species, generic(name)) for _, name in self.names]
        self.activating = np.array([role == "activating" for role in roles])
        self.baseline = np.array(
            [
                0.0 if generic(name) in world.missing else shown[cell][name]
                for cell, name in self.names
            ]
        )
        self.folds = np.array(
            [
                [_fold(ps, signal, role, cell) for signal in SIGNALS]
                for (cell, _), role in zip(self.names, roles, strict=True)
            ]
        )
        self.relax = -float(expm1(-world.dt / ps["receptor.turnover"]))
        self.diluted = ps["cytokine.exchange"] / ps["cytokine.plasma_loss"]
        self.richer = 1.0 if world.sees_plasma else 1.0 / world.tissue_ratio
        self.half = {signal: ps[f"expression.half_{row}"] for signal, row in CYTOKINES.items()}
        self.half_il4 = ps["expression.half_il4"]
        self.il4_seen = world.present("IL-4R") * ps["fcgr2b.il4_share"]
        self.c5a_receptor = world.present("C5aR")
        self.inhibition = ps["b_cell.inhibition_fcgr2b"]

    def levels(self, world: "World") -> Array:
        """Signals in plasma over their half effects, in the order of `SIGNALS`."""
        ports, fields = world.ports, world.fields

        def spilled(name: str) -> float:
            level = self.diluted * float(np.mean(fields[name]))
            return level + world.given.get(name, 0.0)

        held = (1.0 / float(ports["ifng_response"][0]) - 1.0) * self.richer
        evoked = self.diluted * float(np.mean(ports["fcgr2b_signal"]))
        other = float(fields.plasma[TRAVELLING.index("il4_own")]) + world.given["il4_own"]
        restrained = max(0.0, 1.0 - float(ports["b_cell_drive"][0])) / self.inhibition
        linked = min(restrained, 1.0 - 1e-9)  # signal over its most, as level over half effect
        return np.array(
            [
                spilled("tnf") / (1.0 + Cytokines.sink(world, "tnf")) / self.half["tnf"],
                spilled("c5a")
                / (1.0 + Cytokines.sink(world, "c5a"))
                * self.c5a_receptor
                / self.half["c5a"],
                spilled("ifn_gamma") / (1.0 + held) / self.half["ifn_gamma"],
                (evoked + other / self.half_il4) * self.il4_seen,
                float(np.mean(ports["fcgr_complexes"])) * self.richer,
                linked / (1.0 - linked),
            ]
        )

    def advance(self, world: "World") -> None:
        """One step of turnover."""
        if world.body.closed:  # a dish has no blood
            return
        level = self.levels(world)
        fold = 1.0 + (self.folds - 1.0) * (level / (1.0 + level))
        left = np.where(self.activating, world.comparators.display_left, 1.0)
        target = self.baseline * np.prod(fold, axis=1) * left
        copies = world.leukocyte_receptors
        copies += self.relax * (target - copies)
