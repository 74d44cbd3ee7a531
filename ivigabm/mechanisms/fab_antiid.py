"""Anti-idiotypes: F(ab')2 arms neutralise the pathogenic antibody and its B cells."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class AntiIdiotype(Mechanism):
    id = "FAB_ANTIID"
    name = "Anti-idiotype neutralisation of autoantibodies"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "idiotype_neutraliser"
    claim = (
        "F(ab')2 arms bind the variable region of autoantibodies, keep them from antigen, and "
        "bind B cells that carry the same idiotype."
    )
    falsified_by = "Equal activity of IVIg that was adsorbed against the pathogenic antibody."
    sources = (
        "Berchtold 1989 Blood 74:2414",
        "Crow 2001 Br J Haematol 115:679",
        "Fuchs 2008",
        "Jacobs 2003",
    )
    contested = True

    def contribution(self, drug: "Drug") -> float:
        return drug.level(self.id, self._weight, "at_target")

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.specificity("anti_idiotype")
