"""Anaphylatoxin scavenging by the constant part of F(ab')2."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import MICROMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class AnaphylatoxinScavenging(Mechanism):
    id = "FAB_ANAPHYLATOXIN"
    name = "C3a and C5a scavenging"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "anaphylatoxin_sink"
    claim = (
        "The constant part of F(ab')2 binds C3a and C5a with low affinity and keeps them from "
        "their receptors."
    )
    falsified_by = "C5a responses of cells in vitro that F(ab')2 of pooled IgG leaves unchanged."
    sources = ("Basta 2003 Nat Med 9:431",)
    contested = True

    def contribution(self, drug: "Drug") -> float:
        bound = drug.level(self.id, self._weight, "at_target")
        return bound / (drug.ps["antic5a.kd"] * MICROMOLAR)

    def _weight(self, drug: "Drug") -> NDArray[np.float64]:
        return drug.features(self.needs) * drug.specificity("anti_anaphylatoxin")
