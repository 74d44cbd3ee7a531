"""Down-regulation of activating Fcγ receptors under soluble complexes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class FcgrDown(Mechanism):
    id = "FC_FCGR_DOWN"
    name = "Down-regulation of activating Fcγ receptors"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "fcgr_complexes"
    claim = (
        "Phagocytes that bind dimers and larger complexes of IgG show fewer activating Fcγ "
        "receptors."
    )
    falsified_by = "Unchanged FcγRIIA, IIIA or IV on phagocytes after high-dose IVIg."
    sources = (
        "Kaneko 2006 J Exp Med 203:789",
        "Tjon 2014 J Immunol",
        "Song (monoclonal antibodies that mimic anti-D)",
    )
    contested = False

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "effector")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        weight = drug.features(self.needs) * drug.dimer
        return weight / (drug.ps["expression.half_complex"] * MICROMOLAR)
