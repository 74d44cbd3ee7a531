"""NK cell: touches opsonised cells and kills those that its Fcγ receptors tell it to."""

from ivigabm.engine.views import RowAgent, column


class NKCell(RowAgent):
    """activation: 0..1, memory of recent responses. response: strongest of this step.

    load: targets killed lately; granules come back as it decays.
    """

    kind = "nk_cell"
    x, y = column(), column()
    activation = column()
    response = column()
    load = column()
