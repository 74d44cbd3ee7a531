"""Coalitions of mechanisms: who can act in a run, and what a run is worth with some of them."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ivigabm.errors import unknown
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.runner import Arm, Results, run
from ivigabm.experiments.shapley import Design, members
from ivigabm.experiments.store import Store
from ivigabm.mechanisms import mechanisms
from ivigabm.model import IVIgModel
from ivigabm.perturbation import Resolved

Progress = Callable[[int, int], None]
Array = NDArray[np.float64]
PATHWAYS = ("Fab2", "Fc", "both")
KINDS = ("mechanisms", "groups")
_BATCH = 16  # arms whose time series are held at once
_MOST_DAYS = 60  # points of a time course


@dataclass(frozen=True)
class Player:
    """One or more mechanisms that are switched together."""

    name: str
    pathway: str
    mechanisms: tuple[str, ...]


def acting(resolved: Resolved, seed: int, days: float) -> tuple[str, ...]:
    """Mechanisms that move their port off its neutral value in a run with all of them."""
    model = IVIgModel(resolved.scenario, rng=seed, perturbation=resolved)
    return model.run(days=days).acted


def players_of(acted: Sequence[str], kind: str) -> tuple[Player, ...]:
    """Mechanisms one by one, or in groups by the part of the molecule that carries them.

    Raises
    ------
    InputError : another kind of player.
    """
    found = [m for m in mechanisms() if m.id in acted]
    if kind == "mechanisms":
        return tuple(Player(m.id, m.pathway, (m.id,)) for m in found)
    if kind not in KINDS:
        raise unknown("players", kind, KINDS)
    groups = {path: tuple(m.id for m in found if m.pathway == path) for path in PATHWAYS}
    return tuple(Player(path, path, ids) for path, ids in groups.items() if ids)


@dataclass
class Runner:
    """Hands arms to the one runner in several calls; counts and reports them as one."""

    executor: Executor | None
    store: Store | None
    progress: Progress | None
    runs: int = 0
    planned: int = 0

    def __call__(self, arms: Sequence[Arm], seeds: Sequence[int], series: bool = False) -> Results:
        before, self.runs = self.runs, self.runs + len(arms) * len(seeds)

        def report(done: int, total: int) -> None:
            if self.progress:
                self.progress(before + done, max(self.planned, before + total))

        return run(arms, seeds, self.executor, self.store, report, series)


def _arm(resolved: Resolved, name: str, active: Iterable[str], days: float) -> Arm:
    """The arm in which only these mechanisms act."""
    return Arm(name, dataclasses.replace(resolved, mechanisms=tuple(sorted(active))), days)


def inert_among(
    resolved: Resolved, acted: Sequence[str], seed: int, days: float, call: Runner
) -> tuple[str, ...]:
    """Mechanisms that change no bit of any outcome: left out of all, put into none.

    They have nothing to act on here, as with B cells in a mouse without disease of its own. Two
    that stand in for each other would hide so, and are kept: all go out together, or none.
    """
    everyone = set(acted)
    sets = {"all": everyone, "none": set[str]()}
    sets |= {f"-{m}": everyone - {m} for m in acted} | {f"+{m}": {m} for m in acted}
    arms = [_arm(resolved, name, active, days) for name, active in sets.items()]
    found = call(arms, [seed]).outcomes.pivot(index="arm", columns="outcome", values="value")

    def same(one: str, other: str) -> bool:
        return bool((found.loc[one] == found.loc[other]).all())

    inert = tuple(m for m in acted if same(f"-{m}", "all") and same(f"+{m}", "none"))
    rest = call([_arm(resolved, "rest", everyone - set(inert), days)], [seed]).outcomes
    kept = rest.set_index("outcome")["value"]
    return inert if (kept == found.loc["all"][kept.index]).all() else ()


@dataclass(frozen=True)
class Values:
    """What coalitions were worth.

    table : one row per run and outcome. units : by outcome. outcomes : for each outcome and
    individual, shape (coalitions,). series : for each observable and individual, shape (days,
    coalitions). An individual is a seed, or a seed with a draw of the parameters.
    """

    table: pd.DataFrame
    units: Mapping[str, str]
    outcomes: Mapping[str, list[Array]]
    series: Mapping[str, list[Array]]
    days: Array


def values_of(
    resolved: Resolved,
    players: Sequence[Player],
    designs: Sequence[Design],
    seeds: Sequence[int],
    days: float,
    variables: Sequence[str],
    call: Runner,
) -> Values:
    """Run every coalition that the designs ask for."""
    call.planned = max(call.planned, call.runs + sum(len(d.coalitions) for d in designs))
    blocks = [seeds] if designs[0].exact else [[seed] for seed in seeds]
    tables, series = [], []
    for block, design in zip(blocks, designs, strict=False):
        arms = [_coalition(resolved, players, mask, days) for mask in design.coalitions.tolist()]
        step = _BATCH if variables else len(arms)  # all series at once would fill the memory
        for first in range(0, len(arms), step):
            part = call(arms[first : first + step], block, bool(variables))
            tables.append(part.outcomes)
            series.append(_thinned(part.timeseries, variables))
    table, long = pd.concat(tables, ignore_index=True), pd.concat(series, ignore_index=True)
    keys = [int(mask) for design in designs for mask in design.coalitions]
    names = {mask: _name(players, mask) for mask in keys}
    orders = [[names[mask] for mask in design.coalitions.tolist()] for design in designs]
    return Values(
        table.rename(columns={"arm": "coalition"}).drop(columns="key"),
        dict(zip(table["outcome"], table["unit"], strict=True)),
        {str(n): _square(t, seeds, orders) for n, t in table.groupby("outcome", sort=False)},
        {str(n): _square(t, seeds, orders, "day") for n, t in long.groupby("variable", sort=False)},
        np.unique(long["day"].to_numpy(dtype=float)),
    )


def together(parts: Sequence[Values]) -> Values:
    """The same coalitions with several draws of the parameters, as individuals draw by draw."""
    numbered = [part.table.assign(draw=number) for number, part in enumerate(parts)]
    return Values(
        pd.concat(numbered, ignore_index=True),
        parts[0].units,
        {name: [v for part in parts for v in part.outcomes[name]] for name in parts[0].outcomes},
        {name: [v for part in parts for v in part.series[name]] for name in parts[0].series},
        parts[0].days,
    )


def _name(players: Sequence[Player], mask: int) -> str:
    return "+".join(players[i].name for i in members(mask, len(players))) or "none"


def _coalition(resolved: Resolved, players: Sequence[Player], mask: int, days: float) -> Arm:
    chosen = [players[i] for i in members(mask, len(players))]
    active = [m for player in chosen for m in player.mechanisms]
    return _arm(resolved, _name(players, mask), active, days)


def _thinned(series: pd.DataFrame, variables: Sequence[str]) -> pd.DataFrame:
    """Rows of the chosen observables at a limited number of days."""
    rows = series[series["variable"].isin(list(variables))]
    days = np.unique(rows["day"])
    keep = np.unique(np.linspace(0, max(len(days) - 1, 0), _MOST_DAYS).round().astype(int))
    return rows[rows["day"].isin(days[keep] if len(days) else days)]


def _square(
    rows: pd.DataFrame, seeds: Sequence[int], orders: Sequence[list[str]], day: str | None = None
) -> list[Array]:
    """Values of one outcome or observable by seed, coalitions last, in the order of designs."""
    by_seed = dict(iter(rows.groupby("seed")))
    squares = []
    for seed, names in zip(seeds, orders, strict=True):
        if day is None:
            table = by_seed[seed].set_index("arm")["value"].loc[names]
        else:
            table = by_seed[seed].pivot(index=day, columns="arm", values="value")[names]
        squares.append(table.to_numpy(dtype=float))
    return squares
