"""FcγRIII on dendritic cells: soluble complexes of IVIg prime cells that calm phagocytes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class DendriticFcgr3(Mechanism):
    id = "FC_DC_FCGR3"
    name = "Dendritic-cell priming through FcγRIII"
    pathway = "Fc"
    needs = frozenset({"fc", "n297_glycan"})
    port = "dc_priming"
    claim = (
        "Dimers and other soluble complexes of IVIg engage FcγRIII of dendritic cells; primed "
        "cells make effector phagocytes raise FcγRIIB, also in a mouse they are transferred to."
    )
    falsified_by = "Equal protection by transferred cells that met IVIg without their FcγRIII."
    sources = ("Siragam 2005 J Clin Invest 115:155", "Siragam 2006 Nat Med 12:688")
    contested = True

    def contribution(self, drug: "Drug") -> float:
        level = drug.level(self.id, self._weight, "in_lymphoid")
        return level / (drug.ps["dendritic.half_complex"] * MICROMOLAR)

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        joined = drug.dimer + (1.0 - drug.dimer) * (drug.valency > 1.0)
        return drug.features(self.needs) * joined
