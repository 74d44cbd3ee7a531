"""One Fcγ receptor type on one NK cell."""

from ivigabm.agents.fcg_receptor import FcgReceptor


class NKReceptor(FcgReceptor):
    """As an Fcγ receptor of a macrophage."""

    kind = "nk_receptor"
