"""How much of the effect each mechanism caused: Shapley shares over coalitions of mechanisms.

Every coalition is an arm in which only its members act. All arms of one seed are the same
patient, so a share is a causal effect within patients, averaged over the orders in which the
mechanisms could have been switched on. What is shared out is the outcome with all mechanisms
minus that with none; the drug is given in both, and without mechanisms it is inert.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ivigabm.errors import InputError, unknown
from ivigabm.experiments import shapley
from ivigabm.experiments.contrast import plain
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.runner import Arm, run
from ivigabm.experiments.store import Store
from ivigabm.mechanisms import mechanisms
from ivigabm.model import IVIgModel
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import OUTCOMES
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.scenario import Scenario

Progress = Callable[[int, int], None]
Array = NDArray[np.float64]
PATHWAYS = ("Fab2", "Fc", "both")
COALITIONS = 256  # looked at unless a budget is given: exact up to eight players
_BATCH = 16  # arms whose time series are held at once
_MOST_DAYS = 60  # points of a time course
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Player:
    """One or more mechanisms that are switched together."""

    name: str
    pathway: str
    mechanisms: tuple[str, ...]


@dataclass(frozen=True)
class Attribution:
    """Shares of the effect.

    Attributes
    ----------
    players : who took part. neutral : active mechanisms whose port never left its neutral value.
    exact : all coalitions were run; otherwise a sample of orders, and the intervals say so.
    totals : one row per outcome: outcome, unit, value, ci_low, ci_high.
    shares : one row per outcome and player: outcome, player, value, ci_low, ci_high.
    synergies : the same for pairs: outcome, first, second, …; positive: more together than the
        sum of both, negative: redundant. Pairs that no sampled order met are left out.
    timeline : the same for days: variable, day, player, …; empty unless asked for.
    values : one row per run and outcome: coalition, seed, outcome, unit, value.
    runs : individuals simulated, with the one that shows which mechanisms act.
    """

    resolved: Resolved
    outcome: str
    seeds: tuple[int, ...]
    days: float
    players: tuple[Player, ...]
    neutral: tuple[str, ...]
    exact: bool
    runs: int
    totals: pd.DataFrame = field(repr=False)
    shares: pd.DataFrame = field(repr=False)
    synergies: pd.DataFrame = field(repr=False)
    timeline: pd.DataFrame = field(repr=False)
    values: pd.DataFrame = field(repr=False)

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
            "total": {"value": plain(total.value), "ci95": _limits(total)},
            "shares": {
                row.player: {"value": plain(row.value), "ci95": _limits(row)}
                for row in shares.itertuples()
            },
            "synergy": [
                [row.first, row.second, plain(row.value), _limits(row)]
                for row in pairs.itertuples()
            ],
            "runs": self.runs,
            "seeds": list(self.seeds),
            "exact": self.exact,
            "neutral": list(self.neutral),
        }


def _limits(row: Any) -> list[float | None]:
    return [plain(row.ci_low), plain(row.ci_high)]


def attribute(
    scenario: Scenario,
    perturbation: Perturbation | None = None,
    outcome: str = "inflammation_auc",
    seeds: Sequence[int] = (1, 2, 3, 4),
    players: Literal["mechanisms", "groups"] = "mechanisms",
    days: float | None = None,
    budget: int | None = None,
    variables: Sequence[str] = (),
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Attribution:
    """Share the effect of a therapy out among the mechanisms that act.

    Parameters
    ----------
    outcome : what `Attribution.summary` is about; the tables hold every outcome.
    players : each mechanism by itself, or the groups Fab2, Fc (and both, where one needs both).
    days : length of the runs; otherwise the scenario's.
    budget : the most individuals to simulate. All coalitions are run where it allows, otherwise
        antithetic pairs of orders are sampled. None: as for eight mechanisms.
    variables : observables to attribute over time as well.

    Raises
    ------
    InputError : no such outcome or observable, or a budget that is too small to say anything.
    """
    _known("outcome", outcome, OUTCOMES)
    for name in variables:
        _known("variable", name, OBSERVED)
    resolved = resolve(scenario, perturbation)
    length = float(resolved.scenario.days if days is None else days)
    numbers = tuple(dict.fromkeys(seeds))
    acted = acting(resolved, numbers[0], length)
    named = _players(acted, players)
    design = _design(len(named), budget, len(numbers))
    arms = [_arm(resolved, named, int(mask), length) for mask in design.coalitions]
    outcomes, series = _run(arms, numbers, variables, executor, store, progress)
    names = [player.name for player in named]
    values = {name: _square(rows, arms, numbers) for name, rows in _groups(outcomes, "outcome")}
    units = outcomes.groupby("outcome", sort=False)["unit"].first()
    return Attribution(
        resolved=resolved,
        outcome=outcome,
        seeds=numbers,
        days=length,
        players=named,
        neutral=tuple(m for m in resolved.mechanisms if m not in acted),
        exact=design.exact,
        runs=len(arms) * len(numbers) + 1,
        totals=_totals(design, values, units),
        shares=_shares(design, values, names),
        synergies=_synergies(design, values, names),
        timeline=_timeline(design, series, arms, numbers, names),
        values=outcomes.rename(columns={"arm": "coalition"}).drop(columns="key"),
    )


def attribute_doses(
    scenario: Scenario,
    doses: Sequence[float],
    perturbation: Perturbation | None = None,
    **options: Any,
) -> dict[float, Attribution]:
    """An attribution for each dose (g/kg, one infusion); options as in `attribute`."""
    change = dataclasses.replace(perturbation or Perturbation(), schedule=None)
    return {
        dose: attribute(scenario, dataclasses.replace(change, dose=dose), **options)
        for dose in doses
    }


def acting(resolved: Resolved, seed: int, days: float) -> tuple[str, ...]:
    """Mechanisms that move their port off its neutral value in a run with all of them."""
    model = IVIgModel(resolved.scenario, rng=seed, perturbation=resolved)
    return model.run(days=days).acted


def _known(what: str, word: str, allowed: Any) -> None:
    if word not in allowed:
        raise unknown(what, word, allowed)


def _players(acted: Sequence[str], kind: str) -> tuple[Player, ...]:
    found = [m for m in mechanisms() if m.id in acted]
    if kind == "mechanisms":
        return tuple(Player(m.id, m.pathway, (m.id,)) for m in found)
    _known("players", kind, ("mechanisms", "groups"))
    groups = {path: tuple(m.id for m in found if m.pathway == path) for path in PATHWAYS}
    return tuple(Player(path, path, ids) for path, ids in groups.items() if ids)


def _design(players: int, budget: int | None, seeds: int) -> shapley.Design:
    coalitions = COALITIONS if budget is None else (budget - 1) // seeds
    try:
        return shapley.affordable_design(players, coalitions)
    except ValueError as error:
        raise InputError(f"budget: found {budget} runs with {seeds} seeds: {error}") from None


def _arm(resolved: Resolved, players: Sequence[Player], mask: int, days: float) -> Arm:
    """The arm in which only the members of a coalition act."""
    chosen = [players[i] for i in shapley.members(mask, len(players))]
    active = tuple(sorted(m for player in chosen for m in player.mechanisms))
    name = "+".join(player.name for player in chosen) or "none"
    return Arm(name, dataclasses.replace(resolved, mechanisms=active), days)


def _run(
    arms: Sequence[Arm],
    seeds: Sequence[int],
    variables: Sequence[str],
    executor: Executor | None,
    store: Store | None,
    progress: Progress | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Outcomes of all arms and, where asked for, thinned time series."""
    if not variables:
        results = run(arms, seeds, executor, store, progress)
        return results.outcomes, results.timeseries
    report = progress or (lambda done, total: None)
    outcomes, series = [], []
    for first in range(0, len(arms), _BATCH):  # all series at once would fill the memory

        def batch(done: int, total: int, before: int = first * len(seeds)) -> None:
            report(before + done, len(arms) * len(seeds))

        part = run(arms[first : first + _BATCH], seeds, executor, store, batch, series=True)
        outcomes.append(part.outcomes)
        rows = part.timeseries[part.timeseries["variable"].isin(list(variables))]
        days = np.unique(rows["day"])
        keep = np.unique(np.linspace(0, len(days) - 1, _MOST_DAYS).round().astype(int))
        series.append(rows[rows["day"].isin(days[keep])])
    return pd.concat(outcomes, ignore_index=True), pd.concat(series, ignore_index=True)


def _groups(table: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    return [(str(name), rows) for name, rows in table.groupby(column, sort=False)]


def _square(rows: pd.DataFrame, arms: Sequence[Arm], seeds: Sequence[int]) -> Array:
    """Values of one outcome, shape (seeds, coalitions)."""
    table = rows.pivot(index="seed", columns="arm", values="value")
    return table.loc[list(seeds), [arm.name for arm in arms]].to_numpy(dtype=float)


def _totals(
    design: shapley.Design, values: dict[str, Array], units: "pd.Series[str]"
) -> pd.DataFrame:
    found = shapley.estimate_total(design, np.stack(list(values.values()), axis=1))
    names = list(values)
    return pd.DataFrame({"outcome": names, "unit": units[names].to_numpy(), **_columns(found)})


def _shares(
    design: shapley.Design, values: dict[str, Array], names: Sequence[str]
) -> pd.DataFrame:
    tables = []
    for name, table in values.items():
        found = shapley.estimate_shares(design, table)
        gap = float(found.value.sum()) - float(design.total(table).mean())
        if len(names) and abs(gap) > _ROUNDING * float(np.abs(table).max(initial=1.0)):
            raise ArithmeticError(f"shares of {name} miss the total effect by {gap:g}")
        tables.append(pd.DataFrame({"outcome": name, "player": names, **_columns(found)}))
    return pd.concat(tables, ignore_index=True)


def _synergies(
    design: shapley.Design, values: dict[str, Array], names: Sequence[str]
) -> pd.DataFrame:
    first, second = np.triu_indices(len(names), k=1)
    words = np.array(names, dtype=object)
    tables = []
    for name, table in values.items():
        found = shapley.estimate_synergies(design, table)
        chosen = shapley.Estimates(*(part[first, second] for part in found))
        rows = {"outcome": name, "first": words[first], "second": words[second]}
        tables.append(pd.DataFrame(rows | _columns(chosen)))
    return pd.concat(tables, ignore_index=True).dropna(subset="value", ignore_index=True)


def _timeline(
    design: shapley.Design,
    series: pd.DataFrame,
    arms: Sequence[Arm],
    seeds: Sequence[int],
    names: Sequence[str],
) -> pd.DataFrame:
    """Shares at each day: variable, day, player, value, ci_low, ci_high."""
    tables = [pd.DataFrame(columns=["variable", "day", "player", "value", "ci_low", "ci_high"])]
    for variable, rows in _groups(series, "variable"):
        wide = rows.pivot(index=["seed", "day"], columns="arm", values="value")
        wide = wide.loc[list(seeds), [arm.name for arm in arms]]
        days = wide.index.get_level_values("day").unique()
        table = wide.to_numpy(dtype=float).reshape(len(seeds), len(days), len(arms))
        found = shapley.estimate_shares(design, table)
        index = {"day": np.repeat(days, len(names)), "player": list(names) * len(days)}
        flat = shapley.Estimates(*(part.ravel() for part in found))
        tables.append(pd.DataFrame({"variable": variable, **index, **_columns(flat)}))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _columns(found: shapley.Estimates) -> dict[str, Any]:
    return {"value": found.value, "ci_low": found.low, "ci_high": found.high}
