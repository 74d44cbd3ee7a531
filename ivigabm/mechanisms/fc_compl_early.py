"""Early classical pathway: multimeric Fc consumes or blocks C1q, C2, C4."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import GRAMS

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class EarlyClassicalBlock(Mechanism):
    id = "FC_COMPL_EARLY"
    name = "Early classical-pathway consumption or block"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "early_classical"
    claim = (
        "Dimers and multimers of Fc consume or block the first classical components, apart from "
        "C3b scavenging."
    )
    falsified_by = "C1q and C4b deposition that multimeric Fc leaves unchanged."
    sources = ("Lutz 2004 Blood 103:465", "Piepers 2010", "Spirig 2018")
    contested = True

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        held = drug.level(self.id, self._weight, "at_target")
        return 1.0 / (1.0 + held * ps["mass.igg"] * GRAMS / ps["complement.early_half"])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * (drug.joined * drug.ps["complement.drug_acts"])
