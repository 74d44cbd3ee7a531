"""C3b and C4b scavenging: fluid-phase IgG accepts nascent C3b in place of the target."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import GRAMS

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class C3bScavenging(Mechanism):
    id = "FC_COMPL_C3B"
    name = "C3b / C4b scavenging"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "c3b_acceptor"
    claim = (
        "Excess fluid-phase IgG, dimers far more than monomers, accepts nascent C3b and C4b and "
        "diverts them from the target; recognition by C1q is intact."
    )
    falsified_by = (
        "C3b uptake on sensitised cells in serum of treated patients that stays as before."
    )
    sources = ("Basta 1989 J Clin Invest 84:1974", "Basta 1991 J Clin Invest 87:1773", "Yuki 2011")
    contested = True

    def contribution(self, drug: "Drug") -> float:
        return drug.level(self.id, self._weight, "at_target") * drug.ps["mass.igg"] * GRAMS

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        ps = drug.ps
        dimer = drug.dimer
        return (drug.features(self.needs) * ps["complement.drug_acts"]) * (
            ps["complement.acceptor_monomer"] * (1.0 - dimer)
            + ps["complement.acceptor_dimer"] * dimer
        )
