"""Antibody-dependent killing: therapeutic IgG binds a cell, and its Fc calls NK cells."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class Adcc(Mechanism):
    id = "FAB_ADCC"
    name = "Killing of cells that therapeutic IgG binds"
    pathway = "both"
    needs = frozenset({"paratope", "intact"})
    port = "drug_opsonin"
    claim = (
        "Antibodies of pooled IgG bind a cell with their F(ab')2 arms, and NK cells kill it "
        "through the Fc, so that neither fragment alone does it."
    )
    falsified_by = "Killing of IgG-treated dendritic cells by NK cells without FcγRIIIA."
    sources = ("Tha-In 2007 Blood 110:3253",)
    contested = False

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.levels(self.id, self._weights, "at_target")

    def _weights(self, drug: "Drug") -> NDArray[np.float64]:
        """Affinity for every receptor, then 1, of each molecule that binds the target."""
        kd = drug.ps["antitarget.kd"] * NANOMOLAR
        weight = drug.features(self.needs) * drug.specificity("anti_target") / kd
        with_fc = np.column_stack([drug.fcgr_affinity, np.ones(len(weight))])
        return weight[:, None] * with_fc
