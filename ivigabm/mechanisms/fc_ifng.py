"""IFN-γ responsiveness: complexes on FcγRIII lower the IFN-γ receptor of phagocytes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class IfngSuppression(Mechanism):
    id = "FC_IFNG"
    name = "Suppression of IFN-γ responsiveness"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "ifng_response"
    claim = (
        "Soluble complexes of IVIg that act on FcγRIII lower the second chain of the IFN-γ "
        "receptor and blunt the answer of macrophages."
    )
    falsified_by = "Equal suppression of IFN-γ signalling in FcγRIII-deficient macrophages."
    sources = ("Park-Min 2007 Immunity 26:67", "Tjon 2014 J Immunol")
    contested = False

    def contribution(self, drug: "Drug") -> float:
        held = drug.level(self.id, self._weight, "at_target") * drug.presence["FcgRIII"]
        held *= drug.presence["FcgRIIIA"]  # its orthologue in man
        return 1.0 / (1.0 + held / (drug.ps["expression.half_ifngr"] * MICROMOLAR))

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.dimer
