"""B cell of a pathogenic clone, from naive to plasma cell."""

from ivigabm.engine.views import RowAgent, column


class BCell(RowAgent):
    """A cell of `clone`, the scenario's antibody that it makes.

    stage: 0 naive, 1 activated, 2 plasmablast, 3 short-, 4 long-lived plasma cell.
    """

    kind = "b_cell"
    x, y = column(), column()
    stage, clone = column(), column()
