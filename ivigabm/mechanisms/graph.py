"""The wiring: molecular feature, mechanism, port, process, outcome. Built, never typed twice."""

from collections.abc import Iterable

import networkx as nx

from ivigabm.mechanisms import mechanisms
from ivigabm.mechanisms.base import Mechanism
from ivigabm.processes import processes
from ivigabm.processes.ports import PORTS

LAYERS = ("feature", "mechanism", "port", "process", "outcome")


def wiring(chosen: Iterable[Mechanism] | None = None) -> nx.DiGraph:
    """The wiring of all (or the chosen) mechanisms, as their declarations say.

    Nodes carry `layer` and `label`; mechanisms also `pathway` (Fab2, Fc or both). Edges point
    the way the effect goes.
    """
    graph = nx.DiGraph()
    names = {process.name for process in processes()}
    for process in processes():
        graph.add_node(process.name, layer="process", label=process.name.replace("_", " "))
    for process in processes():
        for driven in process.drives:
            if driven not in names:
                graph.add_node(driven, layer="outcome", label=driven.replace("_", " "))
            graph.add_edge(process.name, driven)
    for mechanism in mechanisms() if chosen is None else chosen:
        graph.add_node(
            mechanism.id, layer="mechanism", label=mechanism.id, pathway=mechanism.pathway
        )
        for need in sorted(mechanism.needs):
            graph.add_node(need, layer="feature", label=need.replace("_", " "))
            graph.add_edge(need, mechanism.id)
        port = PORTS[mechanism.port]
        graph.add_node(port.name, layer="port", label=port.name.replace("_", " "), unit=port.unit)
        graph.add_edge(mechanism.id, port.name)
        graph.add_edge(port.name, port.process)
    return graph
