"""Does the model bind immune complexes as cells with one Fcγ receptor were measured to?

Human IgG1 to 4 in complexes of 4 and of 26 or 33 IgG, on CHO cells with FcγRI, IIA, IIB, IIIA
(both alleles) or IIIB: three studies, 31 replicates. The model's equation and its table of
affinities, with four constants of the assay and one fold per receptor count fitted once over
everything, are compared with what was measured, beside the published fit of the same equation.

    python analysis/binding.py --out binding.svg
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from rich.console import Console
from rich.table import Table

from ivigabm.experiments.binding_scores import (
    FLOOR,
    Score,
    ceiling,
    over_conditions,
    over_rows,
    score,
)
from ivigabm.experiments.binding_validation import (
    HEADLINE,
    PUBLISHED,
    Fit,
    fitted,
    left_out,
    mixtures,
    models,
    signals,
)
from ivigabm.knowledge.complex_binding import complex_concentrations

FLOORS = (FLOOR / 3.0, FLOOR, FLOOR * 3.0)
NOT_BINDING = ("FcgRI", "IgG2")  # tabled as no binding at all
COLOURS = {"FcgRI": "C0", "FcgRIIA-131H": "C1", "FcgRIIB-232I": "C2", "FcgRIIIA-158F": "C4",
           "FcgRIIIA-158V": "C3", "FcgRIIIB-NA1": "C5"}  # fmt: skip
COLUMNS = ("points", "Spearman", "R²", "squared correlation")


def empty(title: str, first: str, columns: tuple[str, ...] = COLUMNS) -> Table:
    shown = Table(title=title, title_justify="left", box=None)
    shown.add_column(first)
    for name in columns:
        shown.add_column(name, justify="right")
    return shown


def cells(found: Score) -> tuple[str, ...]:
    """Points, Spearman and R² with interval, squared correlation."""
    shown = [f"{e.value:.2f}" + ("" if np.isnan(e.low) else f" ({e.low:.2f} to {e.high:.2f})")
             for e in (found.spearman, found.r2)]  # fmt: skip
    return (str(found.n), *shown, f"{found.correlation2:.2f}")


def ladder(frames: dict[str, pd.DataFrame], resamples: int) -> Table:
    """Every model over all receptors, by condition and by single measurement."""
    shown = empty("Overall: conditions (means over replicates), then single measurements", "model")
    for points in (over_conditions, over_rows):
        for name, frame in frames.items():
            shown.add_row(name, *cells(score(frame, points, resamples)))
    top = ceiling(frames[HEADLINE])
    shown.add_row("(a measurement by the other replicates' mean)", *cells(top))
    return shown


def by_receptor(frame: pd.DataFrame, title: str, resamples: int) -> Table:
    shown = empty(f"Conditions, by receptor: {title}", "receptor")
    for receptor, part in frame.groupby("receptor"):
        shown.add_row(str(receptor), *cells(score(part, resamples=resamples)))
    return shown


def apart(found: Fit, resamples: int) -> Table:
    """What no fit has seen, and what the choices of the comparison change."""
    shown = empty("Held out, and choices", "rows")
    for study in complex_concentrations():
        shown.add_row(f"{study} by a fit to the others",
                      *cells(score(left_out(study), resamples=resamples)))  # fmt: skip
    mixed = mixtures(found.values)
    shown.add_row("mixtures of two subclasses", *cells(score(mixed, resamples=resamples)))
    chosen = [s for s in signals() if (s.receptor, s.igg[0][0]) != NOT_BINDING]
    assay, without = fitted(chosen=chosen)
    frame = assay.frame(without.values)
    shown.add_row("without IgG2 on FcgRI", *cells(score(frame, resamples=resamples)))
    shown.add_row("  of these, FcgRI alone", *cells(score(frame[frame["receptor"] == "FcgRI"],
                                                         resamples=resamples)))  # fmt: skip
    for floor in FLOORS:
        assay, other = fitted(floor=floor)
        shown.add_row(f"signals down to {100 * floor:.2g} % of their replicate's mean",
                      *cells(score(assay.frame(other.values), resamples=resamples)))  # fmt: skip
    return shown


def constants(found: Fit) -> Table:
    """Fitted numbers."""
    shown = empty("Fitted once over all (log10 but for the label)", "number", ("value", "sd"))
    for name, sd in found.sd.items():
        shown.add_row(name, f"{found.values[name]:.2f}", f"{sd:.2f}")
    return shown


def draw_one(axis: Axes, frame: pd.DataFrame, title: str) -> None:
    """Predicted against measured, one point a condition."""
    groups = frame.groupby(["study", "receptor", "igg", "valency"])
    points = groups[["measured", "predicted"]].mean().reset_index()
    for receptor, colour in COLOURS.items():
        for many, marker in ((False, "o"), (True, "^")):
            part = points[(points["receptor"] == receptor) & ((points["valency"] > 12) == many)]
            label = None if many else receptor.replace("cg", "cγ")
            axis.scatter(part["measured"], part["predicted"], s=18, color=colour, marker=marker,
                         alpha=0.8, label=label)  # fmt: skip
    found = score(frame, resamples=0)
    axis.axline((0.0, 0.0), slope=1.0, color="0.7", lw=1, zorder=0)
    axis.set_title(f"{title}\nSpearman {found.spearman.value:.2f}, R² {found.r2.value:.2f}",
                   fontsize=9)  # fmt: skip
    axis.set_xlabel("measured (log10, replicate's mean 0)")


def draw(path: Path, frames: dict[str, pd.DataFrame]) -> None:
    """Nothing fitted, this model, the published fit."""
    figure, axes = plt.subplots(
        1, 3, figsize=(10.5, 4.2), sharex=True, sharey=True, layout="constrained"
    )
    shown = (next(iter(frames)), HEADLINE, PUBLISHED)
    for axis, name in zip(axes, shown, strict=True):
        draw_one(axis, frames[name], ",\n".join(name.rsplit(", ", 1)))
    axes[0].set_ylabel("predicted")
    lines = axes[0].get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", ncols=6, frameon=False, fontsize=8,
                  title="circles 4 IgG, triangles 26 or 33", title_fontsize=8)  # fmt: skip
    figure.savefig(path)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Fit, score, print the tables, draw."""
    reader = argparse.ArgumentParser(description="Measured and predicted binding of complexes.")
    reader.add_argument("--out", type=Path, default=Path("binding.svg"),
                        help="figure to write, SVG or PNG (default: %(default)s)")  # fmt: skip
    reader.add_argument("--resamples", type=int, default=400,
                        help="of replicates, for the intervals (default: %(default)s)")
    words = reader.parse_args(arguments)
    console = Console()
    frames = {name: rows() for name, rows in models().items()}
    found = fitted()[1]
    console.print(ladder(frames, words.resamples))
    for name in (HEADLINE, PUBLISHED):
        console.print(by_receptor(frames[name], name, words.resamples))
    console.print(apart(found, words.resamples))
    console.print(constants(found))
    draw(words.out, frames)
    console.print(f"points: {words.out}")


if __name__ == "__main__":
    main()
