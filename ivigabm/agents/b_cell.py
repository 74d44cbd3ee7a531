"""B cell of the pathogenic clone, from naive to plasma cell."""

from ivigabm.engine.views import RowAgent, column


class BCell(RowAgent):
    """stage: 0 naive, 1 activated, 2 plasmablast, 3 short-, 4 long-lived plasma cell."""

    kind = "b_cell"
    x, y = column(), column()
    stage = column()
