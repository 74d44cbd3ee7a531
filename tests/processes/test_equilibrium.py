"""Receptor binding against published numbers, closed forms and conservation of mass."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from ivigabm.processes import equilibrium, multivalent
from ivigabm.processes.equilibrium import patch_affinity

Array = NDArray[np.float64]
ORACLE = Path(__file__).parents[1] / "data" / "multivalent_oracle.csv"


class Binding(NamedTuple):
    """Outputs of `multivalent_equilibrium`."""

    free: Array
    bound: Array
    crosslinked: Array
    in_complex: Array
    in_crosslinked: Array


def soluble(
    concentration: ArrayLike,
    counts: ArrayLike,
    affinity: ArrayLike,
    receptors: ArrayLike,
    kx: float,
) -> Binding:
    """Solve the binding of soluble complexes; fails where the tolerance was not reached."""
    inputs = [np.asarray(x, float) for x in (concentration, counts, affinity, receptors)]
    complexes, kinds = inputs[1].shape
    types = len(inputs[3])
    out = Binding(
        np.empty(types),
        np.empty(complexes),
        np.empty(complexes),
        np.empty((complexes, types)),
        np.empty((complexes, types)),
    )
    work = multivalent.multivalent_work(complexes, kinds, types)
    assert multivalent.multivalent_equilibrium(*inputs, kx, *out, work) < 60
    return out


def patch(
    kappa: ArrayLike, opsonin: ArrayLike, receptors: ArrayLike, competitor: ArrayLike
) -> tuple[Array, Array]:
    """Bound pairs and free opsonin of a patch; fails where the tolerance was not reached."""
    inputs = [np.asarray(x, float) for x in (kappa, opsonin, receptors, competitor)]
    kinds, types = inputs[0].shape
    bound, free = np.empty((kinds, types)), np.empty(kinds)
    work = equilibrium.patch_work(kinds, types)
    assert equilibrium.patch_equilibrium(*inputs, kinds, types, bound, free, work) < 30
    return bound, free


def decades(low: float, high: float) -> st.SearchStrategy[float]:
    """Positive numbers spread over the decades 10**low to 10**high."""
    return st.floats(low, high).map(lambda exponent: float(10**exponent))


def row(values: st.SearchStrategy[float], n: int) -> st.SearchStrategy[list[float]]:
    return st.lists(values, min_size=n, max_size=n)


# --- soluble monomers and complexes ---------------------------------------------------------


def oracle() -> Iterator[tuple[str, list[dict[str, str]]]]:
    with ORACLE.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        cases: dict[str, list[dict[str, str]]] = defaultdict(list)
        for line in rows:
            cases[line["case"]].append(line)
    yield from cases.items()


CASES = dict(oracle())


@pytest.mark.parametrize("case", CASES)
def test_published_model_and_forty_digit_solution(case: str) -> None:
    rows = CASES[case]
    axes = {
        axis: {name: i for i, name in enumerate(dict.fromkeys(r[axis] for r in rows if r[axis]))}
        for axis in ("complex", "igg", "receptor")
    }

    def place(line: dict[str, str]) -> tuple[int, ...]:
        return tuple(axes[axis][line[axis]] for axis in axes if line[axis])

    shape = {"concentration": ("complex",), "count": ("complex", "igg"), "kx": (),
             "affinity": ("igg", "receptor"), "receptors": ("receptor",)}  # fmt: skip
    given = {name: np.zeros([len(axes[axis]) for axis in dims]) for name, dims in shape.items()}
    for line in rows:
        if line["origin"] == "input":
            given[line["quantity"]][place(line)] = float(line["value"])
    result = soluble(
        given["concentration"], given["count"], given["affinity"], given["receptors"],
        float(given["kx"]),
    )  # fmt: skip
    answers = [line for line in rows if line["origin"] != "input"]
    types, complexes = len(axes["receptor"]), len(axes["complex"])
    assert len(answers) == types + complexes * (3 + 2 * types)
    for line in answers:
        got = getattr(result, line["quantity"])[place(line)]
        # the answers carry ten digits; zeros are exact
        assert got == pytest.approx(float(line["value"]), rel=1e-9, abs=0.0), line


def test_all_cases_are_there() -> None:
    assert list(CASES) == [f"C{n:02d}" for n in range(1, 13)]


def test_monomers_follow_langmuir() -> None:
    molar = np.array([6.7e-5, 3e-6, 1e-9])
    affinity = np.array([[6.5e7, 5.2e6, 1.2e5], [0.0, 1e5, 3e4], [1e9, 1e7, 1e3]])
    receptors = np.array([5e4, 2e5, 7e3])
    result = soluble(molar, np.eye(3), affinity, receptors, 6.31e-13)
    free = receptors / (1 + molar @ affinity)
    np.testing.assert_allclose(result.free, free, rtol=1e-12)
    np.testing.assert_allclose(result.in_complex, molar[:, None] * affinity * free, rtol=1e-12)
    np.testing.assert_allclose(result.bound, result.in_complex.sum(axis=1), rtol=1e-12)
    assert not result.crosslinked.any()
    assert not result.in_crosslinked.any()


def test_dimer_of_one_kind_follows_the_cubic() -> None:
    # R = x + (L / Kx) 2 psi (1 + psi) with psi = Kx K x, a quadratic in x
    molar, affinity, copies, kx = 3e-8, 2e6, 8e4, 6.31e-13
    result = soluble([molar], [[2.0]], [[affinity]], [copies], kx)
    a, b = 2 * molar * affinity * affinity * kx, 1 + 2 * molar * affinity
    free = 2 * copies / (b + sqrt(b * b + 4 * a * copies))
    psi = kx * affinity * free
    assert result.free[0] == pytest.approx(free, rel=1e-12)
    assert result.crosslinked[0] == pytest.approx(molar / kx * psi * psi, rel=1e-12)
    assert result.in_crosslinked[0, 0] == pytest.approx(2 * molar / kx * psi * psi, rel=1e-12)


def test_weak_cross_linking_is_not_lost_to_rounding() -> None:
    # psi is 1e-13: (1 + psi)**4 - 1 - 4 psi has no correct digit when written so
    affinity, copies, kx, molar = 1e3, 100.0, 1e-18, 1e-9
    result = soluble([molar], [[4.0]], [[affinity]], [copies], kx)
    psi = kx * affinity * result.free[0]
    assert result.crosslinked[0] == pytest.approx(6 * molar / kx * psi * psi, rel=1e-9)


def test_kinds_of_equal_affinity_are_one_kind() -> None:
    affinity, receptors = [5e6, 2e5], [3e4, 9e4]
    one = soluble([1e-9], [[5.0]], [affinity], receptors, 6.31e-13)
    two = soluble([1e-9], [[2.0, 3.0]], [affinity, affinity], receptors, 6.31e-13)
    for whole, split in zip(one, two, strict=True):
        np.testing.assert_allclose(split, whole, rtol=1e-11)


def test_what_is_absent_binds_nothing() -> None:
    counts = [[1.0, 0.0], [2.0, 2.0], [0.0, 4.0]]
    affinity = [[1e6, 1e5, 0.0], [1e7, 1e6, 0.0]]
    result = soluble([1e-6, 0.0, 1e-9], counts, affinity, [1e4, 0.0, 500.0], 1e-12)
    assert result.free[1] == 0.0
    assert result.free[2] == 500.0
    assert not result.in_complex[:, 1:].any()
    assert result.bound[1] == result.crosslinked[1] == 0.0
    assert result.bound[0] > 0.0 < result.bound[2]


def test_an_absent_complex_too_large_to_count_binds_nothing() -> None:
    # with these receptors free, 87 arms have a partition function of 1e304, two kinds 1e608
    result = soluble([0.0], [[87.0, 87.0]], [[1e7], [1e7]], [10**6.5], 1e-10)
    assert result.free[0] == 10**6.5
    assert not any(values.any() for values in result[1:])


@st.composite
def solutions(draw: st.DrawFn) -> dict[str, Any]:
    complexes, kinds, types = (draw(st.integers(1, 5)) for _ in range(3))
    arms = st.one_of(st.just(0.0), st.integers(1, 33).map(float), st.floats(1.0, 100.0))
    return {
        "concentration": draw(row(st.one_of(st.just(0.0), decades(-11, -4)), complexes)),
        "counts": [draw(row(arms, kinds)) for _ in range(complexes)],
        "affinity": [draw(row(decades(3, 9), types)) for _ in range(kinds)],
        "receptors": draw(row(st.one_of(st.just(0.0), decades(1, 6.5)), types)),
        "kx": draw(decades(-15, -10)),
    }


@given(solutions())
@settings(max_examples=300, deadline=None)
def test_soluble_binding_conserves_receptors_and_complexes(solution: dict[str, Any]) -> None:
    result = soluble(**solution)
    receptors = np.array(solution["receptors"])
    np.testing.assert_allclose(result.free + result.in_complex.sum(axis=0), receptors, rtol=3e-12)
    assert all((values >= 0.0).all() for values in result)
    assert (result.crosslinked <= result.bound).all()
    assert (result.in_crosslinked <= result.in_complex).all()
    # a complex that is bound but not cross-linked holds exactly one receptor
    singles = result.in_complex.sum(axis=1) - result.in_crosslinked.sum(axis=1)
    np.testing.assert_allclose(
        result.bound, result.crosslinked + singles, rtol=1e-9, atol=1e-9 * receptors.sum()
    )


# --- contact with an opsonised surface ------------------------------------------------------


def test_patch_affinity_at_15_nm_and_one_square_micrometre() -> None:
    kappa = patch_affinity(np.array([1e6, 2e6]), 15.0, 1.0)
    assert kappa[0] == pytest.approx(0.111, abs=5e-4)
    assert kappa[1] == 2 * kappa[0]
    halved = patch_affinity(np.array([1e6]), 30.0, 1.0)
    assert halved[0] == pytest.approx(kappa[0] / 2)
    assert patch_affinity(np.array([1e6]), 15.0, 2.0)[0] == pytest.approx(kappa[0] / 2)


@given(decades(-3, 2), decades(0, 5), decades(0, 5), decades(-2, 3))
@settings(max_examples=200, deadline=None)
def test_one_kind_and_one_receptor_follow_the_quadratic(
    kappa: float, opsonin: float, copies: float, competitor: float
) -> None:
    bound, free = patch([[kappa]], [opsonin], [copies], [competitor])
    # B = kappa / (1 + comp) (n - B) (R - B), written without cancellation
    total = opsonin + copies + (1 + competitor) / kappa
    product = 2 * opsonin * copies
    exact = product / (total + sqrt(max(0.0, total * total - 2 * product)))
    stiff = total / sqrt(max(total * total - 2 * product, 1e-12 * total * total))
    assert bound[0, 0] == pytest.approx(exact, rel=1e-11 * stiff)
    assert free[0] + bound[0, 0] == pytest.approx(opsonin, rel=1e-12)


@st.composite
def patches(draw: st.DrawFn, free_of_competitor: bool = False) -> dict[str, Any]:
    kinds, types = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    amounts = st.one_of(st.just(0.0), decades(0, 5))
    competitor = st.just(0.0) if free_of_competitor else decades(-2, 3)
    return {
        "kappa": [draw(row(st.one_of(st.just(0.0), decades(-3, 2)), types)) for _ in range(kinds)],
        "opsonin": draw(row(amounts, kinds)),
        "receptors": draw(row(amounts, types)),
        "competitor": draw(row(competitor, types)),
    }


@given(patches())
@settings(max_examples=300, deadline=None)
def test_patch_conserves_both_sides(case: dict[str, Any]) -> None:
    bound, free = patch(**case)
    kappa, opsonin = np.array(case["kappa"]), np.array(case["opsonin"])
    receptors, competitor = np.array(case["receptors"]), np.array(case["competitor"])
    np.testing.assert_allclose(free + bound.sum(axis=1), opsonin, rtol=1e-13)
    weight = kappa * free[:, None]
    for j in range(len(receptors)):
        # the law of mass action gives free receptor from any bound pair, and the same from all
        pairs = weight[:, j] > 0.0
        if receptors[j] > 0.0 and pairs.any():
            free_receptor = bound[pairs, j] / weight[pairs, j]
            total = free_receptor * (1 + competitor[j]) + bound[:, j].sum()
            np.testing.assert_allclose(total, receptors[j], rtol=2e-12)
        else:
            assert not bound[:, j].any()


@given(patches(free_of_competitor=True))
@settings(max_examples=100, deadline=None)
def test_without_competitor_the_two_sides_are_interchangeable(case: dict[str, Any]) -> None:
    bound, _ = patch(**case)
    kinds = len(case["opsonin"])
    mirrored, _ = patch(
        np.transpose(case["kappa"]), case["receptors"], case["opsonin"], [0.0] * kinds
    )
    least = np.minimum.outer(np.array(case["opsonin"]), np.array(case["receptors"]))
    assert (np.abs(mirrored.T - bound) <= 1e-6 * bound + 1e-9 * least).all()


@given(patches(), decades(-2, 2))
@settings(max_examples=100, deadline=None)
def test_a_competitor_for_every_receptor_lowers_the_bound_total(
    case: dict[str, Any], more: float
) -> None:
    before, _ = patch(**case)
    case["competitor"] = [c + (1 + c) * more for c in case["competitor"]]
    after, _ = patch(**case)
    assert after.sum() <= before.sum() * (1 + 1e-9)


def test_strong_affinity_binds_all_of_the_scarcer_side() -> None:
    bound, _ = patch([[1e6]], [100.0], [40.0], [0.0])
    assert bound[0, 0] == pytest.approx(40.0, rel=1e-6)
    bound, free = patch([[1e6]], [100.0], [400.0], [0.0])
    assert bound[0, 0] == pytest.approx(100.0, rel=1e-6)
    assert free[0] < 1e-4


def test_weak_affinity_is_a_product() -> None:
    bound, _ = patch([[1e-9, 2e-9]], [50.0], [30.0, 60.0], [4.0, 0.0])
    np.testing.assert_allclose(bound, [[1e-9 * 50 * 30 / 5, 2e-9 * 50 * 60]], rtol=1e-6)


def test_absent_kinds_and_receptors_change_no_bit() -> None:
    kappa = np.array([[0.5, 9.0, 0.02], [3.0, 9.0, 0.4], [9.0, 9.0, 9.0]])
    bound, free = patch(kappa, [200.0, 30.0, 0.0], [50.0, 0.0, 800.0], [3.0, 1.0, 0.5])
    small, small_free = patch(kappa[:2, [0, 2]], [200.0, 30.0], [50.0, 800.0], [3.0, 0.5])
    assert np.array_equal(bound[:2, [0, 2]], small)
    assert np.array_equal(free[:2], small_free)
    assert not bound[2].any()
    assert not bound[:, 1].any()
    assert free[2] == 0.0


def test_a_used_workspace_gives_the_same_bits() -> None:
    work = equilibrium.patch_work(2, 2)
    first, again, free = np.empty((2, 2)), np.empty((2, 2)), np.empty(2)
    case = (np.array([[0.5, 2.0], [1.0, 0.1]]), np.array([80.0, 9.0]), np.array([40.0, 70.0]))
    other = (np.ones((2, 2)), np.array([0.0, 5e4]), np.array([3.0, 0.0]))
    equilibrium.patch_equilibrium(*case, np.ones(2), 2, 2, first, free, work)
    equilibrium.patch_equilibrium(*other, np.ones(2), 2, 2, again, free, work)
    equilibrium.patch_equilibrium(*case, np.ones(2), 2, 2, again, free, work)
    assert np.array_equal(first, again)


def test_rows_out_of_use_are_left_alone() -> None:
    bound, free = np.full((3, 3), -1.0), np.full(3, -1.0)
    work = equilibrium.patch_work(3, 3)
    ones = np.ones(3)
    equilibrium.patch_equilibrium(np.ones((3, 3)), ones, ones, ones, 2, 1, bound, free, work)
    assert (bound[:2, 0] > 0.0).all()
    assert (bound[2] == -1.0).all()
    assert (bound[:, 1:] == -1.0).all()
    assert free[2] == -1.0
