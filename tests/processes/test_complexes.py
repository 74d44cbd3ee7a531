"""Immune complexes: compositions of mixed subclasses, and size as an outcome of what is mixed."""

from itertools import pairwise

import numpy as np
import pytest

from ivigabm.errors import InputError, NotExpressible
from ivigabm.evidence_arm import parse_arm
from ivigabm.experiments.binding_assay import bound_complexes
from ivigabm.model import IVIgModel
from ivigabm.perturbation import resolve
from ivigabm.processes.complexes import compositions, soluble_share
from ivigabm.processes.multivalent import UNSOLVABLE, multivalent_equilibrium, multivalent_work
from ivigabm.scenario import Scenario


def test_one_kind_gives_one_complex():
    counts, parts = compositions(26, [1.0])
    assert counts.tolist() == [[26.0]]
    assert parts.tolist() == [1.0]


@pytest.mark.parametrize("shares", [(0.1, 0.9), (0.68, 0.29, 0.03), (0.6, 0.3, 0.06, 0.04)])
def test_shares_of_igg_are_those_of_the_mixture(shares):
    counts, parts = compositions(4, shares)
    assert parts.sum() == pytest.approx(1.0)
    assert (counts.sum(axis=1) == 4.0).all()
    assert len(np.unique(counts, axis=0)) == len(counts)
    np.testing.assert_allclose(parts @ counts / 4.0, shares, rtol=1e-12)


def test_two_kinds_are_binomial():
    counts, parts = compositions(3, (0.25, 0.75))
    found = {int(row[0]): part for row, part in zip(counts, parts, strict=True)}
    assert found == pytest.approx({0: 0.421875, 1: 0.421875, 2: 0.140625, 3: 0.015625})


def test_too_many_compositions_are_refused():
    with pytest.raises(InputError, match="more than 2000; take fewer subclasses"):
        compositions(33, (0.6, 0.3, 0.06, 0.04))


# --- size is the outcome of antigen, antibody and their ratio -----------------------------------

RATIOS = (0.01, 0.1, 1.0, 10.0, 100.0)  # epitopes per arm
SEEDS = range(1, 4)


def model(scenario, words, probes=(), seed=1):
    change = parse_arm(words).perturbation()
    return IVIgModel(scenario, rng=seed, perturbation=change, probes=probes).run()


def rises_and_falls(curve):
    """Whether every seed's curve has its only top at equivalence."""
    steps = np.array([[b - a for a, b in pairwise(one)] for one in curve])
    return (steps[:, :2] > 0.0).all() and (steps[:, 2:] < 0.0).all()


def test_cross_linking_by_a_fixed_antibody_is_greatest_at_equivalence():
    """Heidelberger and Kendall 1935: the antigen rises, the antibody stays."""
    words = "complex.antibody=2; complex.epitopes=5; complex.ratio="
    curve = [
        [model("invitro_binding", f"{words}{r}", ["crosslinked"], seed).observer.last["crosslinked"]
         for r in RATIOS]
        for seed in SEEDS
    ]  # fmt: skip
    assert rises_and_falls(curve)
    assert min(one[2] for one in curve) > 10.0 * max(max(one[0], one[-1]) for one in curve)


def test_neutrophils_answer_complexes_of_the_zone_of_equivalence():
    ask = "activation[neutrophil]"
    words = (
        "cells=neutrophil:40; complex.concentration=1; complex.antibody=3; complex.epitopes=5; "
        "set.days=0.25; complex.ratio="
    )
    curve = [
        [model("invitro_culture", f"{words}{r}", [ask], seed).observer.last[ask] for r in RATIOS]
        for seed in SEEDS
    ]
    assert max(one[2] for one in curve) > 0.05
    assert rises_and_falls(curve)


@pytest.mark.parametrize("ratio", RATIOS)
def test_antibody_is_conserved_in_complexes_of_at_most_the_largest_size(ratio):
    words = f"complex.antibody=50; complex.ratio={ratio}; complex.subclass=IgG1:0.7,IgG2:0.3"
    made = model("invitro_binding", words).world.complexes
    sizes = made.counts.sum(axis=1)
    assert np.sum(made.molar * sizes) == pytest.approx(50e-9, rel=1e-9)
    assert sizes.max() <= 40.0 + 1e-9
    assert ((made.counts == 0.0) | (made.counts >= 1.0)).all()
    assert (made.joined == (sizes > 1.0)).all()


def test_one_antibody_on_an_antigen_is_no_complex_that_is_counted():
    words = "complex.antibody=50; complex.epitopes=1"
    last = model("invitro_binding", words, ["bound_complex", "binding[FcgRIIA]"]).observer.last
    assert last["bound_complex"] == 0.0
    assert last["binding[FcgRIIA]"] > 0.0


def test_a_size_that_is_said_stays_as_it_is_said():
    made = model("invitro_binding", "complex.valency=7; complex.ratio=3").world.complexes
    assert made.counts.tolist() == [[7.0]]
    assert made.molar.tolist() == pytest.approx([66.7e-9 / 7])
    aggregates = "cells=neutrophil; stimulus=aggregated_igg; complex.valency=7"
    binding = model("invitro_culture", aggregates).world.phagocytes[1].binding
    assert binding.counts[2:, 2:].tolist() == [[7.0]]


def test_aggregates_have_on_average_the_size_of_the_table():
    binding = model("invitro_culture", "cells=neutrophil; stimulus=aggregated_igg").world
    group = binding.phagocytes[1].binding
    igg = group.counts[2:, 2:].sum(axis=1)
    weight = np.sum(group.aggregate * igg * igg) / np.sum(group.aggregate * igg)
    assert weight == pytest.approx(binding.ps["culture.aggregate_valency"], rel=0.35)
    assert len(igg) > 3
    assert np.sum(group.aggregate * igg) == pytest.approx(10e-9, rel=1e-9)


def test_injected_complexes_act_by_what_of_them_is_soluble_and_joined():
    def share(ratio):
        words = f"give=immune_complex; set.parameters.give.complex_ratio={ratio}"
        small = "; set.run_in_days=0; set.days=0.1; set.section.width=16; set.section.height=16"
        return soluble_share(model("mouse_itp", words + small).world)

    excess, usual, equivalence, scarce = share(300), share(5), share(1), share(0.05)
    assert usual > 0.5
    assert excess < 0.1 * usual
    assert scarce < 0.5 * usual
    assert equivalence < 0.2 * usual  # nearly all of it falls out


# --- bad amounts --------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("place", ["concentration", "affinity", "copies", "kx"])
def test_an_equilibrium_of_no_amounts_ends_and_says_so(bad, place):
    inputs = {"concentration": 1e-9, "affinity": 1e6, "copies": 1e5, "kx": 6.31e-13} | {place: bad}
    out = [np.full(1, 5.0) for _ in range(3)] + [np.full((1, 1), 5.0) for _ in range(2)]
    steps = multivalent_equilibrium(
        np.array([inputs["concentration"]]), np.array([[4.0]]), np.array([[inputs["affinity"]]]),
        np.array([inputs["copies"]]), inputs["kx"], *out, multivalent_work(1, 1, 1),
    )  # fmt: skip
    assert steps == UNSOLVABLE
    assert not any(part.any() for part in out)
    with pytest.raises(InputError, match="finite numbers from 0 on"):
        bound_complexes(
            inputs["concentration"], 4.0, (1.0,), (inputs["affinity"],), inputs["copies"],
            inputs["kx"],
        )  # fmt: skip


def test_a_run_with_copies_that_are_no_number_stops_with_a_message():
    stopped = IVIgModel("invitro_binding", rng=1, perturbation=parse_arm("none").perturbation())
    stopped.world.tables["fcg_receptor"]["copies"][:] = np.nan
    with pytest.raises(InputError, match=r"(?s)copies .*finite numbers"):
        stopped.step()


def test_complexes_are_for_a_dish():
    with pytest.raises(NotExpressible, match="is no dish"):
        resolve(Scenario.load("itp"), parse_arm("complex.ratio=1").perturbation())
