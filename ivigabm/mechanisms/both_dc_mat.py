"""Dendritic cells: pooled IgG holds maturation back, so that priming falls."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class DendriticMaturation(Mechanism):
    id = "BOTH_DC_MAT"
    name = "Dendritic-cell maturation block"
    pathway = "both"
    needs = frozenset({"fc", "paratope"})
    either = True
    port = "dc_maturation"
    claim = (
        "IgG or its F(ab')2 part keeps dendritic cells from maturing, with less CD80, CD86 "
        "and IL-12, so that T-cell priming falls."
    )
    falsified_by = "Maturation of dendritic cells under LPS that IgG at 20 g/L leaves unchanged."
    sources = (
        "Bayry 2003 Blood 101:758",
        "Bayry 2009 PNAS 106:E24",
    )
    contested = True

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        grams = drug.grams(self.id, self._weight)
        return 1.0 - ps["dendritic.maturation_block"] * grams / (grams + ps["dendritic.half_block"])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.either(self.needs)
