"""Therapeutic IgG: a parcel that stands for an amount of identical molecules."""

from ivigabm.engine.views import RowAgent, column


class TherapeuticIgG(RowAgent):
    """A parcel of one pool of the preparation, with or without disialylated Fc."""

    kind = "therapeutic_igg"
    x, y = column(), column()
    pool = column()
    amount_nmol = column()
    sialylated = column()
