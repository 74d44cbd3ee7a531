"""Blocking anti-Fas: bound antibody keeps Fas ligand away."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class FasBlock(Mechanism):
    id = "FAB_FAS_BLOCK"
    name = "Blocking anti-Fas"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "fas_block"
    claim = "At lower concentration anti-Fas occupies Fas and prevents death by Fas ligand."
    falsified_by = "Death by Fas ligand that pooled IgG at 1 to 10 g/L leaves unchanged."
    sources = ("Viard 1998 Science 282:490", "Altznauer 2003 J Allergy Clin Immunol")
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "effector")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        weight = drug.features(self.needs) * drug.specificity("anti_fas")
        return weight / (drug.ps["antifas.kd"] * NANOMOLAR)
