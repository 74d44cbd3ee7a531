"""Idiotypes and anti-idiotypes: which specificities of pooled IgG meet which clone.

The relation is a bipartite graph: clones (idiotypes) on one side, anti-idiotypic specificities
on the other. An edge says that a specificity binds a clone, how firmly (`kd`), and by its
`weight` how much that counts: share of the IgG divided by `kd`. Clones may share a specificity,
and then compete for it.

Idiotype and anti-idiotype bind one to one: pairs in pooled IgG are often closed by both arms
(Roux and Tankersley 1990 J Immunol 144:1387). So `kd` is that of the pair, and a pair is an IgG
dimer. Donors carry their own repertoires and are tolerant to themselves, so partners meet in the
pool, the more the larger it is (Gronski 2006 Curr Pharm Des 12:181).
"""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import Streams, purpose, unit
from ivigabm.engine.sums import pairwise_sum
from ivigabm.errors import InputError, unknown
from ivigabm.processes.equilibrium import MAX_STEPS, patch_equilibrium, patch_work

Array = NDArray[np.float64]

REPERTOIRE = purpose("idiotypes: what a donor carries")


class Clone(NamedTuple):
    """A pathogenic clone: the idiotype that it bears, and how much of it human IgG recognises."""

    label: str
    idiotype: str
    recognised: float


class Relation(NamedTuple):
    """A specificity binds a clone with dissociation constant `kd`, mol/L."""

    clone: str
    specificity: str
    kd: float


def idiotype_graph(
    clones: Sequence[str], shares: dict[str, float], relations: Iterable[Relation]
) -> nx.Graph:
    """The bipartite graph of clones and anti-idiotypic specificities.

    Parameters
    ----------
    clones : names of the clones, in the order of every array over clones.
    shares : specificity -> its share of the anti-idiotypic IgG; they sum to at most 1.
    relations : who binds whom; a clone without any is left alone.

    Returns
    -------
    Nodes ("clone", name) with `bipartite` 0 and ("anti_idiotype", name) with `bipartite` 1 and
    `share`; edges with `kd` (mol/L) and `weight` (share / kd, per M).

    Raises
    ------
    InputError : an unknown name, a share outside 0 to 1, a `kd` that is not positive.
    """
    graph = nx.Graph()
    graph.add_nodes_from((("clone", name) for name in clones), bipartite=0)
    for name, share in shares.items():
        if not 0.0 <= share <= 1.0:
            raise InputError(f"anti-idiotype '{name}': share: found {share}, expected 0 to 1")
        graph.add_node(("anti_idiotype", name), bipartite=1, share=share)
    if sum(shares.values()) > 1.0 + 1e-9:
        raise InputError(f"anti-idiotypes: shares sum to {sum(shares.values()):g}, at most 1 is")
    for clone, specificity, kd in relations:
        if clone not in clones:
            raise unknown("clone", clone, clones)
        if specificity not in shares:
            raise unknown("anti-idiotype", specificity, shares)
        if not (isfinite(kd) and kd > 0.0):
            raise InputError(f"{clone} and {specificity}: kd: found {kd}, expected mol/L above 0")
        ends = ("clone", clone), ("anti_idiotype", specificity)
        graph.add_edge(*ends, kd=kd, weight=shares[specificity] / kd)
    return graph


def side(graph: nx.Graph, kind: str) -> list[tuple[str, str]]:
    """Nodes of one kind, 'clone' or 'anti_idiotype', in the order in which they were given."""
    return [node for node in graph if node[0] == kind]


def pairs(graph: nx.Graph, clone_molar: Array, anti_idiotype_molar: float) -> Array:
    """Idiotype-anti-idiotype pairs at equilibrium, every clone and specificity at once.

    Parameters
    ----------
    clone_molar : (clones,), mol/L of each clone's antibody.
    anti_idiotype_molar : the IgG of which `share` is a share, mol/L.

    Returns
    -------
    mol/L of pairs, shape (clones, specificities): soluble complexes of two IgG.
    """
    clones, partners = side(graph, "clone"), side(graph, "anti_idiotype")
    place = {node: i for nodes in (clones, partners) for i, node in enumerate(nodes)}
    affinity, share = _arrays(graph)
    held = anti_idiotype_molar * share
    out = np.zeros_like(affinity)
    for component in nx.connected_components(graph):
        own = [sorted(place[n] for n in component if n[0] == k) for k in ("clone", "anti_idiotype")]
        if all(own):
            near = np.ix_(*own)
            out[near] = _bound(affinity[near], np.asarray(clone_molar)[own[0]], held[own[1]])
    return out


def _bound(affinity: Array, left: Array, right: Array) -> Array:
    """Pairs of two finite sides: the equations of a contact patch, in solution."""
    m, n = affinity.shape
    bound, free, idle, work = np.zeros((m, n)), np.zeros(m), np.zeros(n), patch_work(m, n)
    steps = patch_equilibrium(affinity, left, right, idle, m, n, bound, free, work)
    if steps == MAX_STEPS:
        raise ArithmeticError(f"idiotype pairs did not converge in {MAX_STEPS} steps")
    return bound


@kernel
def share_left(affinity, share, known, clone_molar, anti_idiotype, pairs, left):
    """Share of each clone that is left free, in `left`; returns the steps of the solver.

    pairs : bound, free and idle receptors, and work, as `patch_equilibrium` wants them.
    """
    bound, free, idle, work = pairs
    clones, partners = affinity.shape
    seen = clone_molar * known
    there = anti_idiotype * share
    steps = patch_equilibrium(affinity, seen, there, idle, clones, partners, bound, free, work)
    for i in range(clones):
        total = 0.0 + pairwise_sum(bound[i], 0, partners)
        held = total / seen[i] if seen[i] > 0.0 else 0.0
        left[i] = 1.0 - known[i] + known[i] * (1.0 - held)
    return steps


class Idiotypes:
    """Which anti-idiotypes of a preparation meet which clone of one individual.

    A preparation's anti-idiotypic IgG is spread evenly over the idiotypes of the individual's
    clones. Clones that bear one idiotype compete for it, and so do the subclasses of a clone.

    Attributes
    ----------
    graph : the relation. affinity : (clones, specificities), per M. share : of each specificity.
    known : share of each clone's antibody that is recognised at all.
    """

    def __init__(self, clones: Sequence[Clone], kd: float = 1.0) -> None:
        names = [f"{number} {clone.label}" for number, clone in enumerate(clones, start=1)]
        families = dict.fromkeys(clone.idiotype for clone in clones)
        self.graph = idiotype_graph(
            names,
            {family: 1.0 / len(families) for family in families},
            (Relation(n, c.idiotype, kd) for n, c in zip(names, clones, strict=True)),
        )
        self.known = np.array([clone.recognised for clone in clones])
        self.affinity, self.share = _arrays(self.graph)
        m, n = self.affinity.shape
        self._pairs = np.zeros((m, n)), np.zeros(m), np.zeros(n), patch_work(m, n)

    def free(self, clone_molar: Array, anti_idiotype_molar: float) -> Array:
        """Share of each clone's antibody and B-cell receptor left free, shape (clones,).

        Parameters
        ----------
        clone_molar : (clones,), mol/L of each clone's antibody.
        anti_idiotype_molar : anti-idiotypic IgG beside it, mol/L.
        """
        if anti_idiotype_molar == 0.0 or not self.known.any():
            return 1.0 - self.known + self.known if len(self.known) else np.ones(0)
        left = np.empty(len(self.known))
        steps = share_left(
            self.affinity, self.share, self.known, clone_molar, anti_idiotype_molar,
            self._pairs, left,
        )  # fmt: skip
        if steps == MAX_STEPS:
            raise ArithmeticError(f"idiotypes did not converge in {MAX_STEPS} steps")
        return left


def _arrays(graph: nx.Graph) -> tuple[Array, Array]:
    """Affinity of every clone and specificity, per M, and the share of every specificity."""
    clones, partners = side(graph, "clone"), side(graph, "anti_idiotype")
    affinity = np.zeros((len(clones), len(partners)))
    for i, clone in enumerate(clones):
        for j, partner in enumerate(partners):
            if graph.has_edge(clone, partner):
                affinity[i, j] = 1.0 / graph.edges[clone, partner]["kd"]
    return affinity, np.array([graph.nodes[node]["share"] for node in partners])


def pooled_repertoire(
    donors: int, families: int, carriers: float, kd: float, seed: int = 0
) -> tuple[nx.Graph, Array]:
    """Idiotypes and anti-idiotypes in a pool of plasma from many donors.

    A donor's IgG is spread evenly over the families. Of each it carries the idiotype (chance
    `carriers`), the anti-idiotype (as likely) or neither, never both. Draws are keyed by donor:
    a larger pool holds the smaller.

    Parameters
    ----------
    donors, families : how many donors, and pairs of idiotype and anti-idiotype in a population.
    carriers : share of donors that carry an idiotype, 0 to 0.5.
    kd : dissociation constant of a pair, mol/L.

    Returns
    -------
    The graph, with shares of all IgG, and the share of all IgG that bears each family's
    idiotype, shape (families,).
    """
    if donors < 1 or families < 1:
        raise InputError(f"pool: found {donors} donors, {families} families, expected 1 or more")
    if not 0.0 <= carriers <= 0.5:
        raise InputError(f"pool: carriers: found {carriers}, expected 0 to 0.5")
    ids = np.arange(donors * families, dtype=np.uint64)
    ids = (ids // np.uint64(families) << np.uint64(32)) | (ids % np.uint64(families))
    words = Streams(seed).words(REPERTOIRE, 0, ids)[:, 0]
    drawn = np.array([unit(word) for word in words]).reshape(donors, families)
    idiotype = np.sum(drawn < carriers, axis=0) / (donors * families)
    anti = np.sum((drawn >= carriers) & (drawn < 2.0 * carriers), axis=0) / (donors * families)
    names = [f"family {k}" for k in range(families)]
    shares = dict(zip(names, anti.tolist(), strict=True))
    return idiotype_graph(names, shares, (Relation(name, name, kd) for name in names)), idiotype


def dimer_share(graph: nx.Graph, idiotype: Array, igg_molar: float) -> float:
    """Share of IgG that is in idiotype-anti-idiotype dimers, in a pool of `igg_molar` mol/L."""
    if igg_molar <= 0.0:
        return 0.0
    return 2.0 * float(np.sum(pairs(graph, idiotype * igg_molar, igg_molar))) / igg_molar
