"""Cytokine neutralisation by natural anti-cytokine antibodies."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.cytokines import NEUTRALISED
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class CytokineNeutralisation(Mechanism):
    id = "FAB_CYTOKINE"
    name = "Cytokine neutralisation"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "cytokine_sink"
    claim = "Natural anti-cytokine antibodies in pooled IgG bind cytokines in solution."
    falsified_by = "Free cytokine that pooled F(ab')2 at therapeutic levels leaves unchanged."
    sources = (
        "Svenson & Bendtzen (natural antibodies to cytokines)",
        "Le Pottier 2007",
        "Maddur 2012",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        bound = drug.level(self.id, self._weight, "at_target")
        # TNF, IL-1 and IL-6 alike
        return np.full(len(NEUTRALISED), bound / (drug.ps["antitnf.kd"] * NANOMOLAR))

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.specificity("anti_cytokine")
