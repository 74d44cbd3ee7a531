"""Effector T cells: F(ab')2 lowers Th1 and Th17 priming and exit from the node."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class EffectorProgramme(Mechanism):
    id = "FAB_TEFF"
    name = "Effector T-cell modulation"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "t_cell_programme"
    claim = (
        "F(ab')2 lowers Th1 and Th17 differentiation and the S1P receptor of CD4 cells, which "
        "then stay in the lymph node."
    )
    falsified_by = (
        "Equal numbers of effector T cells in tissue when F(ab')2 is given at immunisation."
    )
    sources = (
        "Othy 2013 J Immunol 190:4535",
        "Maddur 2012 J Clin Immunol",
        "Achiron 2000 J Autoimmun 15:323",
    )
    contested = True

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        grams = drug.grams(self.id, self._weight)
        return 1.0 - ps["t_cell.programme_block"] * grams / (grams + ps["t_cell.half_programme"])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs)
