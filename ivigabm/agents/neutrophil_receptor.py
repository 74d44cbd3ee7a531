"""One Fcγ receptor type on one neutrophil."""

from ivigabm.agents.fcg_receptor import FcgReceptor


class NeutrophilReceptor(FcgReceptor):
    """As an Fcγ receptor of a macrophage; it comes and goes with its neutrophil."""

    kind = "neutrophil_receptor"
