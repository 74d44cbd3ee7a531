"""Effector macrophage (or monocyte): touches opsonised cells and acts on what it reads."""

from ivigabm.engine.views import RowAgent, column


class Macrophage(RowAgent):
    """activation: 0..1, memory of recent responses. response: strongest of this step.

    load: targets eaten lately, decaying by digestion.
    """

    kind = "macrophage"
    x, y = column(), column()
    activation = column()
    response = column()
    load = column()
