"""The cell that the antibody binds: myelin segment, platelet, end-plate …"""

from ivigabm.engine.views import RowAgent, column


class TargetCell(RowAgent):
    """place: 0 where the scenario has its targets, above it an organ that blood cells pass through.

    opsonin: bound antibody per um2, one value per antibody pool.

    integrity, irreversible, function: working, lost and functioning shares of a fixed target.
    c1q, c4b, c3b, c5b9: complement on it. attack_phagocytic, attack_cytokine, attack_t_cell,
    attack_oxidant, attack_nk: damage rates of this step, 1/day.
    """

    kind = "target_cell"
    x, y, place = column(), column(), column()
    opsonin = column()
    c1q, c4b, c3b, c5b9 = column(), column(), column(), column()
    attack_phagocytic, attack_cytokine, attack_t_cell = column(), column(), column()
    attack_oxidant, attack_nk = column(), column()
    integrity, irreversible, function = column(), column(), column()
