"""Every relation, with scripted figures: what holds, what is settled, what never can."""

import numpy as np
import pytest

from ivigabm.errors import InputError, NotExpressible
from ivigabm.experiments.findings.relations import Judgement, Relation, judge, limits
from ivigabm.readout import Group, parse_readout


def group(values: list[float], stat: str = "platelets", **parts: list[float]) -> Group:
    readout = parse_readout(stat)
    seeds = tuple(range(1, len(values) + 1))
    arrays = {name: np.array(part, float) for name, part in {"arm": values, **parts}.items()}
    return Group(readout, seeds, arrays, 1.0 if readout.stat == "protection" else None)


def tried(
    word: str,
    arm: list[float],
    versus: list[float] | None,
    low: float | None = None,
    high: float | None = None,
    stat: str = "platelets",
) -> Judgement:
    first = group(arm, stat)
    second = None if versus is None else group(versus, stat)
    return judge(Relation(word, low, high), first.readout, first, second)


def protected(arm: float, count: int = 8) -> Group:
    """Disease takes 1000 down to 0; the arm keeps a share of it."""
    spread = np.linspace(-5, 5, count)
    return group(
        list(1000 * arm + spread), "platelets.protection@1d", untreated=[0.0] * count,
        off=[1000.0] * count,
    )  # fmt: skip


STEADY = [100.0, 101.0, 99.0, 100.5, 99.5, 100.0, 101.0, 99.0]


def scaled(factor: float) -> list[float]:
    return [factor * value for value in STEADY]


@pytest.mark.parametrize(
    ("factor", "holds"), [(1.5, True), (1.11, True), (1.05, False), (0.5, False)]
)
def test_greater_takes_a_ratio_worth_naming(factor: float, holds: bool) -> None:
    """A twin difference of 5 % is sure, and still a trifle."""
    found = tried(">", scaled(factor), STEADY)
    assert found.holds is holds
    assert found.value == pytest.approx(factor)
    assert (found.band_low, found.band_high, found.neutral) == (1.1, np.inf, 1.0)


@pytest.mark.parametrize(
    ("factor", "holds"), [(0.5, True), (0.89, True), (0.95, False), (1.5, False)]
)
def test_less_is_the_mirror_image(factor: float, holds: bool) -> None:
    assert tried("<", scaled(factor), STEADY).holds is holds


def test_a_difference_must_be_sure() -> None:
    noisy = [300.0, 20.0, 180.0, 60.0, 250.0, 10.0, 90.0, 130.0]
    found = tried(">", noisy, noisy[::-1])
    assert not found.holds
    large = tried(">", [value + 15.0 for value in noisy], noisy[::-1])
    assert large.value > 1.1
    assert not large.holds
    assert not large.settled


def test_limits_given_are_those_of_the_ratio() -> None:
    assert tried("<", scaled(0.6), STEADY, high=0.5).holds is False
    assert tried("<", scaled(0.4), STEADY, high=0.5).holds is True
    assert tried("<", scaled(0.1), STEADY, low=0.2, high=0.5).holds is False
    assert tried(">", scaled(1.5), STEADY, low=2.0).holds is False
    assert tried(">", scaled(2.5), STEADY, low=2.0, high=3.0).holds is True
    assert tried(">", scaled(3.5), STEADY, low=2.0, high=3.0).holds is False


def test_shares_take_a_difference_of_a_tenth() -> None:
    found = tried(">", [0.15] * 8, [0.07] * 8, stat="viability[b_cell]")
    assert not found.holds
    assert found.value == pytest.approx(0.08)
    assert tried(">", [0.3] * 8, [0.1] * 8, stat="viability[b_cell]").holds
    assert tried("<", [0.1] * 8, [0.3] * 8, stat="viability[b_cell]").holds


def test_changes_take_a_tenth_of_the_larger_one() -> None:
    stat = "platelets.change@7d"
    assert tried(">", [-10.0] * 8, [-20.0] * 8, stat=stat).holds
    assert not tried(">", [-19.0] * 8, [-20.0] * 8, stat=stat).holds
    assert tried("<", [-5.0] * 8, [5.0] * 8, stat=stat).holds


def test_alike_means_the_whole_interval() -> None:
    assert tried("~", scaled(1.05), STEADY, 0.8, 1.25).holds
    wide = [100.0, 200.0, 50.0, 100.0, 150.0, 30.0, 90.0, 100.0]
    found = tried("~", wide, STEADY, 0.8, 1.25)
    assert 0.8 < found.value < 1.25
    assert not found.holds
    assert not found.settled


def test_two_nothings_are_not_alike() -> None:
    def alike(share: float) -> Judgement:
        first, second = protected(share), protected(share)
        return judge(Relation("~", 0.75, 1.33), first.readout, first, second)

    assert alike(0.8).holds
    assert not alike(0.15).holds
    assert alike(0.15).settled


@pytest.mark.parametrize(
    ("word", "low", "high", "holds"),
    [
        ("ratio", 0.2, 0.4, True), ("ratio", 0.4, 0.6, False),
        ("reduction", 0.6, 0.8, True), ("reduction", 0.2, 0.4, False),
        ("difference", -80.0, -60.0, True), ("difference", 60.0, 80.0, False),
    ],
)  # fmt: skip
def test_bands(word: str, low: float, high: float, holds: bool) -> None:
    found = tried(word, scaled(0.3), STEADY, low, high)
    assert found.holds is holds
    assert found.settled


def test_a_value_needs_no_versus_and_a_narrow_interval() -> None:
    assert tried("value", STEADY, None, 90, 110).holds
    assert not tried("value", STEADY, None, 110, 120).holds
    wide = [0.0, 200.0, 0.0, 200.0, 0.0, 200.0, 0.0, 200.0]
    found = tried("value", wide, None, 90, 110)
    assert found.value == 100.0
    assert not found.holds
    assert not found.settled


def test_undefined_never_holds() -> None:
    nothing = [0.0] * 8
    for word in ("<", ">"):
        assert not tried(word, nothing, nothing).holds
    assert not tried("~", nothing, nothing, 0.0, 10.0).holds
    none = tried("ratio", nothing, nothing, 0.0, 10.0)
    assert not none.holds
    assert none.settled
    healthy = group([1.0] * 8, "platelets.protection@1d", untreated=[1.0] * 8, off=[1.0] * 8)
    assert not judge(Relation("value", 0.0, 1.0), healthy.readout, healthy, None).holds


def test_nobody_who_meets_the_first_condition_is_undefined() -> None:
    stat = "incat.share(change<=-1 given change<=-1@84d)@28d"
    some = group([1.0] * 8, stat, given=[1.0] * 7 + [0.0])
    assert judge(Relation("value", 0.5, 1.0), some.readout, some, None).holds
    nobody = group([1.0] * 8, stat, given=[0.0] * 8)
    found = judge(Relation("value", 0.5, 1.0), nobody.readout, nobody, None)
    assert not found.holds
    assert np.isnan([found.value, found.low, found.high]).all()


def test_something_over_nothing_is_greater() -> None:
    assert tried(">", [1.0] * 8, [0.0] * 8).holds
    assert tried("<", [0.0] * 8, [1.0] * 8).holds


def test_one_replicate_says_nothing() -> None:
    found = tried(">", [2.0], [1.0])
    assert not found.holds
    assert np.isnan(found.low)


def test_eight_who_agree_are_not_everybody() -> None:
    """A share of 0 of 8 has no spread; the ninth may differ, so the row is not settled."""
    stat = "incat.share(change<=-1)@28d"
    found = tried("value", [0.0] * 8, None, 0.0, 0.1, stat)
    assert found.holds
    assert not found.settled
    assert tried("value", [0.0] * 64, None, 0.0, 0.1, stat).settled


def test_settled_is_asked_of_a_wider_interval() -> None:
    draws = np.linspace(0.0, 1.0, 1001)
    assert limits(draws, 0.95) == (pytest.approx(0.025), pytest.approx(0.975))
    assert limits(np.where(draws > 0.9, np.nan, draws), 0.95)[0] != limits(draws, 0.95)[0]
    edge = [1.0, 1.3, 1.0, 1.3, 1.1, 1.2, 1.0, 1.3]
    found = tried(">", edge, [1.0] * 8)
    assert found.holds
    assert not found.settled


def test_arms_are_pairs() -> None:
    first, second = group([1.0] * 8), group([1.0] * 7)
    with pytest.raises(ValueError, match="different seeds"):
        judge(Relation(">"), first.readout, first, second)


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (("~", 0.8, None), InputError, "both needed"),
        (("ratio", None, None), InputError, "low or high"),
        (("value", 2.0, 1.0), InputError, "above high"),
        (("=", None, None), NotExpressible, "relation '='"),
        (("reductoin", 0.1, 0.2), NotExpressible, "did you mean 'reduction'"),
    ],
)
def test_relations_that_cannot_be(words: tuple, kind: type, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(kind, match=message):
        Relation(*words)
