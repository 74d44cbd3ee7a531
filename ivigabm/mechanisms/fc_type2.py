"""Type II Fc receptors: disialylated Fc acts on effector cells themselves."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class TypeTwoReceptor(Mechanism):
    id = "FC_TYPE2"
    name = "Type II Fc receptors on effector cells"
    pathway = "Fc"
    needs = frozenset({"fc", "n297_glycan", "fc_sialic26"})
    port = "type2_signal"
    claim = (
        "Sialylation closes the Fc and opens C-type lectin binding (DC-SIGN, CD23) on effector "
        "cells, which then raise FcγRIIB."
    )
    falsified_by = "Equal potency of tetra-Fc-sialylated and asialylated IgG at one dose."
    sources = (
        "Kaneko 2006 Science 313:670",
        "Sondermann 2013 PNAS 110:9868",
        "Fiebiger 2015 PNAS 112:E2385",
        "Washburn 2015 PNAS 112:E1297",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "effector")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        ps = drug.ps
        bound = 1.0 - ps["type2.disputed_share"] * (1.0 - ps["dc_sign.sialylated_fc"])
        bound *= ps["sialylation.weight"]
        bound *= 1.0 - ps["type2.cd23_share"] * (1.0 - drug.presence["CD23"])
        return bound * drug.features(self.needs) / (ps["type2.half_disialylated"] * MICROMOLAR)
