"""One Fcγ receptor type on one host cell."""

from ivigabm.engine.views import RowAgent, column


class FcgReceptor(RowAgent):
    """copies: on the surface now. baseline: without signals. crosslinked: copies held in patches.

    occupied_monomer, occupied_complex: shares held by soluble IgG.
    receptor: number of the type, see `model.receptor_names`.
    """

    kind = "fcg_receptor"
    x, y = column(), column()
    host_row = column()
    receptor = column()
    baseline = column()
    copies = column()
    crosslinked = column()
    occupied_monomer = column()
    occupied_complex = column()
