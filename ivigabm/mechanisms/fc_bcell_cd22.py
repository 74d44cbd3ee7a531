"""CD22: disialylated Fc dampens B-cell receptor signalling."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class BCellCd22(Mechanism):
    id = "FC_BCELL_CD22"
    name = "B-cell modulation through CD22"
    pathway = "Fc"
    needs = frozenset({"fc", "n297_glycan", "fc_sialic26"})
    port = "cd22_ligand"
    claim = (
        "Sialylated IgG binds CD22, dampens antigen-receptor signalling and holds B cells back "
        "from activation and division."
    )
    falsified_by = (
        "B-cell activation that sialylated IgG restrains no better than desialylated IgG."
    )
    sources = ("Seite 2010 Blood 116:1698", "Schwab 2012 Eur J Immunol 42:826")
    contested = True

    def contribution(self, drug: "Drug") -> float:
        level = drug.level(self.id, self._weight, "in_lymphoid")
        return level / (drug.ps["b_cell.half_cd22"] * MICROMOLAR) * drug.presence["CD22"]

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs)
