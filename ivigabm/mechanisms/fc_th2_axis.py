"""The Th2 axis: sensor cells that have met the drug release IL-33 to basophils."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class Th2Axis(Mechanism):
    id = "FC_TH2_AXIS"
    name = "IL-33, basophil, IL-4 axis"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "il33_release"
    claim = (
        "Sensor cells that bound the drug release IL-33; basophils answer with IL-4. The edge "
        "carries the drug-evoked release only."
    )
    falsified_by = "Full activity of IVIg in mice without IL-33, IL-4 or basophils."
    sources = (
        "Anthony 2011 Nature 475:110",
        "Crow 2007 Blood 109:155",
        "Tjon 2014",
        "Wermeling 2013 PNAS 110:10729",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.sensor_release
