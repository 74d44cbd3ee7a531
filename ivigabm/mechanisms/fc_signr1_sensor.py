"""SIGN-R1 / DC-SIGN: sensor cells bind sialylated Fc."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class SensorLectin(Mechanism):
    id = "FC_SIGNR1_SENSOR"
    name = "SIGN-R1 / DC-SIGN sensing of sialylated Fc"
    pathway = "Fc"
    needs = frozenset({"fc", "n297_glycan", "fc_sialic26"})
    port = "sensor_occupancy"
    claim = (
        "A CSF-1-dependent sensor cell of the marginal zone binds disialylated Fc with its "
        "lectin and starts a soluble signal to effector cells."
    )
    falsified_by = "Full activity of IVIg without SIGN-R1 or without CSF-1-dependent macrophages."
    sources = (
        "Bruhns 2003 Immunity 18:573",
        "Anthony 2008 PNAS 105:19571",
        "Anthony 2011 Nature 475:110",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.spread(self.id, self._weight, "lymphoid")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        ps = drug.ps
        bound = ps["sialylation.weight"]
        bound *= 1.0 - ps["sensor.dc_sign_share"] * (1.0 - ps["dc_sign.sialylated_fc"])
        return bound * drug.features(self.needs) / (ps["sensor.half_disialylated"] * MICROMOLAR)
