"""Basophil: answers IL-33 with IL-4."""

from ivigabm.engine.views import RowAgent, column


class Basophil(RowAgent):
    """activation: 0..1."""

    kind = "basophil"
    x, y = column(), column()
    activation = column()
