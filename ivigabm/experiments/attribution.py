"""How much of the effect each mechanism caused: Shapley shares over coalitions of mechanisms.

Every coalition is an arm in which only its members act. All arms of one seed are the same
patient, so a share is a causal effect within patients, averaged over the orders in which the
mechanisms could have been switched on. What is shared out is the outcome with all mechanisms
minus that with none; the drug is given in both, and without mechanisms it is inert.
"""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ivigabm.errors import InputError, unknown
from ivigabm.experiments import shapley
from ivigabm.experiments.coalitions import (
    Player,
    Progress,
    Runner,
    Values,
    acting,
    inert_among,
    players_of,
    together,
    values_of,
)
from ivigabm.experiments.contrast import plain, variance
from ivigabm.experiments.draws import Draw, drawn
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.store import Store
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import OUTCOMES
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.scenario import Scenario

COALITIONS = 256  # looked at unless a budget is given: exact up to eight players
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Attribution:
    """Shares of the effect.

    Attributes
    ----------
    players : who took part.
    neutral : active mechanisms whose port never left its neutral value.
    inert : mechanisms that moved their port and changed nothing, to the last bit. They are told
        apart only where not all coalitions can be run; otherwise they take part, with no share.
    exact : all coalitions were run; otherwise a sample of orders, and the intervals say so.
    totals : one row per outcome: outcome, unit, value, ci_low, ci_high.
    shares : one row per outcome and player: outcome, player, value, ci_low, ci_high.
    synergies : the same for pairs: outcome, first, second, …; positive: more together than the
        sum of both, negative: redundant. Pairs that no sampled order met are left out.
    timeline : the same for days: variable, day, player, …; empty unless asked for.
    values : one row per run and outcome: coalition, seed, outcome, unit, value.
    draws : values of the calibrated parameters that were run. `values` then also has draw, its
        number; totals and shares also have parameter_share, of their variance; intervals hold
        both uncertainties.
    runs : individuals simulated, with those that show which mechanisms act.
    """

    resolved: Resolved
    outcome: str
    seeds: tuple[int, ...]
    days: float
    players: tuple[Player, ...]
    neutral: tuple[str, ...]
    inert: tuple[str, ...]
    exact: bool
    runs: int
    wall_s: float
    totals: pd.DataFrame = field(repr=False)
    shares: pd.DataFrame = field(repr=False)
    synergies: pd.DataFrame = field(repr=False)
    timeline: pd.DataFrame = field(repr=False)
    values: pd.DataFrame = field(repr=False)
    draws: tuple[Draw, ...] = ()

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Rows of one of the tables that are about the chosen outcome."""
        return table[table["outcome"] == self.outcome]

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON. Limits of a single replicate are None."""
        (total,) = self.of(self.totals).itertuples()
        shares, pairs = self.of(self.shares), self.of(self.synergies)
        return {
            "outcome": self.outcome,
            "unit": total.unit,
            **({"posterior": len(self.draws)} if self.draws else {}),
            "total": _figure(total),
            "shares": {row.player: _figure(row) for row in shares.itertuples()},
            "synergy": [
                [row.first, row.second, plain(row.value), _limits(row)]
                for row in pairs.itertuples()
            ],
            "runs": self.runs,
            "seeds": list(self.seeds),
            "exact": self.exact,
            "neutral": list(self.neutral),
            "inert": list(self.inert),
        }


def _figure(row: Any) -> dict[str, Any]:
    more = {"variance": variance(row.parameter_share)} if hasattr(row, "parameter_share") else {}
    return {"value": plain(row.value), "ci95": _limits(row), **more}


def _limits(row: Any) -> list[float | None]:
    return [plain(row.ci_low), plain(row.ci_high)]


def attribute(
    scenario: Scenario,
    perturbation: Perturbation | None = None,
    outcome: str = "inflammation_auc",
    seeds: Sequence[int] = (1, 2, 3, 4),
    players: str = "mechanisms",
    days: float | None = None,
    budget: int | None = None,
    variables: Sequence[str] = (),
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
    draws: Sequence[Draw] = (),
) -> Attribution:
    """Share the effect of a therapy out among the mechanisms that act.

    Parameters
    ----------
    outcome : what `Attribution.summary` is about; the tables hold every outcome.
    players : `mechanisms`, each by itself, or `groups`: Fab2, Fc (and both, where one needs both).
    days : length of the runs; otherwise the scenario's.
    budget : the most individuals to simulate. All coalitions are run where it allows, otherwise
        antithetic pairs of orders are sampled, others for each seed. None: as many as all
        coalitions of eight mechanisms take.
    variables : observables to attribute over time as well.
    draws : of a posterior sample (`Posterior.draws`): every coalition is run with each.

    Raises
    ------
    InputError : no such outcome or observable, or a budget that is too small to say anything.
    """
    started = time.perf_counter()
    _known("outcome", outcome, OUTCOMES)
    for name in variables:
        _known("variable", name, OBSERVED)
    resolved = resolve(scenario, perturbation)
    length = float(resolved.scenario.days if days is None else days)
    numbers = tuple(dict.fromkeys(seeds))
    call = Runner(executor, store, progress)
    worlds = [drawn(resolved, draw) for draw in draws] or [resolved]
    moved = {m for world in worlds for m in acting(world, numbers[0], length)}
    acted = tuple(m for m in resolved.mechanisms if m in moved)
    limit = COALITIONS * len(numbers) if budget is None else (budget - 1) // len(worlds)
    inert: tuple[str, ...] = ()
    if players == "mechanisms" and len(numbers) << len(acted) > limit:
        inert = inert_among(resolved, acted, numbers[0], length, call)
        limit -= call.runs // len(worlds) if budget else 0
    named = players_of([m for m in acted if m not in inert], players)
    designs = _designs(len(named), limit, len(numbers))
    parts = [values_of(w, named, designs, numbers, length, variables, call) for w in worlds]
    found = together(parts) if draws else parts[0]
    return Attribution(
        resolved=resolved,
        outcome=outcome,
        seeds=numbers,
        days=length,
        players=named,
        neutral=tuple(m for m in resolved.mechanisms if m not in acted),
        inert=inert,
        exact=designs[0].exact,
        runs=call.runs + len(worlds),
        wall_s=time.perf_counter() - started,
        totals=_totals(designs, found),
        shares=_shares(designs, found, named),
        synergies=_synergies(designs, found, named),
        timeline=_timeline(designs, found, named),
        values=found.table,
        draws=tuple(draws),
    )


def attribute_doses(
    scenario: Scenario,
    doses: Sequence[float],
    perturbation: Perturbation | None = None,
    **options: Any,
) -> dict[float | None, Attribution]:
    """An attribution for each dose (g/kg, one infusion); options as in `attribute`."""
    change = dataclasses.replace(perturbation or Perturbation(), schedule=None)
    return {
        dose: attribute(scenario, dataclasses.replace(change, dose=dose), **options)
        for dose in doses
    }


def observable(outcome: str) -> str:
    """The observable that shows an outcome over time."""
    return "inflammation" if outcome == "inflammation_auc" else outcome


def _known(what: str, word: str, allowed: Any) -> None:
    if word not in allowed:
        raise unknown(what, word, allowed)


def _designs(players: int, runs: int, seeds: int) -> tuple[shapley.Design, ...]:
    try:
        return shapley.affordable_designs(players, runs // seeds, seeds)
    except ValueError as error:
        raise InputError(f"budget: {runs} runs for {seeds} seeds are too few: {error}") from None


def _totals(designs: Sequence[shapley.Design], found: Values) -> pd.DataFrame:
    tables = []
    for name, values in found.outcomes.items():
        columns = _columns(shapley.estimate_totals(designs, values))
        columns |= _of_parameters(designs, shapley.total_terms(designs, values)[..., None])
        tables.append(pd.DataFrame({"outcome": [name], "unit": found.units[name]} | columns))
    return pd.concat(tables, ignore_index=True)


def _shares(
    designs: Sequence[shapley.Design], found: Values, players: Sequence[Player]
) -> pd.DataFrame:
    names = [player.name for player in players]
    tables = []
    for name, values in found.outcomes.items():
        shares = shapley.estimate_shares(designs, values)
        total = float(shapley.estimate_totals(designs, values).value)
        gap, size = float(shares.value.sum()) - total, float(np.abs(values[0]).max())
        if names and abs(gap) > _ROUNDING * max(size, 1.0):
            raise ArithmeticError(f"the shares of {name} miss its total by {gap:g}")
        columns = _columns(shares)
        columns |= _of_parameters(designs, shapley.share_terms(designs, values))
        tables.append(pd.DataFrame({"outcome": name, "player": names} | columns))
    return pd.concat(tables, ignore_index=True)


def _of_parameters(designs: Sequence[shapley.Design], terms: shapley.Array) -> dict[str, Any]:
    """The column that stands beside figures over draws of the parameters."""
    if len(terms) == len(designs):
        return {}
    return {"parameter_share": shapley.of_parameters(terms, len(designs))}


def _synergies(
    designs: Sequence[shapley.Design], found: Values, players: Sequence[Player]
) -> pd.DataFrame:
    first, second = np.triu_indices(len(players), k=1)
    words = np.array([player.name for player in players], dtype=object)
    tables = []
    for name, values in found.outcomes.items():
        pairs = shapley.estimate_synergies(designs, values)
        columns = _columns(shapley.Estimates(*(part[first, second] for part in pairs)))
        rows = {"outcome": name, "first": words[first], "second": words[second]}
        tables.append(pd.DataFrame(rows | columns))
    return pd.concat(tables, ignore_index=True).dropna(subset="value", ignore_index=True)


def _timeline(
    designs: Sequence[shapley.Design], found: Values, players: Sequence[Player]
) -> pd.DataFrame:
    names = [player.name for player in players]
    tables = [pd.DataFrame(columns=["variable", "day", "player", "value", "ci_low", "ci_high"])]
    for variable, values in found.series.items():
        columns = _columns(shapley.estimate_shares(designs, values))
        index = {"day": np.repeat(found.days, len(names)), "player": names * len(found.days)}
        tables.append(pd.DataFrame({"variable": variable} | index | columns))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _columns(found: shapley.Estimates) -> dict[str, Any]:
    value, low, high = (np.atleast_1d(part).ravel() for part in found)
    return {"value": value, "ci_low": low, "ci_high": high}
