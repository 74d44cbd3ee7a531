"""One Fcγ receptor type on one neutrophil."""

from ivigabm.agents.fcg_receptor import FcgReceptor
from ivigabm.engine.views import column


class NeutrophilReceptor(FcgReceptor):
    """As an Fcγ receptor of a macrophage; it comes and goes with its neutrophil."""

    kind = "neutrophil_receptor"
    x, y = column(), column()
    host_row = column()
    receptor = column()
    baseline = column()
    copies = column()
    crosslinked = column()
    occupied_monomer = column()
    occupied_complex = column()
