"""Files that a visitor takes along: the run as a table, its settings, a band of runs."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from ivigabm import __version__
from ivigabm.app.counts import Count
from ivigabm.app.settings import Config
from ivigabm.app.twin_model import ARMS, TwinModel
from ivigabm.observation import OBSERVED


def file_name(twin: TwinModel, ending: str, kind: str = "") -> str:
    """Name of a file about a run."""
    middle = f"_{kind}" if kind else ""
    return f"ivigabm_{twin.config.scenario}_{twin.config.seed}{middle}.{ending}"


def settings_file(twin: TwinModel) -> str:
    """Settings that give this run again; `t` is where it stands."""
    data = {"version": __version__, **twin.replayed().as_json(), "t": twin.t}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def observed_columns() -> list[str]:
    """`treated.clinical_score` and so on, arm after arm."""
    return [f"{arm}.{name}" for arm in ARMS for name in OBSERVED]


def observed_rows(twin: TwinModel) -> list[list[float]]:
    """Day and all observables of both arms, one row per step taken."""
    tables = [twin.models[arm].observer.table() for arm in ARMS]
    width = 1 + len(OBSERVED)
    return [
        [*first[:width], *second[1:width]]
        for first, second in zip(*(table.tolist() for table in tables), strict=True)
    ]


def csv_of_run(twin: TwinModel) -> str:
    """One row per step: observables of both arms, then the events of each mechanism."""
    counts = sorted(twin.counts.mechanisms.items()) if twin.counts else []
    columns = ["t", "day", *observed_columns()]
    columns += [f"events.{name} ({count.unit})" for name, count in counts]
    rows = (
        [t, *row, *(_events(count, t) for _, count in counts)]
        for t, row in enumerate(observed_rows(twin), start=1)
    )
    return csv_text(twin.replayed(), columns, rows)


def _events(count: Count, t: int) -> float:
    """Events of the step that ended at t."""
    place = t - 1 - count.first
    return count.history[place] if place >= 0 else 0.0


def csv_text(config: Config, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table under lines that say what it is of."""
    text = io.StringIO()
    text.write(f"# ivigabm {__version__}; a model, not medical advice\n")
    text.write(f"# scenario {config.scenario}, seed {config.seed}\n")
    text.write(f"# config {json.dumps(config.as_json(), ensure_ascii=False)}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"{v:.8g}" if isinstance(v, float) else v for v in row])
    return text.getvalue()
