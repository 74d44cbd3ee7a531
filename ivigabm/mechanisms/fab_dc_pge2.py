"""DC-SIGN on dendritic cells: F(ab')2 induces COX-2 and PGE2, which expand Treg."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class DendriticPge2(Mechanism):
    id = "FAB_DC_PGE2"
    name = "F(ab')2, DC-SIGN, COX-2, PGE2 route to Treg"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "dc_sign_signal"
    claim = (
        "F(ab')2 engages DC-SIGN on dendritic cells, which make PGE2 through COX-2; "
        "regulatory T cells then divide more."
    )
    falsified_by = (
        "Expansion of regulatory T cells by IVIg that a COX-2 inhibitor leaves unchanged."
    )
    sources = ("Trinath 2013 Blood 122:1419",)
    contested = True

    def contribution(self, drug: "Drug") -> float:
        return drug.grams(self.id, self._weight) / drug.ps["dc_sign.half_paratope"]

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        paratope = drug.features(self.needs) * drug.ps["dc_sign.paratope"]
        return paratope * drug.presence["DC-SIGN"]
