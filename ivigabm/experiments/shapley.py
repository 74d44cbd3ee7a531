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

from dataclasses import dataclass
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.experiments.bootstrap import quantiles, resamples

Array = NDArray[np.float64]
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
        return self.shares.shape[1]

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


def antithetic_orders(players: int, draws: int, seed: int) -> NDArray[np.int64]:
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


def sampled_design(players: int, draws: int, seed: int = 0) -> Design:
    """Antithetic pairs of orders, with the coalitions that show neighbours the other way round."""
    orders = antithetic_orders(players, draws, seed)
    bits = np.int64(1) << orders
    upto = np.concatenate([np.zeros((draws, 2, 1), np.int64), np.cumsum(bits, axis=2)], axis=2)
    swapped = upto[:, :, :-2] + bits[:, :, 1:]  # the later of two neighbours without the earlier
    masks = np.unique(np.concatenate([upto.ravel(), swapped.ravel()]))
    column = {int(mask): c for c, mask in enumerate(masks)}
    shares = np.zeros((draws, players, len(masks)))
    pairs = np.zeros((draws, players, players, len(masks)))
    seen = np.zeros((draws, players, players))
    for d in range(draws):
        for order, chain, other in zip(orders[d], upto[d], swapped[d], strict=True):
            for k, i in enumerate(order):
                shares[d, i, column[int(chain[k + 1])]] += 0.5
                shares[d, i, column[int(chain[k])]] -= 0.5
            for k, (i, j) in enumerate(zip(order, order[1:], strict=False)):
                for a, b in ((i, j), (j, i)):
                    seen[d, a, b] += 1.0
                    for mask, sign in (
                        (chain[k + 2], 1), (chain[k + 1], -1), (other[k], -1), (chain[k], 1)
                    ):  # fmt: skip
                        pairs[d, a, b, column[int(mask)]] += sign
    return Design(masks, shares, pairs, seen)


def affordable_design(players: int, coalitions: int, seed: int = 0) -> Design:
    """The exact design if it has at most so many coalitions, else as many draws as fit.

    Raises
    ------
    ValueError : not even one pair of orders fits.
    """
    if players <= MOST_EXACT and 1 << players <= coalitions:
        return exact_design(players)
    if (least := len(sampled_design(players, 1, seed).coalitions)) > coalitions:
        raise ValueError(f"{coalitions} coalitions; at least {least} are needed")
    low, high = 1, coalitions  # a draw adds at least one coalition as long as any is missing
    while low < high:
        middle = (low + high + 1) // 2
        if len(_masks(players, middle, seed)) <= coalitions:
            low = middle
        else:
            high = middle - 1
    return sampled_design(players, low, seed)


def _masks(players: int, draws: int, seed: int) -> NDArray[np.int64]:
    bits = np.int64(1) << antithetic_orders(players, draws, seed)
    upto = np.concatenate([np.zeros((draws, 2, 1), np.int64), np.cumsum(bits, axis=2)], axis=2)
    return np.unique(np.concatenate([upto.ravel(), (upto[:, :, :-2] + bits[:, :, 1:]).ravel()]))


def estimate_total(design: Design, values: Array) -> Estimates:
    """v(all) - v(none) as the mean over seeds; `values` (seeds, ..., coalitions)."""
    total = design.total(values)
    return _estimate(total[:, None], np.ones((1, *total.shape[1:])))


def estimate_shares(design: Design, values: Array) -> Estimates:
    """Shapley values as means over seeds, shape (..., players).

    Seeds are resampled as wholes, so that what twins share cancels, and draws of a sampled
    design beside them, so that the interval holds both sources of uncertainty.

    Parameters
    ----------
    values : shape (seeds, ..., coalitions), in the order of `design.coalitions`.
    """
    terms = np.einsum("s...c,dpc->sd...p", values, design.shares)
    return _estimate(terms, np.ones(terms.shape[1:]))


def estimate_synergies(design: Design, values: Array) -> Estimates:
    """Interaction of each pair as the mean over seeds, shape (..., players, players)."""
    terms = np.einsum("s...c,dpqc->sd...pq", values, design.pairs)
    middle = (1,) * (values.ndim - 2)
    seen = design.seen.reshape(len(design.seen), *middle, *design.seen.shape[1:])
    return _estimate(terms, np.broadcast_to(seen, terms.shape[1:]))


def _estimate(terms: Array, counts: Array) -> Estimates:
    """Mean over seeds and draws of `terms` (seeds, draws, ...), `counts` (draws, ...) to a sum."""
    shape = terms.shape[2:]
    terms, counts = terms.reshape(*terms.shape[:2], -1), counts.reshape(len(counts), -1)
    value = _ratio(terms.mean(axis=0).sum(axis=0), counts.sum(axis=0))
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    seeds, draws = terms.shape[:2]
    if seeds > 1:
        u, w = resamples(seeds), resamples(draws, stream=1)
        step = max(1, _CHUNK // (len(u) * draws))
        for first in range(0, terms.shape[2], step):
            part = slice(first, first + step)
            mean = np.tensordot(u, terms[:, :, part], axes=1)
            figures = _ratio(np.einsum("rd,rdk->rk", w, mean), w @ counts[:, part])
            low[part], high[part] = quantiles(_filled(figures, value[part]))
    return Estimates(
        value.reshape(shape),
        np.minimum(low, value).reshape(shape),
        np.maximum(high, value).reshape(shape),
    )


def _filled(figures: Array, value: Array) -> Array:
    """A resample that missed every term of a rare pair says nothing: it repeats the figure."""
    return np.where(np.isnan(figures), value, figures)


def _ratio(sums: Array, counts: Array) -> Array:
    """sums / counts; NaN where nothing was counted."""
    return np.asarray(np.where(counts > 0, sums / np.where(counts > 0, counts, 1.0), np.nan))
