"""The interaction network: who acted on whom through what, counted during runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import log
from typing import Any, NamedTuple

import networkx as nx
import pandas as pd

from ivigabm.errors import unknown
from ivigabm.experiments.acts import AGENT_OF, DRUG, RECEPTORS, TREG
from ivigabm.experiments.draws import Draw, drawn
from ivigabm.experiments.tally import KEYS, Tally
from ivigabm.mechanisms import mechanisms
from ivigabm.model import IVIgModel
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.processes import processes
from ivigabm.processes.cytokines import NAMES as FIELDS
from ivigabm.scenario import Scenario

_LAYERS = {
    "therapeutic IgG": DRUG,
    "lymphoid niche": ("sensor_cell", "basophil", "b_cell", "dendritic_cell", TREG),
    "molecules": ("autoantibody", "complement", "endogenous_igg", *FIELDS),
    "tissue": ("macrophage", "neutrophil", "t_cell", "target_cell"),
}
_RECEPTORS = "receptors"
LAYERS = ("therapeutic IgG", "lymphoid niche", "molecules", _RECEPTORS, "tissue", "outcome")


class Path(NamedTuple):
    """A way from the drug to an outcome.

    nodes : agent kinds along it, the outcome last. mechanisms : ids of the ports that it passes.
    share : product of the shares of its edges. sign : -1 where it turns more into less.
    """

    nodes: tuple[str, ...]
    mechanisms: tuple[str, ...]
    share: float
    sign: int


@dataclass(frozen=True)
class Network:
    """Acts between kinds of agents.

    Attributes
    ----------
    edges : one row per source, target, process and mechanism: sign, weight (events per run, in
        `unit`) and share (mean over steps; how much of what moves the target came this way).
    """

    resolved: Resolved
    seeds: tuple[int, ...]
    days: float
    edges: pd.DataFrame = field(repr=False)

    def graph(self) -> nx.DiGraph:
        """The network with one edge between two nodes.

        Edges carry `weight`, `unit`, `share`, `process`, `mechanism`, `pathway` and `sign`. Where
        several acts join two nodes, names are joined by commas, weight and unit are those of the
        strongest, and the share is that of all together, 1 - Π(1 - share).
        """
        graph = nx.DiGraph()
        for (source, target), rows in self.edges.groupby(["source", "target"], sort=False):
            ordered = rows.sort_values("share", ascending=False, kind="stable")
            first = ordered.iloc[0]
            left = 1.0 - ordered["share"].clip(upper=1.0)
            for name in (source, target):
                graph.add_node(name, layer=layer_of(name), label=_label(name))
            graph.add_edge(
                source,
                target,
                weight=float(first["weight"]),
                unit=str(first["unit"]),
                share=1.0 - float(left.prod()),
                process=",".join(dict.fromkeys(ordered["process"])),
                mechanism=",".join(name for name in dict.fromkeys(ordered["mechanism"]) if name),
                pathway=_pathway(ordered["mechanism"]),
                sign=int(first["sign"]),
            )
        return graph

    def paths(
        self, outcome: str = "inflammation_auc", count: int = 10, most: float = 1e-9
    ) -> list[Path]:
        """The strongest ways from the drug to an outcome, by the product of shares.

        Parameters
        ----------
        count : how many. most : weaker ones than this share are not looked for.

        Raises
        ------
        InputError : nothing in this network leads to such an outcome.
        """
        graph = self._expanded()
        outcomes = [n for n in graph if isinstance(n, str) and layer_of(n) == "outcome"]
        if outcome not in outcomes:
            raise unknown("outcome", outcome, outcomes)
        found = []
        for source in DRUG:
            if source in graph and nx.has_path(graph, source, outcome):
                ways = nx.shortest_simple_paths(graph, source, outcome, weight="cost")
                found += [_path(graph, way) for way in islice(ways, count)]
        strongest = sorted(found, key=lambda path: -path.share)[:count]
        return [path for path in strongest if path.share >= most]

    def _expanded(self) -> nx.DiGraph:
        """Each act as a node of its own between its two agents, so that parallel acts differ."""
        graph = nx.DiGraph()
        for number, row in enumerate(self.edges.itertuples()):
            if row.share > 0.0:
                graph.add_edge(row.source, number, cost=-log(min(row.share, 1.0)))
                graph.add_edge(number, row.target, cost=0.0)
                graph.nodes[number].update(share=row.share, sign=row.sign, mechanism=row.mechanism)
        return graph


def network_of(
    scenario: Scenario,
    perturbation: Perturbation | None = None,
    seeds: Sequence[int] = (1,),
    days: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    draws: Sequence[Draw] = (),
) -> Network:
    """Count who acts on whom in one run for every seed; the network is their mean.

    draws : of a posterior sample: one run for every seed with each, and the mean of all.

    Raises
    ------
    InputError : the perturbation does not fit the scenario.
    """
    resolved = resolve(scenario, perturbation)
    length = float(resolved.scenario.days if days is None else days)
    worlds = [drawn(resolved, draw) for draw in draws] or [resolved]
    runs = [(world, seed) for world in worlds for seed in seeds]
    tables = []
    for done, (world, seed) in enumerate(runs):
        if progress:
            progress(done, len(runs))
        model = IVIgModel(world.scenario, rng=seed, perturbation=world)
        tally = Tally()
        model.witness = tally
        model.run(days=length)
        tables.append(tally.table())
    if progress:
        progress(len(runs), len(runs))
    every = pd.concat(tables, ignore_index=True)
    mean = every.groupby(list(KEYS), sort=False)[["weight", "share"]].sum() / len(runs)
    edges = pd.concat([mean.reset_index(), _observed(resolved, every, length)], ignore_index=True)
    return Network(resolved, tuple(seeds), length, edges)


def _observed(resolved: Resolved, edges: pd.DataFrame, days: float) -> pd.DataFrame:
    """Edges from the agents that each process moves to the outcomes that it drives."""
    present = dict.fromkeys([*edges["source"], *edges["target"]])
    named = {process.name for process in processes()}
    signals = edges[edges["process"] == "signalling"]
    restraining = set(signals.loc[signals["sign"] < 0, "source"])
    rows = {}
    for process in processes():
        agent = AGENT_OF.get(process.name, process.name)
        members = [n for n in present if n == agent or (agent == RECEPTORS and _is_receptor(n))]
        for outcome in process.drives:
            for name in members if outcome not in named else ():
                sign = _reading(resolved, outcome, inhibitory=name in restraining)
                rows[name, outcome] = (name, outcome, "observation", "", "days observed", sign)
    table = [(*row, days, 1.0) for row in rows.values()]
    return pd.DataFrame(table, columns=[*KEYS, "weight", "share"])


def _reading(resolved: Resolved, outcome: str, inhibitory: bool) -> int:
    """-1 for an outcome that falls when there is more of what it reads, or more attack on it."""
    clinical = resolved.scenario.clinical
    falling = {
        "target_integrity": True,
        "clinical_score": clinical is not None and clinical.better == "higher",
        "fcgr2b_to_activating_ratio": not inhibitory,
    }
    return -1 if falling.get(outcome, False) else 1


def _is_receptor(name: str) -> bool:
    return "_receptor:" in name


def _path(graph: nx.DiGraph, way: Sequence[Any]) -> Path:
    share, sign, passed = 1.0, 1, []
    for number in way[1::2]:
        act = graph.nodes[number]
        share *= min(act["share"], 1.0)
        sign *= act["sign"]
        if act["mechanism"]:
            passed.append(act["mechanism"])
    return Path(tuple(way[::2]), tuple(passed), share, sign)


def layer_of(name: str) -> str:
    """Column of a node in the drawing; what is no agent is an outcome."""
    if _is_receptor(name):
        return _RECEPTORS
    return next((layer for layer, names in _LAYERS.items() if name in names), "outcome")


def _label(name: str) -> str:
    if _is_receptor(name):
        kind, _, receptor = name.partition("_receptor:")
        return receptor if kind == "fcg" else f"{receptor}, {kind}"
    return name.replace("therapeutic_igg:", "IgG, ").replace("_", " ")


def _pathway(ids: "pd.Series[str]") -> str:
    ways = {m.pathway for m in mechanisms() if m.id in set(ids)}
    return ways.pop() if len(ways) == 1 else "both" if ways else ""
