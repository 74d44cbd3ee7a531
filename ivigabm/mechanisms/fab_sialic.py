"""Sialic acid on Fab: lectin-enriched IgG calms macrophages through their sialic-acid receptors."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class FabSialicAcid(Mechanism):
    id = "FAB_SIALIC"
    name = "Fab-linked sialic acid"
    pathway = "Fab2"
    needs = frozenset({"paratope", "fab_sialic"})
    port = "macrophage_output"
    claim = (
        "IgG with sialic acid on its Fab, which is what the lectin SNA enriches, lowers the "
        "cytokine output of monocytes and macrophages."
    )
    falsified_by = "Equal cytokine output of macrophages under SNA-enriched and -depleted IgG."
    sources = ("Guhr 2011 PLoS ONE 6:e21246", "Stadlmann 2009 Proteomics 9:4143")
    contested = True

    def contribution(self, drug: "Drug") -> float:
        level = drug.level(self.id, self._weight, "at_target")
        return 1.0 / (1.0 + level / (drug.ps["fabsialic.half"] * MICROMOLAR))

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs)
