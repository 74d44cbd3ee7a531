"""Neutrophil: called from the blood to opsonised tissue, where its oxidants do harm."""

from ivigabm.engine.views import RowAgent, column


class Neutrophil(RowAgent):
    """activation: 0..1, memory of recent responses. response: strongest of this step.

    load: as of a macrophage; it eats no circulating cells.
    """

    kind = "neutrophil"
    x, y = column(), column()
    activation = column()
    response = column()
    load = column()
