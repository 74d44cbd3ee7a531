"""Microglia: what pooled IgG reaches the brain calms their answer to amyloid."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug

GRAMS = 1e3  # g/mol of 1 kg/mol


class MicroglialModulation(Mechanism):
    id = "BOTH_MICROGLIA"
    name = "Microglial modulation"
    pathway = "both"
    needs = frozenset({"fc", "paratope"})
    either = True
    port = "microglia_drive"
    claim = (
        "IgG or either of its parts that has reached the tissue shifts microglia to a state in "
        "which they answer amyloid less."
    )
    falsified_by = "Equal TNF in brains of amyloid-bearing mice with and without IVIg."
    sources = ("Puli 2012 J Neuroinflammation 9:105",)
    contested = True

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        held = drug.level(self.id, self._weight, "at_target") * ps["mass.igg"] * GRAMS
        return 1.0 / (1.0 + held / ps["amyloid.half_calm"])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.either(self.needs)
