"""A calibration on the terminal and as a folder."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ivigabm.experiments.calibration.posterior import ABOUT, SAMPLE
from ivigabm.report.console import notice, print_rows
from ivigabm.report.numbers import figure, interval
from ivigabm.report.study_files import write_study

if TYPE_CHECKING:
    from pathlib import Path

    from ivigabm.experiments.calibration import Calibration
    from ivigabm.experiments.calibration.best import Best

_OVERFIT = 10.0  # points between the halves above which parameters should be cut


def about(found: "Calibration", best: "Best | None" = None) -> dict[str, Any]:
    """Plain data for JSON: the summary, and the best point if one was looked for."""
    data = found.summary()
    data["runs"] = {"computed": found.computed, "cached": found.cached}
    data["wall_s"] = round(found.wall_s, 3)
    if best is not None:
        data["best"] = {
            "values": {name: float(f"{value:.4g}") for name, value in best.values.items()},
            "distance": round(best.distance, 6),
            "rows_inside": round(best.inside, 4),
            "trials": best.trials,
        }
    return data


def print_calibration(found: "Calibration", best: "Best | None" = None) -> None:
    """One line per parameter, then the halves, then what the rows say."""
    data = found.summary()
    print_rows(
        ("parameter", "unit", "prior", "usual", "posterior", "90 %", "width", "chance", ""),
        (
            (
                one["name"],
                one["unit"],
                interval(*one["prior"]),
                figure(one["usual"]),
                figure(one["mean"]),
                interval(*one["ci90"]),
                f"{one['width']:.2f}",
                f"{one['chance']:.3f}",
                "pinned" if one["pinned"] else "",
            )
            for one in data["parameters"]
        ),
    )
    print_rows(
        ("split", "fitted", "held out", "fitted, prior", "held out, prior"),
        (
            (str(number), *(f"{100 * x:.0f} %" for x in _shares(split)))
            for number, split in enumerate(found.splits, 1)
        ),
    )
    for name, share in found.inside().items():
        notice(f"rows within their band, {name}: {100 * share:.0f} %")
    if best is not None:
        notice(f"best of {best.trials} more points: distance {best.distance:.3f}")
        for name, value in best.values.items():
            notice(f"  {name} = {figure(value)}")
    notice(
        f"{data['kept']} of {data['samples']} points kept, worth {data['effective']:.0f}; "
        f"gap between halves {data['gap_points']:.1f} points"
    )
    if data["gap_points"] > _OVERFIT:
        notice("the halves differ by more than 10 points: over-fitting, free fewer parameters")
    notice(f"{found.computed} runs, {found.cached} from the store, {found.wall_s:.1f} s")


def _shares(split: Any) -> tuple[float, ...]:
    return split.fitted, split.held_out, split.before_fitted, split.before_held_out


def write_calibration(
    folder: "Path",
    found: "Calibration",
    best: "Best | None" = None,
    command_line: Sequence[str] = (),
) -> None:
    """Write `posterior.csv`, `posterior.json`, `distances.parquet`, manifest and RO-Crate.

    Raises
    ------
    InputError : the folder cannot be written.
    """
    from ivigabm.experiments.code_version import code_version

    told = about(found, best)
    seeds = told["seeds"]
    wall = told["wall_s"]
    manifest = {name: value for name, value in told.items() if name not in ("runs", "wall_s")}
    manifest = {"code": code_version(), **manifest}
    points = pd.DataFrame(found.unit, columns=[one["name"] for one in told["parameters"]])
    points = points.assign(distance=found.distance, weight=found.weight)
    write_study(
        folder,
        "Calibration",
        {"seeds": seeds, "wall_s": wall, "calibration": told},
        {
            "distances.parquet": (found.table, "Every point and row: figure, interval, distance"),
            "points.parquet": (points, "The design in shares of the prior, distance and weight"),
        },
        {
            SAMPLE: (found.posterior.text(), "The posterior sample: weighted parameter values"),
            ABOUT: (
                json.dumps(manifest, indent=2, ensure_ascii=False) + "\n",
                "What the sample is made of: priors, rows, seeds, code, widths, halves",
            ),
        },
        command_line,
    )
