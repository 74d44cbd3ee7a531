"""Antigen-antibody lattices against exact limits, closed forms and the precipitin curve."""

from itertools import pairwise
from math import comb, inf, sqrt

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigabm.errors import InputError
from ivigabm.processes.lattice import (
    bonds_at_equilibrium,
    branching,
    complexes,
    gel_share,
    lattice,
    lattice_graph,
    weight_average,
)
from ivigabm.processes.multivalent import multivalent_equilibrium, multivalent_work

ANTIBODY = 1e-6
SEEDS = range(12)
T_95 = 2.201  # two-sided 95 %, 11 degrees of freedom


def epitopes(ratio, valency, arms=2):
    """Antigen (mol/L) with `ratio` epitopes per arm."""
    return ratio * arms * ANTIBODY / valency


def interval(values):
    """Mean and half width of its 95 % interval over `SEEDS`."""
    values = np.asarray(values, float)
    assert len(values) == len(SEEDS)
    return values.mean(), T_95 * values.std(ddof=1) / sqrt(len(values))


# --- equilibrium ----------------------------------------------------------------------------


@given(*(st.floats(-12, -3).map(lambda x: 10.0**x) for _ in range(3)))
def test_bonds_obey_mass_action_and_fit_both_sides(sites, arms, kd):
    bonds = bonds_at_equilibrium(sites, arms, kd)
    assert 0.0 < bonds <= min(sites, arms)
    # the difference of nearly equal numbers loses digits where binding is tight
    slack = 1e-14 * max(sites, arms) * (sites + arms)
    assert (sites - bonds) * (arms - bonds) == pytest.approx(kd * bonds, rel=1e-9, abs=slack)


def test_weak_and_tight_limits_of_binding():
    assert bonds_at_equilibrium(1e-9, 2e-9, 1.0) == pytest.approx(2e-18, rel=1e-8)
    assert bonds_at_equilibrium(3e-6, 2e-6, 1e-20) == pytest.approx(2e-6, rel=1e-12)


# --- what holds in every sample -------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-3, 3), st.floats(-12, -4), st.integers(1, 8), st.integers(1, 3),
    st.integers(2, 600), st.integers(0, 2**63),
)  # fmt: skip
def test_molecules_bonds_and_antibody_are_conserved(ratio, kd, valency, arms, sample, seed):
    amounts = (ANTIBODY * 10.0**ratio, ANTIBODY, valency, 10.0**kd, arms)
    made = lattice(*amounts, sample=sample, seed=seed)
    sizes = made.sizes()
    assert np.sum(sizes.sizes * sizes.counts) == made.antibodies
    assert np.sum(sizes.sizes * sizes.molar) == pytest.approx(ANTIBODY, rel=1e-12)
    assert sizes.share_from(1) == 1.0
    per_antigen = np.bincount(made.bonds[:, 0], minlength=made.antigens)
    per_antibody = np.bincount(made.bonds[:, 1], minlength=made.antibodies)
    assert per_antigen.max(initial=0) <= valency
    assert per_antibody.max(initial=0) <= arms
    sites = min(valency * made.antigens, arms * made.antibodies)
    linked = max(made.bound_epitopes, made.bound_arms) * sites
    assert abs(len(made.bonds) - linked) <= 1.0


def test_complexes_are_the_components_of_the_graph():
    amounts = {"sample": 900, "seed": 5, "step": 7, "owner": 2}
    graph = lattice_graph(4e-7, ANTIBODY, 4, 1e-7, **amounts)
    assert nx.is_bipartite(graph)
    found = [
        sum(kind == "antibody" for kind, _ in component)
        for component in nx.connected_components(graph)
    ]
    sizes = complexes(4e-7, ANTIBODY, 4, 1e-7, **amounts)
    expected = np.repeat(sizes.sizes, sizes.counts).tolist()
    assert sorted(n for n in found if n) == expected
    assert max(expected) > 10


def test_draws_are_keyed():
    def ends(**key):
        return lattice(4e-7, ANTIBODY, 4, 1e-7, **key).bonds.tolist()

    one = ends(seed=3, step=4, owner=5)
    assert one == ends(seed=3, step=4, owner=5)
    for other in ({"seed": 2}, {"step": -4}, {"owner": 6}):
        assert one != ends(**{"seed": 3, "step": 4, "owner": 5, **other})


# --- exact limits ---------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [0.1, 1.0, 10.0])
def test_monovalent_antigen_joins_no_two_antibodies(ratio):
    made = lattice(epitopes(ratio, 1), ANTIBODY, 1, 1e-10, seed=1)
    assert made.sizes().sizes.tolist() == [1]
    assert made.sizes().weight_average == 1.0
    held = np.bincount(made.bonds[:, 1], minlength=made.antibodies)
    both = made.bound_arms**2  # of two arms that bind independently
    error = 4.0 * sqrt(max(both * (1.0 - both), 1e-3) / made.antibodies)
    assert np.mean(held == 2) == pytest.approx(both, abs=error)


@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
def test_one_armed_antibody_only_coats_antigen(ratio):
    valency = 5
    made = lattice(epitopes(ratio, valency, 1), ANTIBODY, valency, 1e-7, 1, sample=20_000, seed=2)
    sizes = made.sizes()
    assert sizes.sizes.max() <= valency
    p = made.bound_epitopes
    held = np.bincount(np.bincount(made.bonds[:, 0], minlength=made.antigens), minlength=6)
    for n in range(valency + 1):
        expected = comb(valency, n) * p**n * (1.0 - p) ** (valency - n)
        error = 4.0 * sqrt(max(expected, 1e-3) / made.antigens)
        assert held[n] / made.antigens == pytest.approx(expected, abs=error)
    # no antibody bridges two antigens
    for component in nx.connected_components(made.graph()):
        assert sum(kind == "antigen" for kind, _ in component) <= 1


def test_without_antigen_or_antibody():
    alone = complexes(0.0, ANTIBODY, 5, 1e-9)
    assert alone.sizes.tolist() == [1]
    assert alone.molar.tolist() == [ANTIBODY]
    for antigen in (0.0, 1e-6):
        none = complexes(antigen, 0.0, 5, 1e-9)
        assert len(none.sizes) == 0
        assert none.weight_average == none.share_from(1) == 0.0


# --- random branching -----------------------------------------------------------------------


def branching_sizes(valency, arms, p_e, p_a, n=512):
    """Share of antibody by size of its complex, from the generating function on the circle."""
    z = np.exp(-2j * np.pi * np.arange(n) / n)
    u = np.zeros(n, complex)
    for _ in range(4000):
        u = 1 - p_a + p_a * (1 - p_e + p_e * z * u ** (arms - 1)) ** (valency - 1)
    return np.fft.ifft(z * u**arms).real


BELOW = [
    (5, 2, 0.1, 1e-9),
    (5, 2, 10.0, 1e-9),
    (3, 2, 1.0, 1e-6),
    (2, 2, 1.0, 1e-7),
    (4, 3, 0.1, 1e-8),
]


@pytest.mark.parametrize("valency, arms, ratio, kd", BELOW)
def test_below_the_gel_point_sizes_are_those_of_goldberg(valency, arms, ratio, kd):
    antigen = epitopes(ratio, valency, arms)
    made = [lattice(antigen, ANTIBODY, valency, kd, arms, sample=12_000, seed=s) for s in SEEDS]
    p = (made[0].bound_epitopes, made[0].bound_arms)
    assert 0.2 < branching(valency, arms, *p) < 0.9
    sizes = [m.sizes() for m in made]
    expected = weight_average(valency, arms, *p)
    mean, half = interval([s.weight_average for s in sizes])
    # rings, and the rounding of molecule numbers, shift a finite sample a little
    assert mean == pytest.approx(expected, abs=1.5 * half + 0.01 * expected)
    assert half < 0.1 * expected
    shares = branching_sizes(valency, arms, *p)
    assert np.dot(np.arange(512), shares) == pytest.approx(expected, rel=1e-6)
    for n in (1, 2, 3, 6):
        mean, half = interval([s.share_from(n) for s in sizes])
        assert mean == pytest.approx(shares[n:].sum(), abs=1.5 * half + 0.003)


@pytest.mark.parametrize("valency, ratio, kd", [(5, 0.5, 1e-9), (5, 3.0, 1e-7), (3, 1.0, 1e-7)])
def test_beyond_the_gel_point_one_complex_takes_the_share_of_the_gel(valency, ratio, kd):
    antigen = epitopes(ratio, valency)
    made = [lattice(antigen, ANTIBODY, valency, kd, sample=12_000, seed=s) for s in SEEDS]
    p = (made[0].bound_epitopes, made[0].bound_arms)
    assert branching(valency, 2, *p) > 1.2
    assert weight_average(valency, 2, *p) == inf
    largest = [m.sizes().sizes[-1] / m.antibodies for m in made]
    mean, half = interval(largest)
    assert mean == pytest.approx(gel_share(valency, 2, *p), abs=1.5 * half + 0.005)
    second = max(m.sizes().sizes[-2] for m in made)
    assert second < 0.05 * made[0].antibodies


def test_mean_size_below_the_gel_point_does_not_depend_on_the_sample():
    antigen = epitopes(0.1, 5)

    def mean(sample):
        return interval(
            [complexes(antigen, ANTIBODY, 5, 1e-9, sample=sample, seed=s).weight_average
             for s in SEEDS]
        )  # fmt: skip

    (small, error), (large, other) = mean(3000), mean(24_000)
    assert small == pytest.approx(large, abs=1.5 * (error + other))
    assert other < error


def test_gel_share_meets_zero_at_the_gel_point_and_one_when_all_is_bound():
    assert gel_share(5, 2, 0.5, 0.5) == 0.0
    assert gel_share(5, 2, 0.501, 0.5) == pytest.approx(0.0, abs=0.02)
    assert gel_share(5, 2, 0.501, 0.5) > 0.0
    assert gel_share(5, 2, 1.0, 1.0) == 1.0


# --- the precipitin curve -------------------------------------------------------------------

RATIOS = np.array([0.05, 0.15, 0.5, 1.0, 2.0, 6.0, 20.0])  # epitopes per arm
PRECIPITATING = 40


def curve(arms, seed, kd=1e-9):
    return [
        complexes(epitopes(r, 5, arms), ANTIBODY, 5, kd, arms, seed=seed) for r in RATIOS
    ]  # fmt: skip


@pytest.fixture(scope="module")
def curves():
    return [curve(2, seed) for seed in SEEDS]


def test_size_rises_with_antigen_peaks_at_equivalence_and_falls(curves):
    sizes = np.log([[s.weight_average for s in one] for one in curves])
    peak = RATIOS[np.argmax(sizes, axis=1)]
    assert ((peak >= 0.5) & (peak <= 2.0)).all()
    top = np.searchsorted(RATIOS, 1.0)
    for k, step in enumerate(np.diff(sizes, axis=1).T):
        mean, half = interval(step)
        assert mean - half > 0.0 if k < top else mean + half < 0.0


def test_precipitate_is_there_near_equivalence_only(curves):
    shares = np.array([[s.share_from(PRECIPITATING) for s in one] for one in curves])
    mean, half = interval(shares[:, RATIOS == 1.0].ravel())
    assert mean - half > 0.9
    for ratio in (0.05, 0.15, 6.0, 20.0):
        mean, half = interval(shares[:, ratio == RATIOS].ravel())
        assert mean + half < 0.05
    # in antigen excess antibody is bound, but in small complexes: they are soluble
    excess = [one[-1].share_from(2) for one in curves]
    assert interval(excess)[0] - interval(excess)[1] > 0.1


def test_without_the_second_arm_nothing_precipitates():
    single = [sizes for seed in SEEDS for sizes in curve(1, seed)]
    assert max(s.weight_average for s in single) <= 5.0
    assert all(s.share_from(6) == 0.0 for s in single)


def test_weaker_binding_makes_smaller_complexes():
    sizes = [
        [complexes(epitopes(1.0, 3), ANTIBODY, 3, kd, seed=s).weight_average for s in SEEDS]
        for kd in (1e-8, 1e-6, 1e-5, 1e-3)
    ]
    for firm, weak in pairwise(sizes):
        mean, half = interval(np.log(firm) - np.log(weak))
        assert mean - half > 0.0


# --- for receptors --------------------------------------------------------------------------


def test_classes_conserve_antibody_and_feed_the_receptors():
    sizes = complexes(epitopes(0.3, 5), ANTIBODY, 5, 1e-7, seed=1)
    igg, molar = sizes.classes([1, 2, 3, 6, 40])
    assert np.sum(igg * molar) == pytest.approx(ANTIBODY, rel=1e-12)
    assert np.sum(molar) == pytest.approx(np.sum(sizes.molar), rel=1e-12)
    assert igg[0] == 1.0
    assert igg[1] == 2.0
    assert (np.diff(igg) > 0.0).all()
    soluble = 4
    counts, affinity, receptors = igg[:soluble, None], np.array([[5e6]]), np.array([2e5])
    held = np.zeros((2, soluble, 1))
    multivalent_equilibrium(
        molar[:soluble], counts, affinity, receptors, 6.31e-13,
        np.zeros(1), np.zeros(soluble), np.zeros(soluble), *held,
        multivalent_work(soluble, 1, 1),
    )  # fmt: skip
    per_igg = held[1, :, 0] / (igg * molar)[:soluble]
    assert per_igg[0] == 0.0
    assert (np.diff(per_igg) > 0.0).all()


@pytest.mark.parametrize("lowest", [[], [2, 3], [1, 1], [1, 5, 3]])
def test_classes_say_what_they_expect(lowest):
    with pytest.raises(InputError, match="rising from 1"):
        complexes(1e-7, ANTIBODY, 5, 1e-9).classes(lowest)


@pytest.mark.parametrize(
    "change, key",
    [
        ({"antigen_molar": -1.0}, "antigen_molar"),
        ({"antibody_molar": float("nan")}, "antibody_molar"),
        ({"kd": 0.0}, "kd"),
        ({"valency": 0}, "valency"),
        ({"valency": 2.5}, "valency"),
        ({"arms": 0}, "arms"),
        ({"sample": 1}, "sample"),
    ],
)
def test_bad_input_names_the_key(change, key):
    good = {"antigen_molar": 1e-7, "antibody_molar": 1e-6, "valency": 5, "kd": 1e-9}
    with pytest.raises(InputError, match=key):
        complexes(**{**good, **change})
