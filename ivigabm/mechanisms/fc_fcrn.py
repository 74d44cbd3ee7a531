"""FcRn saturation: more IgG of any kind, less of each is saved from catabolism."""

from typing import TYPE_CHECKING

from ivigabm.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug


class FcrnSaturation(Mechanism):
    id = "FC_FCRN"
    name = "FcRn saturation"
    pathway = "Fc"
    needs = frozenset({"fc"})
    port = "fcrn_load"
    claim = (
        "Supraphysiological IgG saturates FcRn recycling, so that all IgG, the pathogenic "
        "antibody with it, is catabolised faster."
    )
    falsified_by = "An autoantibody's half-life that does not shorten while total IgG is doubled."
    sources = (
        "Hansen & Balthasar 2002 Blood 100:2087",
        "Bleeker 2001 Blood 98:3136",
        "Li 2005 J Clin Invest 115:3440",
        "Crow 2011 Blood 118:6403",
    )
    contested = True

    def contribution(self, drug: "Drug") -> float:
        return drug.pools.igg()
