"""Does one set of receptor numbers explain which antibody clears platelets in which mouse?

Sixteen published rows of passive murine ITP (subclass by receptor knock-out, per cent of
platelets left after 4 h) are simulated in `IVIgModel` itself: an antibody, a mouse, no IVIg.
Four numbers of one cell kind may be fitted; no row has a number of its own.

    python analysis/mouse_itp.py --out mouse_itp.svg       seconds
    python analysis/mouse_itp.py --loo                     minutes
    python analysis/mouse_itp.py --hill 1,1.5,2,3          minutes
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from mouse_itp_measure import (
    FIT_SEEDS,
    FREE,
    FRESH_SEEDS,
    LATER,
    NAMES,
    SEED,
    Agreement,
    Array,
    Effector,
    Row,
    fit,
    later_rows,
    leave_one_out,
    published,
    published_rows,
    shipped,
    simulate,
)
from rich.console import Console
from rich.table import Table

NAMED = 15.0  # points by which a row must be missed to be named in the figure
APART = 20.0  # points by which predictions must differ for a row to tell exponents apart


def table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    """An empty table with columns of words, then columns of figures."""
    shown = Table(title=title, title_justify="left", box=None)
    for name in left:
        shown.add_column(name)
    for name in right:
        shown.add_column(name, justify="right")
    return shown


def rows_table(rows: Sequence[Row], simulated: Array, left_out: Array | None = None) -> Table:
    """Published beside simulated, per cent left; spread is the standard deviation of seeds."""
    figures = ["published", "simulated", "spread", "difference"]
    figures += [] if left_out is None else ["left out"]
    shown = table("Platelets left 4 h after the antibody (per cent)",
                  ("row", "antibody", "mouse"), figures)  # fmt: skip
    shown.add_column("source")
    mean, spread = simulated.mean(axis=0), simulated.std(axis=0, ddof=1)
    for i, row in enumerate(rows):
        values = [f"{row.percent:.1f}", f"{mean[i]:.1f}", f"{spread[i]:.1f}",
                  f"{mean[i] - row.percent:+.1f}"]  # fmt: skip
        values += [] if left_out is None else [f"{left_out[i]:.1f}"]
        shown.add_row(row.id, row.antibody, row.mouse, *values, row.citation)
    return shown


def numbers(found: Effector) -> str:
    """The free numbers of a fit in one line."""
    return ", ".join(f"{NAMES[name]} {getattr(found, name):.3g}" for name in FREE)


def fits_table(rows: Sequence[Row], fits: Sequence[Effector]) -> Table:
    """How well each exponent does on the rows, with the seeds of its fit and with fresh ones."""
    columns = ("half signal", "FcgRIIB weight", "clearance (1/d)", "C3b share",
               "r", "rms", "fresh r", "fresh rms")  # fmt: skip
    shown = table("One fit to all rows per Hill exponent", (), ("Hill", *columns))
    for found in fits:
        seen, fresh = (
            Agreement.of(published(rows), simulate(rows, found, seeds).mean(axis=0))
            for seeds in (FIT_SEEDS, FRESH_SEEDS)
        )
        shown.add_row(f"{found.hill:g}", *(f"{getattr(found, name):.3g}" for name in FREE),
                      f"{seen.r:.3f}", f"{seen.rms:.1f}",
                      f"{fresh.r:.3f}", f"{fresh.rms:.1f}")  # fmt: skip
    return shown


def later_table(fits: Sequence[Effector], later: Sequence[dict[str, float]]) -> Table:
    """What the fits say about rows that they have not seen, and which of these part them."""
    shown = table("Later rows (per cent)", ("row",), [f"Hill {found.hill:g}" for found in fits])
    shown.add_column("published")
    shown.add_column("tells apart")
    for name, known in LATER.items():
        values = [row[name] for row in later]
        apart = "yes" if max(values) - min(values) > APART else "no"
        shown.add_row(name, *(f"{value:.0f}" for value in values), known, apart)
    return shown


def draw(path: Path, rows: Sequence[Row], simulated: Array) -> None:
    """Published against simulated, one point per row."""
    figure, axis = plt.subplots(figsize=(5.4, 5.0), layout="constrained")
    mean, spread = simulated.mean(axis=0), simulated.std(axis=0, ddof=1)
    axis.plot([0, 105], [0, 105], color="0.7", lw=1, zorder=0)
    for antibody, marker in zip(dict.fromkeys(row.antibody for row in rows), "osD", strict=False):
        chosen = [i for i, row in enumerate(rows) if row.antibody == antibody]
        axis.errorbar(published(rows)[chosen], mean[chosen], spread[chosen], fmt=marker, ms=5,
                      lw=1, label=antibody)  # fmt: skip
    for i, row in enumerate(rows):
        if abs(mean[i] - row.percent) < NAMED:
            continue
        axis.annotate(row.id, (row.percent, mean[i]), (6, -3), textcoords="offset points",
                      fontsize=8, color="0.3")  # fmt: skip
    axis.set(xlim=(0, 105), ylim=(0, 105), aspect="equal",
             title=str(Agreement.of(published(rows), mean)),
             xlabel="published: platelets left after 4 h (per cent of start)",
             ylabel="simulated: platelets left after 4 h (per cent of start)")  # fmt: skip
    axis.legend(title="anti-platelet antibody", frameon=False, loc="upper left")
    figure.savefig(path)
    plt.close(figure)


def exponents(text: str) -> list[float]:
    """Hill exponents of a comma list."""
    try:
        found = [float(word) for word in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(0.5 <= value <= 6.0 for value in found):
        raise argparse.ArgumentTypeError(
            f"found '{text}', expected exponents from 0.5 to 6 such as 1,2,3"
        )
    return found


def reader() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description="Murine ITP in the model beside the literature.")
    words.add_argument("--loo", action="store_true", help="predict every row from the others")
    words.add_argument("--hill", type=exponents, metavar="H,…", default=[],
                       help="fit once per Hill exponent, and predict later rows")  # fmt: skip
    words.add_argument("--seeds", type=int, default=5, help="replicates (default: %(default)s)")
    words.add_argument("--out", type=Path, default=Path("mouse_itp.svg"),
                       help="figure to write, SVG or PNG (default: %(default)s)")  # fmt: skip
    return words


def main(arguments: list[str] | None = None) -> None:
    """Simulate, print the tables, draw the figure."""
    words = reader()
    given = words.parse_args(arguments)
    if given.seeds < 2:
        words.error(f"--seeds: found {given.seeds}; at least 2 show a spread")
    console, rows = Console(), published_rows()
    simulated = simulate(rows, shipped(), range(SEED, SEED + given.seeds))
    left_out = leave_one_out(rows, shipped()) if given.loo else None
    console.print(rows_table(rows, simulated, left_out))
    console.print(f"as shipped, seeds {SEED} to {SEED + given.seeds - 1}: "
                  f"{Agreement.of(published(rows), simulated.mean(axis=0))}")  # fmt: skip
    if left_out is not None:
        found = fit(rows, shipped())
        within = simulate(rows, found, FIT_SEEDS).mean(axis=0)
        console.print(f"fitted to all ({numbers(found)}): {Agreement.of(published(rows), within)}")
        console.print(f"left out: {Agreement.of(published(rows), left_out)}")
    if given.hill:
        fits = [fit(rows, replace(shipped(), hill=hill)) for hill in given.hill]
        console.print(fits_table(rows, fits))
        console.print(later_table(fits, [later_rows(found) for found in fits]))
    draw(given.out, rows, simulated)
    console.print(f"figure: {given.out}")


if __name__ == "__main__":
    main()
