"""Mesa as the face of the column tables.

State lives in tables, rules run over columns. What is here lets a reader meet the model as any
Mesa model: agents, agent sets, a grid with property layers. All of it is made when someone
looks and thrown away afterwards; a run in which nobody looks makes no agent and no grid.

- `RowAgent`, `column`: one agent, seen through its row
- `TableAgentSet`: many agents, seen through their columns
- `SiteGrid`: the grid, its cells and its property layers
- `TableModel`: the `mesa.Model` that offers them
"""

from ivigabm.engine.columns import Gone
from ivigabm.engine.views.agents import RowAgent, column
from ivigabm.engine.views.grid import SiteGrid
from ivigabm.engine.views.model import TableModel
from ivigabm.engine.views.sets import TableAgentSet

__all__ = ["Gone", "RowAgent", "SiteGrid", "TableAgentSet", "TableModel", "column"]
