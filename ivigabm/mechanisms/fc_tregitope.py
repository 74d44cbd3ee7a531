"""Tregitopes: peptides of the Fc, presented on MHC class II, activate natural Treg."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class Tregitope(Mechanism):
    id = "FC_TREGITOPE"
    name = "Tregitopes of the Fc"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "treg_stimulus"
    claim = (
        "Peptides of the Fc that dendritic cells present on MHC class II activate natural "
        "regulatory T cells."
    )
    falsified_by = (
        "Regulatory T cells that Fc peptides leave unchanged, or a response that does not "
        "hang on HLA-DR."
    )
    sources = ("De Groot 2008 Blood 112:3303",)
    contested = False

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        push = drug.grams(self.id, self._weight) / drug.ps["treg.half_tregitope"]
        return np.array([push, 0.0])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs)
