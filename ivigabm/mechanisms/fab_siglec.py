"""Agonistic anti-Siglec: death of primed granulocytes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class Siglec(Mechanism):
    id = "FAB_SIGLEC"
    name = "Agonistic anti-Siglec-9 and anti-Siglec-8"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "siglec_agonist"
    claim = (
        "Natural antibodies to Siglecs kill granulocytes, the more so when cytokines or "
        "activation have primed them."
    )
    falsified_by = "Equal killing of primed granulocytes by pooled IgG without anti-Siglec-9."
    sources = ("von Gunten 2006 Blood 108:4255", "Schneider 2017 Sci Rep (PMC5430961)")
    contested = False

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "effector")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        weight = drug.features(self.needs) * drug.two_armed * drug.specificity("anti_siglec")
        return weight / (drug.ps["antisiglec.half"] * NANOMOLAR)
