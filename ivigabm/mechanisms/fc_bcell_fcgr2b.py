"""FcγRIIB on B cells: IgG dimers link the inhibitory receptor."""

from typing import TYPE_CHECKING

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class BCellFcgr2b(Mechanism):
    id = "FC_BCELL_FCGR2B"
    name = "B-cell modulation through FcγRIIB"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "b_cell_drive"
    claim = (
        "Dimeric IgG engages FcγRIIB on B cells against the competition of monomer, which "
        "restrains their activation and division."
    )
    falsified_by = (
        "Equal restraint of autoreactive B cells by IVIg with and without FcγRIIB on them."
    )
    sources = ("Tackenberg 2009 PNAS 106:4788", "Quast 2015")
    contested = False

    def contribution(self, drug: "Drug") -> float:
        ps = drug.ps
        fc = drug.features(self.needs) * drug.fcgr2b_affinity
        linked = drug.mean(fc * drug.joined, drug.in_lymphoid) * ps["binding.dimer_weight"]
        rival = 1.0 + drug.mean(fc * (1.0 - drug.joined), drug.in_lymphoid)
        signal = linked / (linked + rival)
        return 1.0 - ps["b_cell.inhibition_fcgr2b"] * signal
