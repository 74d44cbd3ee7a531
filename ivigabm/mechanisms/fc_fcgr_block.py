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
        with_fc = drug.features(self.needs) * drug.ps["binding.drug_competes"]
        dimer = drug.dimer
        per_receptor = np.column_stack([drug.fcgr_affinity, np.ones(len(dimer))])
        monomer_weight = (with_fc * (1.0 - dimer))[:, None] * per_receptor
        dimer_weight = (with_fc * dimer)[:, None] * per_receptor
        return np.stack(
            [
                drug.channels(monomer_weight, drug.effector),
                drug.channels(dimer_weight, drug.effector),
            ]
        )
