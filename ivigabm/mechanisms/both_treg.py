"""Regulatory T cells: pooled IgG expands natural Treg by routes not told apart."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class TregExpansion(Mechanism):
    id = "BOTH_TREG"
    name = "Treg expansion by any route"
    pathway = "both"
    needs = frozenset({"fc", "paratope"})
    either = True
    port = "treg_stimulus"
    claim = (
        "IgG or either of its parts makes natural regulatory T cells divide, beside the "
        "routes that have a mechanism of their own."
    )
    falsified_by = "Protection by IVIg that depletion of regulatory T cells leaves unchanged."
    sources = (
        "Ephrem 2008 Blood 111:715",
        "Kessel 2007 J Immunol 179:5571",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        push = drug.grams(self.id, self._weight) / drug.ps["treg.half_igg"]
        return np.array([push, 0.0])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.either(self.needs)
