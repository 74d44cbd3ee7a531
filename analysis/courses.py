"""What does each disease do untreated, what does IVIg change, and when does it start to?

Every scenario is run with its own plan and days, treated and untreated, several patients each.
Onset is the first day on which the clinical score's mean effect has reached half of its largest
value. Published figures stand beside it, in their own terms, from `published_courses.csv`.

    python analysis/courses.py [SCENARIO ...] --seeds 8 --out table.csv
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ivigabm import Scenario
from ivigabm.experiments import twin
from ivigabm.experiments.bootstrap import difference, paired
from ivigabm.outcomes import CONTROL, TREATED
from ivigabm.scenario import scenario_names

PUBLISHED = Path(__file__).with_name("published_courses.csv")
HALF = 0.5  # of the largest effect, which counts as its onset
SHOWN = ("scenario", "start", "untreated", "treated", "effect", "onset", "published_course",
         "published_effect", "published_onset")  # fmt: skip


def published() -> dict[str, dict[str, str]]:
    """Published figures by scenario, in words."""
    with PUBLISHED.open(encoding="utf-8") as file:
        return {row.pop("scenario"): row for row in csv.DictReader(file)}


def course(name: str, seeds: int, workers: int = 1) -> dict[str, object]:
    """Course of one disease: clinical score at start and end, effect of IVIg, its onset in days."""
    scenario = Scenario.load(name)
    series = twin(scenario, seeds=range(1, seeds + 1), workers=workers).timeseries
    score = series[series["variable"] == "clinical_score"]
    table = score.pivot_table(index="day", columns=["arm", "seed"], values="value")
    treated, control = table[TREATED], table[CONTROL]
    effect = (treated - control).mean(axis=1)
    final = paired(difference, treated.iloc[-1].to_numpy(), control.iloc[-1].to_numpy())
    largest = effect.abs().max()
    reached = effect.abs() >= HALF * largest
    return {
        "scenario": name,
        "unit": scenario.clinical.unit if scenario.clinical else "",
        "days": float(table.index[-1]),
        "start": control.iloc[0].mean(),
        "untreated": control.iloc[-1].mean(),
        "treated": treated.iloc[-1].mean(),
        "effect": final.value,
        "effect_low": final.low,
        "effect_high": final.high,
        "largest_effect": effect[effect.abs().idxmax()],
        "onset": float(effect.index[reached][0]) if largest > 0.0 else float("nan"),
    } | published().get(name, {})


def show(rows: pd.DataFrame) -> Table:
    """The table for a terminal."""
    shown = Table(title="Clinical score of each scenario, and what IVIg does", box=None)
    for name in SHOWN:
        shown.add_column(name.replace("_", " "))
    for row in rows.to_dict("records"):
        cells = [row.get(name) for name in SHOWN]
        shown.add_row(*(f"{c:.3g}" if isinstance(c, float) else str(c or "") for c in cells))
    return shown


def main(words: Sequence[str] | None = None) -> None:
    """Read options, run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="otherwise all published")
    parser.add_argument("--seeds", type=int, default=8, help="patients per arm")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    options = parser.parse_args(words)
    names = options.scenarios or [n for n in scenario_names() if n in published()]
    console = Console(stderr=True)
    rows = [
        course(name, options.seeds, options.workers)
        for name in track(names, "diseases", console=console)
    ]
    table = pd.DataFrame(rows)
    Console(width=200).print(show(table))
    if options.out:
        partial = options.out.with_suffix(".partial")
        table.to_csv(partial, index=False)
        partial.replace(options.out)


if __name__ == "__main__":
    main()
