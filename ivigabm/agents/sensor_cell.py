"""SIGN-R1 / DC-SIGN bearing sensor macrophage or dendritic cell of the lymphoid niche."""

from ivigabm.engine.views import RowAgent, column


class SensorCell(RowAgent):
    """signal: rise of its lectin's occupancy above what the body's own IgG gives, 0..1."""

    kind = "sensor_cell"
    x, y = column(), column()
    signal = column()
