"""Lattices of antibody and multivalent antigen: how many IgG a soluble complex holds.

Arms and epitopes bind at chemical equilibrium. A sample of molecules is then linked at random
with that many bonds, and the connected components of the bipartite graph are the complexes. So
size comes from amounts, their ratio, valency and affinity: small in antibody excess, largest
near equivalence, small again in antigen excess (Heidelberger and Kendall 1935 J Exp Med 62:697).

All arms and all epitopes are alike, whatever else their molecule holds, and nothing favours or
hinders closing a ring: the random branching of Goldberg 1952 J Am Chem Soc 74:5715 (which
forbids rings) but for the few rings of a finite sample. Beyond the gel point one component holds
a fixed share of the sample: it stands for the precipitate, and its size is that of the sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ivigabm.engine.streams import Streams, purpose, unit
from ivigabm.errors import InputError

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

EPITOPES = purpose("lattice: order in which epitopes are bound")
ARMS = purpose("lattice: order in which arms are bound")
ROUNDING = purpose("lattice: which way a share of a molecule or bond is rounded")
SAMPLE = 4000  # molecules; sets how finely shares are resolved
TOLERANCE = 1e-13


@dataclass(frozen=True)
class ComplexSizes:
    """Complexes of a lattice by how many IgG they hold; a free antibody is a complex of one.

    Attributes
    ----------
    sizes : (classes,), IgG per complex, rising. counts : complexes of each class in the sample.
    molar : mol/L of complexes of each class; Σ sizes x molar is all antibody.
    """

    sizes: Counts
    counts: Counts
    molar: Array

    def share_from(self, least: int) -> float:
        """Share of antibody in complexes of at least `least` IgG; 0 where there is none."""
        igg = self.sizes * self.counts
        total = int(np.sum(igg))
        return float(np.sum(igg[self.sizes >= least])) / total if total else 0.0

    @property
    def weight_average(self) -> float:
        """IgG in the complex of an antibody picked at random; 0 where there is none."""
        igg = self.sizes * self.counts
        total = int(np.sum(igg))
        return float(np.sum(self.sizes * igg)) / total if total else 0.0

    def classes(self, lowest: Sequence[int]) -> tuple[Array, Array]:
        """Merge into few classes for `multivalent_equilibrium`.

        Parameters
        ----------
        lowest : smallest size of each class, rising from 1; the last class is open.

        Returns
        -------
        IgG per complex (mean of the class, a real number; its smallest size where empty) and
        mol/L of complexes, both of shape (len(lowest),). Antibody is conserved.
        """
        edges = np.asarray(lowest, np.int64)
        if len(edges) == 0 or edges[0] != 1 or (np.diff(edges) <= 0).any():
            raise InputError(f"size classes: found {list(lowest)}, expected rising from 1")
        place = np.searchsorted(edges, self.sizes, side="right") - 1
        molar, igg = np.zeros(len(edges)), np.zeros(len(edges))
        for k, size, amount in zip(place, self.sizes.tolist(), self.molar.tolist(), strict=True):
            molar[k] += amount
            igg[k] += size * amount
        filled = molar > 0.0
        return np.where(filled, igg / np.where(filled, molar, 1.0), edges), molar


@dataclass(frozen=True)
class Lattice:
    """A linked sample.

    Attributes
    ----------
    antigens, antibodies : molecules in the sample.
    bonds : (bonds, 2), antigen and antibody that a bond joins; two bonds may join one pair.
    antibody_molar : mol/L that all antibodies of the sample stand for.
    bound_epitopes, bound_arms : shares bound at equilibrium.
    """

    antigens: int
    antibodies: int
    bonds: Counts
    antibody_molar: float
    bound_epitopes: float
    bound_arms: float

    def sizes(self) -> ComplexSizes:
        """Complexes by the number of IgG in them; free antigen is left out."""
        nodes = self.antigens + self.antibodies
        ends = (self.bonds[:, 0], self.antigens + self.bonds[:, 1])
        links = coo_array((np.ones(len(self.bonds), np.int8), ends), shape=(nodes, nodes))
        number, label = connected_components(links, directed=False)
        igg = np.bincount(label[self.antigens :], minlength=number)
        sizes, counts = np.unique(igg[igg > 0], return_counts=True)
        each = self.antibody_molar / max(1, self.antibodies)
        molar = np.asarray(counts * each, np.float64)
        return ComplexSizes(sizes.astype(np.int64), counts.astype(np.int64), molar)

    def graph(self) -> nx.MultiGraph:
        """The lattice to look at: nodes carry `kind` and networkx's `bipartite` (0 is antigen)."""
        graph = nx.MultiGraph()
        for side, kind, count in ((0, "antigen", self.antigens), (1, "antibody", self.antibodies)):
            graph.add_nodes_from(((kind, i) for i in range(count)), kind=kind, bipartite=side)
        graph.add_edges_from((("antigen", a), ("antibody", b)) for a, b in self.bonds.tolist())
        return graph


def bonds_at_equilibrium(epitopes: float, arms: float, kd: float) -> float:
    """Bonds b with (epitopes - b)(arms - b) = kd b; all mol/L, kd > 0."""
    total = epitopes + arms + kd
    apart = epitopes - arms
    # the smaller root, in the form that keeps its digits
    root = sqrt(apart * apart + kd * (2.0 * (epitopes + arms) + kd))
    return 2.0 * epitopes * arms / (total + root)


def _checked(name: str, value: float, least: float, what: str, above: bool = False) -> None:
    if not isfinite(value) or value < least or (above and value == least):
        raise InputError(f"lattice: {name}: found {value}, expected {what}")


def _check(antigen: float, antibody: float, valency: int, kd: float, arms: int, n: int) -> None:
    _checked("antigen_molar", antigen, 0.0, "mol/L, 0 or more")
    _checked("antibody_molar", antibody, 0.0, "mol/L, 0 or more")
    _checked("kd", kd, 0.0, "mol/L, above 0", above=True)
    for name, value, least in (("valency", valency, 1), ("arms", arms, 1), ("sample", n, 2)):
        _checked(name, value, least, f"a whole number from {least}")
        if int(value) != value:
            raise InputError(f"lattice: {name}: found {value}, expected a whole number")


def _order(streams: Streams, number: int, step: int, owner: int, n: int) -> Counts:
    """The first n sites of a molecule kind in random order."""
    ids = np.uint64(owner << 32) | np.arange(n, dtype=np.uint64)
    words = streams.words(number, step, ids)
    return np.argsort((words[:, 0] << np.uint64(32)) | words[:, 1], kind="stable")


def lattice(
    antigen_molar: float,
    antibody_molar: float,
    valency: int,
    kd: float,
    arms: int = 2,
    *,
    sample: int = SAMPLE,
    seed: int = 0,
    step: int = 0,
    owner: int = 0,
) -> Lattice:
    """Link a sample of antigen and antibody as they are at equilibrium.

    Parameters
    ----------
    antigen_molar, antibody_molar : total concentrations, mol/L.
    valency : epitopes per antigen that antibodies reach at once.
    kd : dissociation constant of one arm and one epitope, mol/L.
    arms : 2; 1 for Fab and for IgG4, which is monovalent in vivo.
    sample : molecules of both kinds, split by their concentrations.
    seed, step, owner : the draws are a function of these; `owner` (below 2**32) tells apart
        lattices of one step, such as those of two clones or places.

    Raises
    ------
    InputError : an amount, valency, arms or sample that cannot be.
    """
    _check(antigen_molar, antibody_molar, valency, kd, arms, sample)
    streams = Streams(seed)
    sites = (valency * antigen_molar, arms * antibody_molar)
    bonds = bonds_at_equilibrium(*sites, kd)
    both = antigen_molar + antibody_molar
    words = streams.words(ROUNDING, step, np.array([owner << 32], np.uint64))
    lots = [float(unit(word)) for word in words[0]]
    antigens = int(sample * (antigen_molar / both) + lots[0]) if both > 0.0 else 0
    # antibody that is too rare for the sample is still seen: by one molecule
    antibodies = max(sample - antigens, 1) if antibody_molar > 0.0 else 0
    scarce = min(valency * antigens, arms * antibodies)
    linked = int(bonds / min(sites) * scarce + lots[1]) if scarce else 0
    linked = min(linked, scarce)
    epitope = _order(streams, EPITOPES, step, owner, valency * antigens)[:linked]
    arm = _order(streams, ARMS, step, owner, arms * antibodies)[:linked]
    return Lattice(
        antigens,
        antibodies,
        np.column_stack((epitope // valency, arm // arms)),
        antibody_molar,
        bonds / sites[0] if sites[0] > 0.0 else 0.0,
        bonds / sites[1] if sites[1] > 0.0 else 0.0,
    )


def complexes(
    antigen_molar: float,
    antibody_molar: float,
    valency: int,
    kd: float,
    arms: int = 2,
    **sampling: int,
) -> ComplexSizes:
    """Complexes by IgG per complex; arguments as for `lattice`."""
    return lattice(antigen_molar, antibody_molar, valency, kd, arms, **sampling).sizes()


def lattice_graph(
    antigen_molar: float,
    antibody_molar: float,
    valency: int,
    kd: float,
    arms: int = 2,
    **sampling: int,
) -> nx.MultiGraph:
    """The linked sample as a graph, whose components are the complexes; see `lattice`."""
    return lattice(antigen_molar, antibody_molar, valency, kd, arms, **sampling).graph()


def branching(valency: int, arms: int, bound_epitopes: float, bound_arms: float) -> float:
    """Further antigens per antigen of a growing complex; from 1 on there is a gel.

    (f - 1)(g - 1) p_e p_a of Goldberg 1952 J Am Chem Soc 74:5715.
    """
    return (valency - 1) * (arms - 1) * bound_epitopes * bound_arms


def weight_average(valency: int, arms: int, bound_epitopes: float, bound_arms: float) -> float:
    """IgG in the complex of an antibody picked at random, in a sample without end.

    Stockmayer 1952 J Polym Sci 9:69; infinite from the gel point on.
    """
    growth = branching(valency, arms, bound_epitopes, bound_arms)
    if growth >= 1.0:
        return inf
    return (1.0 + (valency - 1) * bound_epitopes * bound_arms) / (1.0 - growth)


def gel_share(valency: int, arms: int, bound_epitopes: float, bound_arms: float) -> float:
    """Share of antibody in the one endless complex, in a sample without end.

    An arm leads to a finite branch only with chance u = h(u); Newton's method climbs to the
    least root of this convex function.
    """
    if branching(valency, arms, bound_epitopes, bound_arms) <= 1.0:
        return 0.0
    u, gain = 0.0, 1.0
    while gain > TOLERANCE:
        finite = 1.0 - bound_epitopes + bound_epitopes * u ** (arms - 1)
        h = 1.0 - bound_arms + bound_arms * finite ** (valency - 1)
        slope = branching(valency, arms, bound_epitopes, bound_arms)
        slope *= finite ** (valency - 2) * u ** (arms - 2)
        gain = (h - u) / (1.0 - slope)
        u += gain
    return 1.0 - u**arms
