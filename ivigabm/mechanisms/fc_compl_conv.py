"""Attenuated amplification: C3b2-IgG complexes are inactivated sooner."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import GRAMS

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class ConvertaseAttenuation(Mechanism):
    id = "FC_COMPL_CONV"
    name = "Attenuated complement amplification"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "convertase"
    claim = (
        "IVIg promotes the inactivation of C3b2-containing complexes that sustain amplification."
    )
    falsified_by = (
        "A half-life of C3b2-IgG complexes that IgG at therapeutic levels leaves unchanged."
    )
    sources = ("Lutz 2004 Blood 103:465",)
    contested = False

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        grams = drug.level(self.id, self._weight, "at_target") * ps["mass.igg"] * GRAMS
        return 1.0 / (1.0 + grams / ps["complement.convertase_half"])

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.ps["complement.drug_acts"]
