"""Blockade of Fcγ receptors: monomers and dimers compete with the opsonin."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class FcgrBlockade(Mechanism):
    id = "FC_FCGR_BLOCK"
    name = "Blockade of Fcγ receptors"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "fcgr_competitor"
    claim = (
        "Therapeutic IgG occupies Fcγ receptors, monomers by Langmuir competition and dimers "
        "by avidity, and keeps them from opsonised cells."
    )
    falsified_by = "Phagocytosis of opsonised cells in vitro that high IgG leaves unchanged."
    sources = (
        "Debre 1993 Lancet 342:945",
        "Teeling 2001 Blood 98:1095",
        "van Mirre 2004 J Immunol 173:332",
        "Nagelkerke 2014 Blood 124:3709",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        levels = drug.channels(self.id, self._weights, "effector")
        return levels.reshape(2, -1, *drug.mesh)

    def _weights(self, drug: "Drug") -> NDArray[np.float64]:
        """K of every receptor, then 1, of each molecule as monomer, then the same as dimer."""
        with_fc = drug.features(self.needs) * drug.ps["binding.drug_competes"]
        per_receptor = np.column_stack([drug.fcgr_affinity, np.ones(len(with_fc))])
        monomer = (with_fc * (1.0 - drug.dimer))[:, None] * per_receptor
        dimer = (with_fc * drug.dimer)[:, None] * per_receptor
        return np.hstack([monomer, dimer])
