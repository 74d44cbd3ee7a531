"""Pathogenic antibody: a parcel that stands for an amount of identical molecules."""

from ivigabm.engine.views import RowAgent, column


class Autoantibody(RowAgent):
    """A parcel of one antibody pool; its amount is nmol of the whole body's tissue content."""

    kind = "autoantibody"
    x, y = column(), column()
    pool = column()
    amount_nmol = column()
