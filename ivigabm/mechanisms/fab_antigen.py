"""Antigen and adjuvant: antibodies in pooled IgG bind the trigger itself."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class AntigenNeutralisation(Mechanism):
    id = "FAB_ANTIGEN"
    name = "Neutralisation of antigen and adjuvant"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "antigen_sink"
    claim = (
        "Antibodies in pooled IgG bind microbial adjuvant, antigen and amyloid and keep them "
        "from dendritic cells and tissue."
    )
    falsified_by = "Equal protection by IVIg that was adsorbed against the adjuvant."
    sources = (
        "Quast 2016 J Neuroinflammation 13:42",
        "Puli 2012",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        ps = drug.ps
        held = drug.level("immunogen for " + self.id, self._recognising, "in_lymphoid")
        plasma = drug.level(self.id, self._binding, "plasma") / NANOMOLAR
        brain = drug.level(self.id, self._binding, "at_target") / NANOMOLAR
        return np.array(
            [
                held / (ps["immunisation.kd"] * NANOMOLAR),
                plasma / ps["antiabeta.kd_40"],
                plasma / ps["antiabeta.kd_42"],
                brain / ps["antiabeta.kd_oligomer"],
            ]
        )

    def _recognising(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.ps["immunisation.recognised"]

    def _binding(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.specificity("anti_abeta")
