"""Who there is: one class per kind, each a view of one table's rows."""

from ivigabm.agents.autoantibody import Autoantibody
from ivigabm.agents.b_cell import BCell
from ivigabm.agents.basophil import Basophil
from ivigabm.agents.dendritic_cell import DendriticCell
from ivigabm.agents.fcg_receptor import FcgReceptor
from ivigabm.agents.igg import TherapeuticIgG
from ivigabm.agents.macrophage import Macrophage
from ivigabm.agents.neutrophil import Neutrophil
from ivigabm.agents.neutrophil_receptor import NeutrophilReceptor
from ivigabm.agents.nk_cell import NKCell
from ivigabm.agents.nk_receptor import NKReceptor
from ivigabm.agents.sensor_cell import SensorCell
from ivigabm.agents.t_cell import TCell
from ivigabm.agents.target_cell import TargetCell
from ivigabm.engine.views import RowAgent

AGENTS: dict[str, type[RowAgent]] = {
    agent.kind: agent
    for agent in (
        BCell, Macrophage, FcgReceptor, Autoantibody, TherapeuticIgG, SensorCell, Basophil,
        TargetCell, DendriticCell, TCell, Neutrophil, NeutrophilReceptor,
        NKCell, NKReceptor,
    )
}  # fmt: skip

__all__ = ["AGENTS", *(agent.__name__ for agent in AGENTS.values())]
