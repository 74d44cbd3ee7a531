"""BAFF and APRIL neutralisation: B cells lose a survival signal."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class BaffNeutralisation(Mechanism):
    id = "FAB_BAFF"
    name = "BAFF / APRIL neutralisation"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "baff_sink"
    claim = (
        "Anti-BAFF and anti-APRIL F(ab')2 remove B-cell survival signals and lower the output "
        "of autoantibody."
    )
    falsified_by = "B-cell survival in vitro that pooled F(ab')2 leaves unchanged."
    sources = ("Le Pottier 2007",)
    contested = False

    def contribution(self, drug: "Drug") -> float:
        bound = drug.level(self.id, self._weight, "in_lymphoid")
        return bound / (drug.ps["antibaff.kd"] * NANOMOLAR)

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.specificity("anti_cytokine")
