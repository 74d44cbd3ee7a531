"""What a benchmark leaves behind: a table, a picture, and the ratios that were accepted."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from rich.console import Console
from rich.table import Table

from .clock import Measure

ACCEPTED = Path(__file__).with_name("accepted_ratios.json")
HALVED = 0.5  # a ratio that falls below this share of the accepted one has been lost


def show(measures: Sequence[Measure], console: Console) -> None:
    """Print the table."""
    table = Table("part", "measure", "value", "aim", box=None)
    last = ""
    for m in measures:
        part, last = ("" if m.part == last else m.part), m.part
        table.add_row(part, m.what, f"{m.value:.4g} {m.unit}", m.aim)
    console.print(table)


def write(measures: Sequence[Measure], points: list[tuple[int, float]], folder: Path) -> None:
    """Table as CSV and Markdown, and the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "benchmark.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("part", "measure", "value", "unit", "aim"))
        writer.writerows((m.part, m.what, f"{m.value:.6g}", m.unit, m.aim) for m in measures)
    lines = ["| part | measure | value | aim |", "|---|---|---|---|"]
    lines += [f"| {m.part} | {m.what} | {m.value:.4g} {m.unit} | {m.aim} |" for m in measures]
    (folder / "benchmark.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(measures, points, folder / "benchmark.svg")


def draw(measures: Sequence[Measure], points: list[tuple[int, float]], path: Path) -> None:
    """Time per step against agents, and the phases of a default step."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")
    if points:
        left.loglog(*zip(*((n, 1e3 * s) for n, s in points), strict=True), "o-", color="#2a6f97")
    left.set_xlabel("agents")
    left.set_ylabel("CPU time of a step, ms")
    phases = [m for m in measures if m.part == "phases of a treated step"]
    phases = [m for m in phases if m.unit == "µs/step" and m.what != "whole step"][:12][::-1]
    right.barh([m.what for m in phases], [m.value for m in phases], color="#2a6f97")
    right.set_xlabel("µs of a default step")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    plt.close(figure)


def accept(measures: Sequence[Measure], path: Path = ACCEPTED) -> None:
    """Keep this run's ratios, beside those of parts that it left out, for later comparison."""
    ratios = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    ratios |= {m.what: round(m.value, 3) for m in measures if m.kept}
    path.write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")


def lost(measures: Sequence[Measure], path: Path = ACCEPTED) -> list[str]:
    """Ratios that have fallen below half of the accepted ones, in words."""
    accepted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [
        f"{m.what}: {m.value:.3g}, accepted was {accepted[m.what]:.3g}"
        for m in measures
        if m.kept and m.what in accepted and m.value < HALVED * accepted[m.what]
    ]
