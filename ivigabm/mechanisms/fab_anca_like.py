"""Antibodies to granule antigens activate neutrophils that TNF has primed."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class AncaLike(Mechanism):
    id = "FAB_ANCA_LIKE"
    name = "Neutrophil activation by ANCA-like antibodies"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "neutrophil_stimulus"
    claim = (
        "Antibodies of pooled IgG to proteinase 3 and other granule antigens on the surface of "
        "TNF-primed neutrophils activate them."
    )
    falsified_by = "Peroxide from TNF-primed neutrophils that pooled F(ab')2 leaves unchanged."
    sources = ("ANCA-like antibodies in IVIg 2007 Blood 109:4376",)
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "effector")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        weight = drug.features(self.needs) * drug.two_armed * drug.specificity("anti_granule")
        return weight / (drug.ps["antigranule.half"] * NANOMOLAR)
