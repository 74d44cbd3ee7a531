"""Dendritic cell of the lymphoid niche: shows antigen, matures under adjuvant."""

from ivigabm.engine.views import RowAgent, column


class DendriticCell(RowAgent):
    """presented: antigen on show, 0..1. maturity: co-stimulation, 0..1.

    cox2: COX-2 that the therapeutic IgG has induced, 0..1; it makes PGE2.
    """

    kind = "dendritic_cell"
    x, y = column(), column()
    presented = column()
    maturity = column()
    cox2 = column()
