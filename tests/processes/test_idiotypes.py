"""Idiotypes and anti-idiotypes: the graph, its equilibrium, and dimers of pooled IgG."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigabm.errors import InputError
from ivigabm.processes.idiotypes import (
    Clone,
    Idiotypes,
    Relation,
    dimer_share,
    idiotype_graph,
    pairs,
    pooled_repertoire,
    side,
)

CLONES = ("igg1", "igg4", "alone")
SHARES = {"private": 0.5, "public": 0.2, "idle": 0.3}
RELATIONS = (
    Relation("igg1", "private", 1e-8),
    Relation("igg1", "public", 4e-8),
    Relation("igg4", "public", 2e-9),
)
SEEDS = range(8)
T_95 = 2.365  # two-sided 95 %, 7 degrees of freedom


@pytest.fixture
def graph():
    return idiotype_graph(CLONES, SHARES, RELATIONS)


def test_graph_is_bipartite_and_weighs_share_by_affinity(graph):
    assert nx.is_bipartite(graph)
    assert [name for _, name in side(graph, "clone")] == list(CLONES)
    assert graph.degree[("clone", "alone")] == 0
    edge = graph.edges[("clone", "igg4"), ("anti_idiotype", "public")]
    assert edge["weight"] == pytest.approx(0.2 / 2e-9)


decades = st.floats(-11, -5).map(lambda x: 10.0**x)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 5), st.integers(1, 5), decades)
def test_pairs_obey_mass_action_of_all_at_once(data, m, n, supply):
    clones, names = [f"c{i}" for i in range(m)], [f"s{j}" for j in range(n)]
    relations = [
        Relation(c, s, data.draw(decades))
        for c in clones
        for s in names
        if data.draw(st.booleans())
    ]
    made = idiotype_graph(clones, dict.fromkeys(names, 1.0 / n), relations)
    antibody = np.array([data.draw(decades) for _ in clones])
    bound = pairs(made, antibody, supply)
    free, left = antibody - bound.sum(axis=1), supply / n - bound.sum(axis=0)
    assert (free >= -1e-9 * antibody).all()
    assert (left >= -1e-9 * supply).all()
    expected = np.zeros_like(bound)
    for c, s, kd in relations:
        i, j = clones.index(c), names.index(s)
        expected[i, j] = max(free[i], 0.0) * max(left[j], 0.0) / kd
        # what is free is a difference that keeps few digits where nearly all is bound
        slack = 1e-10 * (antibody[i] * left[j] + free[i] * supply) / kd
        assert bound[i, j] == pytest.approx(expected[i, j], rel=1e-6, abs=slack + 1e-20)
    assert np.count_nonzero(bound) <= len(relations)


def free_share(antibody, neutraliser, kd):
    """Share of an antibody that one neutraliser leaves free: the quadratic's smaller root."""
    s = antibody + neutraliser + kd
    return 1.0 - 2.0 * neutraliser / (s + np.sqrt(s * s - 4.0 * antibody * neutraliser))


@given(decades, decades, decades, st.floats(0.0, 1.0))
def test_one_clone_is_the_quadratic_of_mass_action(antibody, neutraliser, kd, known):
    free = Idiotypes([Clone("a", "a", known)], kd).free(np.array([antibody]), neutraliser)
    left = free_share(antibody * known, neutraliser, kd) if known else 1.0
    assert free == pytest.approx([1.0 - known + known * left], abs=1e-9)


def test_clones_of_one_idiotype_compete_and_others_do_not():
    level = np.array([4e-8, 4e-8])
    alone = Idiotypes([Clone("a", "a", 1.0)], 1e-9).free(level[:1], 3e-8)
    shared = Idiotypes([Clone("a", "x", 1.0), Clone("b", "x", 1.0)], 1e-9).free(level, 3e-8)
    apart = Idiotypes([Clone("a", "x", 1.0), Clone("b", "y", 1.0)], 1e-9).free(level, 6e-8)
    assert shared[0] == pytest.approx(shared[1])
    assert shared[0] > alone[0] + 0.1
    assert apart == pytest.approx([alone[0]] * 2)


def test_what_human_igg_does_not_recognise_stays_free_to_the_bit():
    some = Idiotypes([Clone("mouse", "m", 0.0), Clone("human", "h", 1.0)], 1e-9)
    free = some.free(np.array([1e-8, 1e-8]), 1e-7)
    assert free[0] == 1.0
    assert free[1] < 0.5
    assert Idiotypes([]).free(np.zeros(0), 1e-7).shape == (0,)
    assert nx.is_bipartite(some.graph)


def test_clones_compete_for_a_specificity_they_share(graph):
    alone = pairs(graph, np.array([0.0, 5e-8, 0.0]), 1e-7)
    beside = pairs(graph, np.array([5e-7, 5e-8, 0.0]), 1e-7)
    assert 0.0 < beside[1, 1] < 0.9 * alone[1, 1]
    # a clone of its own family does not care
    split = idiotype_graph(CLONES, SHARES, [r for r in RELATIONS if r != RELATIONS[1]])
    assert pairs(split, np.array([5e-7, 5e-8, 0.0]), 1e-7)[1, 1] == pytest.approx(
        pairs(split, np.array([0.0, 5e-8, 0.0]), 1e-7)[1, 1], rel=1e-12
    )


def test_nothing_binds_without_antibody_or_drug(graph):
    assert not pairs(graph, np.array([1e-8, 1e-8, 1e-8]), 0.0).any()
    assert not pairs(graph, np.zeros(3), 1e-7).any()
    assert not pairs(graph, np.full(3, 1e-8), 1e-7)[2].any()


# --- dimers of pooled IgG -------------------------------------------------------------------

IGG = 6.7e-4  # mol/L of a 10 % solution
DONORS = (1, 2, 10, 100, 1000)


def dimers(donors, seed, igg=IGG, kd=1e-7):
    return dimer_share(*pooled_repertoire(donors, 50, 0.05, kd, seed=seed), igg)


def test_dimers_grow_with_donor_number():
    shares = np.array([[dimers(n, seed) for n in DONORS] for seed in SEEDS])
    assert not shares[:, 0].any()
    for step in np.diff(shares, axis=1).T[1:]:
        half = T_95 * step.std(ddof=1) / np.sqrt(len(SEEDS))
        assert step.mean() - half > 0.0
    assert (np.diff(shares, axis=1) >= 0.0)[:, 1:].all()
    assert (shares <= 0.2).all()  # all that carry either


def test_dimers_come_apart_on_dilution_and_with_weak_binding():
    assert dimers(100, 1) > dimers(100, 1, igg=IGG / 10) > dimers(100, 1, igg=IGG / 1000) > 0.0
    assert dimers(100, 1) > dimers(100, 1, kd=1e-5) > 0.0
    assert dimers(100, 1, igg=0.0) == 0.0


def test_large_pool_approaches_the_mean_repertoire():
    level = IGG * 0.05 / 50
    half = 2.0 * level + 1e-7
    bound = 2.0 * level * level / (half + np.sqrt(half * half - 4.0 * level * level))
    assert dimers(4000, 2) == pytest.approx(2.0 * 50 * bound / IGG, rel=0.03)


def test_no_donor_binds_itself_and_a_larger_pool_holds_the_smaller():
    small, idiotype = pooled_repertoire(1, 200, 0.3, 1e-7, seed=4)
    anti = np.array([small.nodes[node]["share"] for node in side(small, "anti_idiotype")])
    assert idiotype.any()
    assert anti.any()
    assert not (idiotype * anti).any()
    _, larger = pooled_repertoire(2, 200, 0.3, 1e-7, seed=4)
    assert (2 * larger >= idiotype - 1e-15).all()


# --- what is said when the input is at fault ------------------------------------------------


@pytest.mark.parametrize(
    "shares, relations, words",
    [
        (SHARES, [Relation("igg11", "private", 1e-8)], "did you mean 'igg1'"),
        (SHARES, [Relation("igg1", "privat", 1e-8)], "did you mean 'private'"),
        (SHARES, [Relation("igg1", "private", 0.0)], "kd: found 0"),
        ({"x": 1.2}, [], "share: found 1.2"),
        ({"x": 0.7, "y": 0.6}, [], "sum to 1.3"),
    ],
)
def test_bad_relations_are_named(shares, relations, words):
    with pytest.raises(InputError, match=words):
        idiotype_graph(CLONES, shares, relations)


@pytest.mark.parametrize("pool", [(0, 5, 0.1), (5, 0, 0.1), (5, 5, 0.6)])
def test_bad_pools_are_named(pool):
    with pytest.raises(InputError, match="pool: "):
        pooled_repertoire(*pool, 1e-7)
