"""Adhesion and co-stimulation: antibodies in pooled IgG block contacts of T cells."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class ContactBlockade(Mechanism):
    id = "FAB_CELLCELL"
    name = "Blockade of cell-cell contacts"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "cell_contact"
    claim = (
        "Antibodies in pooled IgG bind adhesive and co-stimulatory receptors (RGD-binding "
        "integrins, CD40, ICAM-1) and prevent contact, adhesion and entry into tissue."
    )
    falsified_by = (
        "Adhesion of T cells to endothelium that F(ab')2 at therapeutic levels leaves unchanged."
    )
    sources = (
        "Vassilev 1999 Blood 93:3624",
        "Bayry 2009 PNAS 106:E24",
    )
    contested = False

    def contribution(self, drug: "Drug") -> float:
        held = drug.level(self.id, self._weight, "in_lymphoid")
        bound = held / (drug.ps["t_cell.kd_adhesion"] * NANOMOLAR)
        return 1.0 / (1.0 + bound)

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.specificity("anti_adhesion")
