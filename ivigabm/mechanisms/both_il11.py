"""IL-11: pooled IgG induces it, and it restrains Th17 cells."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class Il11(Mechanism):
    id = "BOTH_IL11"
    name = "IL-11 induction"
    pathway = "both"
    needs = frozenset({"fc", "paratope"})
    either = True
    port = "th17_restraint"
    claim = (
        "IgG or either of its parts raises IL-11 in the circulation, which restrains the "
        "differentiation of Th17 cells."
    )
    falsified_by = "Equal protection by IVIg in animals without the IL-11 receptor."
    sources = ("Figueiredo 2014 PLoS ONE 9:e101947",)
    contested = False

    def contribution(self, drug: "Drug") -> float:
        return drug.grams(self.id, self._weight) / drug.ps["t_cell.half_il11"]

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.either(self.needs)
