"""T cell of the pathogenic specificity, or regulatory T cell."""

from ivigabm.engine.views import RowAgent, column


class TCell(RowAgent):
    """stage: 0 naive, 1 blast, 2 effector, 3 regulatory.

    programme: of an effector, 1 where it makes IL-17, 2 another, 0 not yet decided.

    generation: divisions since priming. activation: 0..1, memory of antigen met lately; an
    active effector secretes TNF, IFN-gamma and chemokine, an active regulatory cell IL-10.
    """

    kind = "t_cell"
    x, y = column(), column()
    stage = column()
    generation = column()
    programme = column()
    activation = column()
