"""Basophils: antibodies to IgE in pooled IgG cross-link it and call forth IL-4."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class BasophilIge(Mechanism):
    id = "FAB_BASO_IGE"
    name = "Basophil IL-4 through surface IgE"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "basophil_ige"
    claim = (
        "Two-armed antibodies to IgE cross-link it on primed basophils, which release IL-4 "
        "without IL-33."
    )
    falsified_by = "IL-4 from basophils that carry no IgE, or none under IVIg with IL-3."
    sources = ("Galeotti 2019 J Allergy Clin Immunol 144:524",)
    contested = True

    def contribution(self, drug: "Drug") -> float:
        level = drug.level(self.id, self._weight, "in_lymphoid")
        return level / (drug.ps["antiige.half"] * NANOMOLAR)

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.two_armed * drug.specificity("anti_ige")
