"""Results on the terminal."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from ivigabm.outcomes import describe
from ivigabm.report.numbers import figure, interval, signed
from ivigabm.words import AMOUNTS

if TYPE_CHECKING:
    from ivigabm.experiments.sweeps import SweepResult
    from ivigabm.experiments.twins import TwinResult

_PIPE_WIDTH = 240  # a pipe has no edge to wrap at


def console(stderr: bool = False) -> Console:
    """A console on stdout or stderr that does not fold what goes into a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else _PIPE_WIDTH)


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on stdout. NaN is refused: JSON has none."""
    print(json.dumps(data, ensure_ascii=False, allow_nan=False))


def print_rows(columns: Iterable[str], rows: Iterable[Iterable[str]], title: str = "") -> None:
    """A table of plain text on stdout."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def print_effects(result: "TwinResult") -> None:
    """The outcome table of treated against untreated."""
    scenario = result.resolved.scenario
    count = len(result.seeds)
    seeds = f"{count} {'replicate' if count == 1 else 'replicates'}"
    if result.draws:
        seeds += f" of {len(result.draws)} posterior draws"
    table = Table(
        title=f"{scenario.title}: {result.days:g} days, {seeds}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
    )
    table.add_column("outcome")
    table.add_column("unit", style="dim")
    for name in ("treated", "untreated", "effect", "95 % CI"):
        table.add_column(name, justify="right", no_wrap=True)
    if result.draws:
        table.add_column("from parameters", justify="right", no_wrap=True)
    for row in result.effects.itertuples():
        table.add_row(
            Text(describe(row.outcome, scenario).label),
            Text(row.unit),
            figure(row.treated),
            figure(row.control),
            signed(row.effect),
            interval(row.ci_low, row.ci_high),
            *([per_cent(row.parameter_share)] if result.draws else []),
        )
    index = result.anti_inflammatory_index
    table.add_section()
    table.add_row(
        "anti-inflammatory index", "", "", "", figure(index.value), interval(index.low, index.high)
    )
    console().print(table)
    if count > 1:
        console().print(Text(pairing_line(result), style="dim"))


def per_cent(value: float) -> str:
    """A share in per cent, nothing where it is undefined."""
    return "" if value != value else f"{100 * value:.0f} %"


def pairing_line(result: "TwinResult") -> str:
    """How much of the variance of the effects the shared random numbers took out."""
    known = result.pairing.dropna()
    if known.empty:
        return "Nothing varies between replicates."
    parts = [f"{row.outcome} {_or_infinite(row.ratio)}" for row in known.itertuples()]
    return f"Variance of the effect, independent ÷ paired seeds: {', '.join(parts)}"


def _or_infinite(value: float) -> str:
    return "∞" if value == float("inf") else figure(value)


def print_sweep(result: "SweepResult") -> None:
    """What a sweep has done, and the dose-response fits if there are any."""
    lines = f"{result.runs} runs: {result.computed} computed, {result.cached} found in the store"
    if result.failed:
        lines += f", {result.failed} failed"
    print(f"{lines} ({result.wall_s:.1f} s)")
    fits = result.dose_response
    if fits.empty:
        return
    others = [name for name in result.plan.vary if name not in AMOUNTS]
    unit = next(AMOUNTS[name] for name in result.plan.vary if name in AMOUNTS)
    print_rows(
        (*others, "outcome", "unit", "Emax", "95 % CI", f"ED50, {unit}", "95 % CI"),
        (
            (
                *(str(row[name]) for name in others),
                str(row["outcome"]),
                str(row["unit"]),
                signed(row["emax"]),
                interval(row["emax_low"], row["emax_high"]),
                figure(row["ed50"]),
                f"{figure(row['ed50_low'])} to {_or_infinite(row['ed50_high'])}",
            )
            for row in fits.to_dict("records")
        ),
    )


def notice(text: str) -> None:
    """A line for the person, on stderr."""
    console(stderr=True).print(Text(text, style="dim"))


class _Rate(ProgressColumn):
    """Runs per second, or per minute where they are slow."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{60 * speed:.1f}/min", style="dim")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while something long runs; yields what to call with (done, total).

    Nothing is drawn where stderr is no terminal.
    """
    screen = console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left", style="dim"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=1)
        yield lambda done, total: bar.update(task, completed=done, total=total)
