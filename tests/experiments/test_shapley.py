"""Shapley values and interactions against games with closed solutions."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from ivigabm.experiments import shapley
from ivigabm.experiments.shapley import (
    affordable_designs,
    antithetic_orders,
    estimate_shares,
    estimate_synergies,
    estimate_totals,
    exact_design,
    members,
    sampled_design,
    williams_square,
)


def table(game, design):
    """Values of a game, a function of the set of players, for the coalitions of a design."""
    return np.array([game(set(members(int(m), design.players))) for m in design.coalitions])


def unanimity(carriers, height=1.0):
    return lambda s: height if carriers <= s else 0.0


def test_additive_game_gives_each_player_its_own_worth_and_no_synergy():
    worth = np.array([3.0, -1.0, 0.0, 2.5, 7.0])
    design = exact_design(5)
    values = table(lambda s: 10.0 + sum(worth[i] for i in s), design)
    assert np.allclose(design.share_values(values), worth)
    synergy = design.synergy_values(values)
    assert np.allclose(synergy[~np.eye(5, dtype=bool)], 0.0)
    assert np.isnan(np.diag(synergy)).all()


def test_unanimity_game_is_shared_by_its_carriers():
    design = exact_design(6)
    values = table(unanimity({1, 3, 4}, 12.0), design)
    assert np.allclose(design.share_values(values), [0, 4, 0, 4, 4, 0])
    # the interaction index of a unanimity game of t carriers is 1 / (t - 1) for its pairs
    synergy = design.synergy_values(values)
    for i in range(6):
        for j in range(i):
            both = {i, j} <= {1, 3, 4}
            assert synergy[i, j] == pytest.approx(6.0 if both else 0.0, abs=1e-12)


def test_glove_game():
    # player 0 holds a left glove, 1 and 2 right ones; a pair is worth 1
    design = exact_design(3)
    values = table(lambda s: float(min(len(s & {0}), len(s & {1, 2}))), design)
    assert np.allclose(design.share_values(values), [2 / 3, 1 / 6, 1 / 6])
    synergy = design.synergy_values(values)
    assert synergy[0, 1] == pytest.approx(0.5)
    assert synergy[1, 2] == pytest.approx(-0.5)  # two right gloves make each other redundant


def test_airport_game_shares_each_stretch_among_its_users():
    cost = np.array([1.0, 2.0, 3.5, 3.5, 8.0])
    design = exact_design(5)
    values = table(lambda s: max((cost[i] for i in s), default=0.0), design)
    shared = np.cumsum(np.diff(cost, prepend=0.0) / np.arange(5, 0, -1))
    assert np.allclose(design.share_values(values), shared)


def test_symmetric_voting_and_a_security_council():
    majority = exact_design(7)
    assert np.allclose(majority.share_values(table(lambda s: len(s) > 3, majority) * 1.0), 1 / 7)
    weights = np.array([4, 2, 1, 1])  # 5 of 8 votes pass
    council = exact_design(4)
    values = table(lambda s: float(sum(weights[i] for i in s) >= 5), council)
    pivots = np.zeros(4)
    for order in permutations(range(4)):
        passed = next(k for k in range(4) if weights[list(order[: k + 1])].sum() >= 5)
        pivots[order[passed]] += 1 / 24
    assert np.allclose(council.share_values(values), pivots)


def test_nobody_and_one_alone():
    assert exact_design(0).share_values(np.array([5.0])).shape == (0,)
    assert exact_design(0).total(np.array([5.0])) == 0.0
    assert exact_design(1).share_values(np.array([2.0, 5.0])) == pytest.approx([3.0])


@pytest.mark.parametrize("players", [1, 2, 3, 4, 5, 8, 9, 12])
def test_a_williams_square_is_balanced(players):
    square = williams_square(players)
    for place in square.T:
        assert len(set(np.bincount(place, minlength=players))) == 1
    neighbours = [(a, b) for row in square.tolist() for a, b in pairwise(row)]
    assert len(set(neighbours)) == players * (players - 1)
    assert len({neighbours.count(pair) for pair in set(neighbours)}) <= 1
    half = square[: max(1, len(square) // 2)]
    both = sorted([*half.tolist(), *half[:, ::-1].tolist()])
    assert players == 1 or both == sorted(square.tolist())


def test_orders_are_antithetic_uniform_and_repeatable():
    orders = antithetic_orders(4, 4000, seed=3)
    assert (orders[:, 0] == orders[:, 1, ::-1]).all()
    assert (orders == antithetic_orders(4, 4000, seed=3)).all()
    assert (orders[:10] == antithetic_orders(4, 10, seed=3)).all()
    _, counts = np.unique(orders.reshape(-1, 4), axis=0, return_counts=True)
    assert len(counts) == 24
    assert counts == pytest.approx(8000 / 24, rel=0.25)


def random_game(players, seeds, rng):
    return rng.normal(size=(seeds, 1 << players))


@pytest.mark.parametrize("players", [4, 5])
def test_sampling_goes_to_the_exact_answer(players):
    rng = np.random.default_rng(1)
    values = random_game(players, 1, rng)[0]
    exact, many = exact_design(players), sampled_design(antithetic_orders(players, 3000, seed=2))
    seen = values[many.coalitions]
    assert np.allclose(many.share_values(seen), exact.share_values(values), atol=0.04)
    off = ~np.eye(players, dtype=bool)
    found, right = many.synergy_values(seen), exact.synergy_values(values)
    assert np.allclose(found[off], right[off], atol=0.15)  # standard error 0.04


def test_shares_add_up_with_any_few_orders():
    rng = np.random.default_rng(5)
    design = sampled_design(antithetic_orders(10, 3, seed=1))
    values = rng.normal(size=(4, 6, len(design.coalitions)))
    assert np.allclose(design.share_values(values).sum(axis=-1), design.total(values))


def test_one_square_gives_additive_and_pairwise_games_exactly():
    # position-balanced orders leave no error where effects are of players and pairs only
    rng = np.random.default_rng(8)
    worth, bond = rng.normal(size=6), np.triu(rng.normal(size=(6, 6)), 1)

    def game(s):
        return sum(worth[i] for i in s) + sum(bond[i, j] for i in s for j in s)

    design = sampled_design(antithetic_orders(6, 3, seed=4))
    values = table(game, design)
    assert np.allclose(design.share_values(values), worth + (bond + bond.T).sum(axis=0) / 2)
    off = ~np.eye(6, dtype=bool)
    assert np.allclose(design.synergy_values(values)[off], (bond + bond.T)[off])


def test_leading_axes_are_carried_through():
    rng = np.random.default_rng(2)
    design = exact_design(3)
    values = rng.normal(size=(5, 7, 8))
    shares = estimate_shares([design] * 5, values)
    assert shares.value.shape == (7, 3)
    assert np.allclose(shares.value, design.share_values(values).mean(axis=0))
    one = estimate_shares([design] * 5, values[:, 4])
    assert np.allclose(one.low, shares.low[4])
    pairs = estimate_synergies([design] * 5, values)
    assert pairs.low.shape == (7, 3, 3)
    assert np.allclose(pairs.value[2, 0, 1], design.synergy_values(values)[:, 2, 0, 1].mean())


def test_intervals_come_from_seeds_and_shrink_with_pairing():
    rng = np.random.default_rng(9)
    design = exact_design(3)
    patient = rng.normal(scale=100.0, size=(12, 1))  # what all coalitions of one seed share
    values = patient + np.array([0, 1, 1, 2, 1, 2, 2, 3.0]) + 0.1 * rng.normal(size=(12, 8))
    shares = estimate_shares([design] * 12, values)
    assert (shares.high - shares.low < 0.3).all()
    assert np.allclose(shares.value, 1.0, atol=0.15)
    total = estimate_totals([design] * 12, values)
    assert total.low < 3.0 < total.high
    assert total.value == pytest.approx(shares.value.sum())
    assert np.isnan(estimate_shares([design], values[:1]).low).all()


def test_intervals_hold_the_error_of_sampled_orders():
    # no noise between seeds: all uncertainty is that of the orders drawn
    rng = np.random.default_rng(3)
    hits, runs, seeds, draws = 0, 40, 6, 3
    game = rng.normal(size=1 << 7)
    right = exact_design(7).share_values(game)
    for trial in range(runs):
        orders = antithetic_orders(7, seeds * draws, seed=trial)
        designs = [sampled_design(part) for part in np.split(orders, seeds)]
        shares = estimate_shares(designs, [game[d.coalitions] for d in designs])
        hits += int(((shares.low <= right) & (right <= shares.high)).sum())
        assert shares.value.sum() == pytest.approx(game[-1] - game[0])
    assert 0.9 < hits / (runs * 7) <= 1.0


def test_a_budget_is_kept_and_exact_when_it_allows():
    assert all(design.exact for design in affordable_designs(6, 64, 3))
    assert affordable_designs(0, 1, 1)[0].exact
    for limit in (40, 63):
        designs = affordable_designs(6, limit, 3)
        assert len(designs) == 3
        assert len({len(design.shares) for design in designs}) == 1
        for design in designs:
            assert not design.exact
            assert 15 < len(design.coalitions) <= limit
            assert design.coalitions[0] == 0
            assert design.coalitions[-1] == 63
        assert set(designs[0].coalitions.tolist()) != set(designs[1].coalitions.tolist())
    with pytest.raises(ValueError, match="at least"):
        affordable_designs(6, 10, 2)
    with pytest.raises(ValueError, match="players"):
        exact_design(shapley.MOST_EXACT + 1)


def test_three_seeds_deal_out_one_square():
    designs = affordable_designs(6, 24, 3)
    assert [len(design.shares) for design in designs] == [1, 1, 1]
    seen = sum(design.seen[0] for design in designs)
    assert (seen[~np.eye(6, dtype=bool)] == 2).all()
