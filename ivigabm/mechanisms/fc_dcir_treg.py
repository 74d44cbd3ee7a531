"""DCIR on dendritic cells: sialylated Fc induces regulatory T cells."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class DcirTreg(Mechanism):
    id = "FC_DCIR_TREG"
    name = "DCIR route to Treg"
    pathway = "Fc"
    needs = frozenset({"fc", "n297_glycan", "fc_sialic26"})
    port = "treg_stimulus"
    claim = (
        "Sialylated IgG binds DCIR on dendritic cells, which then push regulatory T cells to "
        "divide."
    )
    falsified_by = "Equal rise of regulatory T cells under IVIg with and without DCIR."
    sources = ("Massoud 2014 J Allergy Clin Immunol 133:853",)
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        level = drug.level(self.id, self._weight, "in_lymphoid")
        ligand = level / (drug.ps["treg.half_dcir"] * MICROMOLAR) * drug.presence["DCIR"]
        return np.array([ligand, ligand])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs)
