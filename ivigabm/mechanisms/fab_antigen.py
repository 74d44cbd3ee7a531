"""Antigen and adjuvant: antibodies in pooled IgG bind the trigger itself."""

from typing import TYPE_CHECKING

from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes.drug import NANOMOLAR

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class AntigenNeutralisation(Mechanism):
    id = "FAB_ANTIGEN"
    name = "Neutralisation of antigen and adjuvant"
    pathway = "Fab2"
    needs = frozenset({"paratope"})
    port = "antigen_sink"
    claim = (
        "Antibodies in pooled IgG bind microbial adjuvant and antigen and keep them from "
        "dendritic cells."
    )
    falsified_by = "Equal protection by IVIg that was adsorbed against the adjuvant."
    sources = (
        "Quast 2016 J Neuroinflammation 13:42",
        "Puli 2012",
    )
    contested = True

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        weight = drug.features(self.needs) * ps["immunisation.recognised"]
        return drug.mean(weight, drug.in_lymphoid) / (ps["immunisation.kd"] * NANOMOLAR)
