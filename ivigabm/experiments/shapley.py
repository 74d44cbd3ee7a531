"""Cooperative games: who contributed how much, from the values of coalitions.

A coalition is a bit mask: player i belongs to it when bit i is set. Tables of values have their
coalitions on the last axis; axes before it (seeds, days, doses) are carried through, since all
that is computed here is linear in the values.

    share_i       = mean over orders of  v(before i and i) - v(before i)          (Shapley 1953)
    synergy_ij    = mean over orders with i, j adjacent of
                    v(S i j) - v(S i) - v(S j) + v(S)       (Grabisch & Roubens 1999, Int J Game
                                                             Theory 28:547)

The shares of an order telescope, so they add up to v(all) - v(none) with any set of orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.experiments.bootstrap import quantiles, resamples
from ivigabm.experiments.uncertainty import parameter_share

Array = NDArray[np.float64]
Orders = NDArray[np.int64]  # of players, shape (draws, 2, players): an order and its reverse
MOST_EXACT = 12  # players: beyond it the tables of all coalitions outgrow their use
_CHUNK = 20_000_000  # numbers held at once while resampling


class Estimates(NamedTuple):
    """Figures with the limits of their 95 % intervals, all of one shape."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Design:
    """Which coalitions to look at, and how their values make shares.

    Attributes
    ----------
    coalitions : masks, ascending; none and all are among them. Shape (coalitions,).
    shares : weight of each coalition in each player's share, shape (draws, players, coalitions).
        A draw is an antithetic pair of orders; an exact design has one draw, of all orders.
    pairs : the same for sums of synergies, shape (draws, players, players, coalitions).
    seen : how many terms such a sum has, shape (draws, players, players).
    """

    coalitions: NDArray[np.int64]
    shares: Array
    pairs: Array
    seen: Array

    @property
    def players(self) -> int:
        """Number of players."""
        return int(self.shares.shape[1])

    @property
    def exact(self) -> bool:
        """Whether every coalition is looked at."""
        return len(self.coalitions) == 1 << self.players

    def total(self, values: Array) -> Array:
        """v(all) - v(none), shape (...); `values` has shape (..., coalitions)."""
        return np.asarray(values[..., -1] - values[..., 0])

    def share_values(self, values: Array) -> Array:
        """Shapley values, shape (..., players)."""
        return np.asarray(values @ self.shares.mean(axis=0).T)

    def synergy_values(self, values: Array) -> Array:
        """Interaction of each pair, shape (..., players, players); NaN where none was seen."""
        sums = np.einsum("...c,pqc->...pq", values, self.pairs.sum(axis=0))
        return _ratio(sums, self.seen.sum(axis=0))


def members(mask: int, players: int) -> tuple[int, ...]:
    """Players of a coalition, ascending."""
    return tuple(i for i in range(players) if mask >> i & 1)


def exact_design(players: int) -> Design:
    """All coalitions.

    Raises
    ------
    ValueError : more than `MOST_EXACT` players.
    """
    if players > MOST_EXACT:
        raise ValueError(f"{players} players; all coalitions of at most {MOST_EXACT} are counted")
    masks = np.arange(1 << players)
    inside = (masks[None, :] >> np.arange(players)[:, None] & 1).astype(bool)
    size = inside.sum(axis=0)
    shares = np.zeros((1, players, len(masks)))
    pairs = np.zeros((1, players, players, len(masks)))
    for i in range(players):
        others = size - inside[i]
        shares[0, i] = np.where(inside[i], 1.0, -1.0) * _weights(others, players)
        for j in range(players):
            if i != j:
                sign = np.where(inside[i] == inside[j], 1.0, -1.0)
                pairs[0, i, j] = sign * _weights(others - inside[j], players - 1)
    return Design(masks, shares, pairs, 1.0 - np.eye(players)[None])


def _weights(size: NDArray[np.int64], players: int) -> Array:
    """Chance that, in a random order, exactly a given set of `size` others comes before one."""
    table = [factorial(k) * factorial(players - 1 - k) / factorial(players) for k in range(players)]
    return np.array(table)[size]


def williams_square(players: int) -> NDArray[np.int64]:
    """Orders in which all players stand equally often at each place and beside each other.

    Even counts need one square of `players` orders, odd ones also its mirror. The second half
    holds the reverses of the first, row by row (Williams 1949, Aust J Sci Res A 2:149).
    """
    steps = [0, *(((k + 1) // 2) if k % 2 else players - k // 2 for k in range(1, players))]
    square = (np.array(steps)[None, :] + np.arange(players)[:, None]) % players
    if players % 2:
        return np.concatenate([square, square[:, ::-1]])
    return square


def antithetic_orders(players: int, draws: int, seed: int = 0) -> Orders:
    """Random orders with their reverses, shape (draws, 2, players).

    They come in Williams squares whose players are relabelled at random: each order by itself
    is uniform, and a full square meets every pair of neighbours equally often.
    """
    square = williams_square(players)
    half = max(1, len(square) // 2)
    generator = np.random.default_rng(seed)
    found: list[NDArray[np.int64]] = []
    while len(found) < draws:
        label = generator.permutation(players)
        rows = generator.permutation(half)
        found += [np.stack([label[square[r]], label[square[r][::-1]]]) for r in rows]
    return np.array(found[:draws]).reshape(draws, 2, players)


def _visited(orders: Orders) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Coalitions along each order, and those with two neighbours in the other order."""
    bits = np.int64(1) << orders
    none = np.zeros((*orders.shape[:-1], 1), np.int64)
    along = np.concatenate([none, np.cumsum(bits, axis=-1)], axis=-1)
    return along, along[..., :-2] + bits[..., 1:]


def sampled_design(orders: Orders) -> Design:
    """The design of some antithetic pairs of orders, shape (draws, 2, players)."""
    draws, _, players = orders.shape
    along, swapped = _visited(orders)
    masks, column = np.unique(np.concatenate([along, swapped], axis=-1), return_inverse=True)
    column = column.reshape(draws, 2, -1)
    shares = np.zeros((draws, players, len(masks)))
    pairs = np.zeros((draws, players, players, len(masks)))
    seen = np.zeros((draws, players, players))
    for d, way in np.ndindex(draws, 2):
        order, at = orders[d, way], column[d, way, : players + 1]
        np.add.at(shares[d], (order, at[1:]), 0.5)
        np.add.at(shares[d], (order, at[:-1]), -0.5)
        other = column[d, way, players + 1 :]
        for a, b in ((order[:-1], order[1:]), (order[1:], order[:-1])):
            seen[d][a, b] += 1.0
            for where, sign in ((at[2:], 1.0), (at[1:-1], -1.0), (other, -1.0), (at[:-2], 1.0)):
                np.add.at(pairs[d], (a, b, where), sign)
    return Design(masks, shares, pairs, seen)


def affordable_designs(players: int, coalitions: int, count: int) -> tuple[Design, ...]:
    """A design for each of `count` seeds, none with more coalitions than so many.

    Exact where that fits. Otherwise each seed has orders of its own, as many as fit: one stream
    of Williams squares is dealt out, so that more seeds also mean more orders.

    Raises
    ------
    ValueError : not even one pair of orders fits.
    """
    if players <= MOST_EXACT and 1 << players <= coalitions:
        return (exact_design(players),) * count
    dealt: list[Orders] = []
    for draws in range(
        1, max(coalitions, 1) + 1
    ):  # a draw adds coalitions until all have been seen
        orders = antithetic_orders(players, draws * count)
        parts = [orders[k * draws : (k + 1) * draws] for k in range(count)]
        most = max(len(np.unique(np.concatenate(_visited(part), axis=None))) for part in parts)
        if most > coalitions:
            break
        dealt = parts
    if not dealt:
        raise ValueError(f"{coalitions} coalitions per seed; at least {most} are needed")
    return tuple(sampled_design(part) for part in dealt)


def estimate_totals(designs: Sequence[Design], values: Sequence[Array]) -> Estimates:
    """v(all) - v(none) as the mean over individuals, shape (...); resampled as shares are."""
    total = total_terms(designs, values)
    return _estimate(total, np.ones_like(total), len(designs))


def estimate_shares(designs: Sequence[Design], values: Sequence[Array]) -> Estimates:
    """Shapley values as means over individuals, shape (..., players).

    Seeds are resampled as wholes, so that what twins share cancels, and within each seed the
    orders of a sampled design, so that the interval holds both sources of uncertainty. Over
    draws of the parameters, these are resampled as wholes, and the seeds within them.

    Parameters
    ----------
    designs : one for each seed, with equally many draws of orders.
    values : for each seed, or for each draw of the parameters and seed (draw by draw), shape
        (..., coalitions), in the order of its design's coalitions.
    """
    terms = share_terms(designs, values)
    return _estimate(terms, np.ones_like(terms), len(designs))


def total_terms(designs: Sequence[Design], values: Sequence[Array]) -> Array:
    """v(all) - v(none) of every individual, shape (individuals, 1, ...)."""
    return np.stack([d.total(v)[None] for d, v in zip(cycle(designs), values, strict=False)])


def share_terms(designs: Sequence[Design], values: Sequence[Array]) -> Array:
    """What each draw of orders says of the shares: (individuals, orders, ..., players)."""
    pairs = zip(cycle(designs), values, strict=False)
    return np.stack([np.einsum("...c,dpc->d...p", v, d.shares) for d, v in pairs])


def estimate_synergies(designs: Sequence[Design], values: Sequence[Array]) -> Estimates:
    """Interaction of each pair as the mean over individuals, shape (..., players, players)."""
    terms, counts = [], []
    for design, table in zip(cycle(designs), values, strict=False):
        term = np.einsum("...c,dpqc->d...pq", table, design.pairs)
        seen = design.seen.reshape(len(term), *(1,) * (table.ndim - 1), *design.seen.shape[1:])
        terms.append(term)
        counts.append(np.broadcast_to(seen, term.shape))
    return _estimate(np.stack(terms), np.stack(counts), len(designs))


def _estimate(terms: Array, counts: Array, seeds: int) -> Estimates:
    """Sum of `terms` over sum of `counts`, both of shape (individuals, draws, ...), over both axes.

    Individuals beyond the seeds are those of further draws of the parameters.
    """
    individuals, draws, *shape = terms.shape
    if individuals > seeds:
        return _estimate(_by_draw(terms, seeds), _by_draw(counts, seeds), individuals // seeds)
    terms, counts = terms.reshape(seeds * draws, -1), counts.reshape(seeds * draws, -1)
    value = _ratio(terms.sum(axis=0), counts.sum(axis=0))
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    if seeds > 1:
        weights = _resampled(seeds, draws)
        step = max(1, _CHUNK // len(weights))
        for first in range(0, terms.shape[1], step):
            part = slice(first, first + step)
            figures = _ratio(weights @ terms[:, part], weights @ counts[:, part])
            # a resample that missed every term of a rare pair repeats the figure
            figures = np.where(np.isnan(figures), value[part], figures)
            low[part], high[part] = quantiles(figures)
    limits = np.fmin(low, value), np.fmax(high, value)  # equal terms differ by rounding only
    if seeds < 2:
        limits = low, high
    return Estimates(*(part.reshape(shape) for part in (value, *limits)))


def of_parameters(terms: Array, seeds: int) -> Array:
    """Share of the variance of each figure that draws of the parameters make, shape (figures,).

    terms : of individuals, draw by draw, shape (draws * seeds, orders, figures).
    """
    by_seed = terms.mean(axis=1).reshape(-1, seeds, terms.shape[-1])
    figures = np.einsum("rs,dsf->fdr", resamples(seeds), by_seed)
    return np.array([parameter_share(one) for one in figures])


def _by_draw(terms: Array, seeds: int) -> Array:
    """Draws of the parameters as individuals, with seeds and orders as what is drawn in each."""
    individuals, orders, *shape = terms.shape
    return terms.reshape(individuals // seeds, seeds * orders, *shape)


def _resampled(seeds: int, draws: int) -> Array:
    """Weights of seeds, and of draws within each seed, per resample: (resamples, seeds * draws)."""
    outer = resamples(seeds)
    inner = [resamples(draws, stream=k) for k in range(1, seeds + 1)]
    return np.concatenate([outer[:, k, None] * w for k, w in enumerate(inner)], axis=1)


def _ratio(sums: Array, counts: Array) -> Array:
    """sums / counts; NaN where nothing was counted."""
    return np.asarray(np.where(counts > 0, sums / np.where(counts > 0, counts, 1.0), np.nan))
