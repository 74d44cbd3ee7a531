"""FcγRIIB up-regulation: effector macrophages answer drug-evoked IL-4."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class Fcgr2bUp(Mechanism):
    id = "FC_FCGR2B_UP"
    name = "FcγRIIB up-regulation on effector macrophages"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "fcgr2b_signal"
    claim = (
        "Effector macrophages gain FcγRIIB under drug-evoked IL-4, which raises the threshold "
        "of activating Fcγ receptors; the FcγRIIB of neutrophils keeps them out of the tissue."
    )
    falsified_by = "Equal protection by IVIg in FcγRIIB-deficient and wild-type animals."
    sources = (
        "Samuelsson 2001 Science 291:484",
        "Bruhns 2003 Immunity 18:573",
        "Karsten 2012 Nat Med 18:1401",
        "Leontyev 2012 Blood 119:5261",
        "Panda 2020 PNAS 117:3103",
        "Schwab 2014 Eur J Immunol 44:1444",
    )
    contested = True

    def contribution(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.il4 / drug.ps["expression.half_il4"]
