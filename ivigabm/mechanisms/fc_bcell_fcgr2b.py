"""FcγRIIB on B cells: IgG dimers link the inhibitory receptor."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class BCellFcgr2b(Mechanism):
    id = "FC_BCELL_FCGR2B"
    name = "B-cell modulation through FcγRIIB"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "b_cell_drive"
    claim = (
        "Dimeric IgG engages FcγRIIB on B cells against the competition of monomer, which "
        "restrains their activation and division."
    )
    falsified_by = (
        "Equal restraint of autoreactive B cells by IVIg with and without FcγRIIB on them."
    )
    sources = ("Tackenberg 2009 PNAS 106:4788", "Quast 2015")
    contested = False

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        dimer = drug.level(self.id, self._dimer, "in_lymphoid")
        linked = dimer * ps["binding.dimer_weight"]
        rival = 1.0 + drug.level("monomer for " + self.id, self._monomer, "in_lymphoid")
        signal = linked / (linked + rival)
        return 1.0 - ps["b_cell.inhibition_fcgr2b"] * signal

    def _dimer(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.fcgr2b_affinity * drug.dimer

    def _monomer(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.fcgr2b_affinity * (1.0 - drug.dimer)
