"""Agonistic anti-Fas: at high local concentration two arms cross-link Fas and kill."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class FasAgonist(Mechanism):
    id = "FAB_FAS_AGONIST"
    name = "Agonistic anti-Fas"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "fas_agonist"
    claim = "At high local concentration anti-Fas cross-links Fas, and inflammatory cells die."
    falsified_by = (
        "Death of granulocytes at 20 to 50 g/L of pooled IgG that soluble Fas does not lower."
    )
    sources = ("Prasad 1998 J Immunol 161:3781", "Altznauer 2003 J Allergy Clin Immunol")
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "effector")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        weight = drug.features(self.needs) * drug.two_armed * drug.specificity("anti_fas")
        return weight / (drug.ps["antifas.half_agonist"] * NANOMOLAR)
