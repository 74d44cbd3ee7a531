"""Results on the terminal."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ivigabm.outcomes import describe
from ivigabm.report.numbers import figure, interval, signed

if TYPE_CHECKING:
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
    for row in result.effects.itertuples():
        table.add_row(
            Text(describe(row.outcome, scenario).label),
            Text(row.unit),
            figure(row.treated),
            figure(row.control),
            signed(row.effect),
            interval(row.ci_low, row.ci_high),
        )
    index = result.anti_inflammatory_index
    table.add_section()
    table.add_row(
        "anti-inflammatory index", "", "", "", figure(index.value), interval(index.low, index.high)
    )
    console().print(table)


def notice(text: str) -> None:
    """A line for the person, on stderr."""
    console(stderr=True).print(Text(text, style="dim"))


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
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=1)
        yield lambda done, total: bar.update(task, completed=done, total=total)
