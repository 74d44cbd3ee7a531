"""Does one set of receptor numbers explain which antibody clears platelets in which mouse?

Sixteen published rows of passive murine ITP (subclass by receptor knock-out, per cent of
platelets left after 4 h) are simulated in `IVIgModel` itself: an antibody, a mouse, no IVIg.
Four numbers of one cell kind may be fitted; no row has a number of its own.

The section is that of the scenario. In a smaller one the same platelets meet fewer
macrophages, which are then full, and 7 of 100 platelets more are left where clearance is fast.
Only agents that take no part in untreated clearance are left out.

    python analysis/mouse_itp.py --out mouse_itp.svg
    python analysis/mouse_itp.py --loo
    python analysis/mouse_itp.py --hill 1,1.5,2,3
"""

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import least_squares

from ivigabm.knowledge import ParameterSet
from ivigabm.knowledge.tables import FOLDER
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario

Array = NDArray[np.float64]

SCENARIO = Scenario.load("mouse_itp")
HOURS = 4.0  # after the antibody, when the published platelets were counted
SEED = 1
FIT_SEEDS = (SEED, SEED + 1)  # common random numbers: every trial of a fit has these draws
FRESH_SEEDS = (101, 102, 103)  # no fit has seen these
STEP = 0.1  # of the logarithm, for slopes: wide enough that single platelets do not matter
IDLE = {
    "set.cells.igg_parcels": 1, "set.cells.sensor_cell": 1, "set.cells.basophil": 1,
    "set.cells.autoantibody_parcels": 4,
}  # fmt: skip
INFUSED = 25.0  # per cent of normal under a continuous infusion (E020)


@dataclass(frozen=True)
class Row:
    """One published row: per cent of platelets left 4 h after the antibody."""

    id: str
    subclass: str
    glycoform: str
    knockout: str
    block: str
    percent: float
    citation: str

    @property
    def antibody(self) -> str:
        """Subclass, and its Fc glycan where that is not the usual one."""
        return self.subclass + ("" if self.glycoform == "native" else f", {self.glycoform}")

    @property
    def mouse(self) -> str:
        """What the mouse lacks."""
        if self.block:
            return f"{self.block} blocked"
        return " + ".join(self.knockout.split(",")) + " -/-" if self.knockout else "wild type"

    def words(self) -> dict[str, Any]:
        """The row in the words of the evidence language."""
        return {
            "antibody.class": self.subclass, "antibody.glycoform": self.glycoform,
            "knockout": self.knockout or None, "block": self.block or None,
        }  # fmt: skip


@dataclass(frozen=True)
class Effector:
    """What the mouse's macrophage does with a signal: four free numbers and the exponent."""

    half: float
    weight: float
    clearance: float
    coat: float
    hill: float

    def words(self) -> dict[str, float]:
        """The numbers as settings of the model."""
        return {f"set.parameters.{NAMES[f.name]}": getattr(self, f.name) for f in fields(self)}

    def free(self) -> Array:
        """Logarithms of the free numbers, shape (4,)."""
        return np.log([getattr(self, name) for name in FREE])

    def moved(self, free: Array) -> "Effector":
        """These numbers with the free ones replaced."""
        values = np.exp(free).tolist()
        return replace(self, **dict(zip(FREE, values, strict=True)))


NAMES = {
    "half": "signal.half_macrophage", "weight": "signal.inhibition_weight",
    "clearance": "platelet.clearance_max", "coat": "phagocyte.complement_share",
    "hill": "signal.hill_macrophage",
}  # fmt: skip
FREE = ("half", "weight", "clearance", "coat")


@dataclass(frozen=True)
class Agreement:
    """Correlation, and root mean square of the differences in points of per cent."""

    r: float
    rms: float

    @classmethod
    def of(cls, published: Array, simulated: Array) -> "Agreement":
        """Compare two sets of per cent, both of shape (rows,)."""
        r = float(np.corrcoef(published, simulated)[0, 1])
        return cls(r, float(np.sqrt(np.mean((simulated - published) ** 2))))

    def __str__(self) -> str:
        return f"r {self.r:.3f}, rms {self.rms:.1f} points"


# -- measuring ----------------------------------------------------------------------------------


def published_rows() -> tuple[Row, ...]:
    """The rows of `mouse_itp_effector.csv`, in file order."""
    with (FOLDER / "mouse_itp_effector.csv").open(newline="", encoding="utf-8") as stream:
        return tuple(
            Row(r["id"], r["subclass"], r["glycoform"], r["knockout"], r["block"],
                float(r["percent_remaining"]), r["citation"])
            for r in csv.DictReader(stream, strict=True)
        )


def published(rows: Sequence[Row]) -> Array:
    """Published per cent, shape (rows,)."""
    return np.array([row.percent for row in rows])


def shipped() -> Effector:
    """The numbers of `parameters.csv`."""
    ps = ParameterSet("mouse")
    return Effector(**{name: ps[row] for name, row in NAMES.items()})


def course(days: float, seed: int, **words: Any) -> Callable[[float], float]:
    """Run a mouse; the result gives the per cent of normal platelets on a day."""
    model = IVIgModel(SCENARIO, rng=seed, perturbation=parse(words), days=days)
    seen = model.run().observations()
    return lambda day: float(100.0 * np.interp(day, seen["day"], seen["target_integrity"]))


@cache
def remaining(row: Row, effector: Effector, seed: int, small: bool = False) -> float:
    """Per cent of platelets left after 4 h; `small` runs a quarter of the section."""
    words = {**IDLE, **(QUARTER if small else {}), **row.words(), **effector.words()}
    left = course(HOURS / 24.0, seed, no_ivig=True, treat_day=0.0, **words)
    return left(HOURS / 24.0)


QUARTER = {
    "set.section.width": 32, "set.section.height": 32, "set.cells.macrophage": 100,
    "set.target.count_per_agent": 4.0,
}  # fmt: skip


def simulate(
    rows: Sequence[Row], effector: Effector, seeds: Sequence[int], small: bool = False
) -> Array:
    """Per cent left of every row, shape (seeds, rows)."""
    return np.array([[remaining(row, effector, seed, small) for row in rows] for seed in seeds])


# -- fitting ------------------------------------------------------------------------------------


def bounds() -> tuple[Array, Array]:
    """Logarithms of the ranges of the free numbers in `parameters.csv`."""
    known = {row.name: row for row in ParameterSet("mouse").rows()}
    ranges = [known[NAMES[name]] for name in FREE]
    low = [max(row.low, 0.01 * row.value) for row in ranges]  # a share may be none at all
    return np.log(low), np.log([row.high for row in ranges])


def fit(rows: Sequence[Row], start: Effector, seeds: Sequence[int] = FIT_SEEDS) -> Effector:
    """Free numbers of least squares, within the ranges of `parameters.csv`; the exponent stays.

    Slopes are differences over a tenth of the logarithm, in the model itself.
    """

    def misses(x: Array) -> Array:
        return simulate(rows, start.moved(x), seeds).mean(axis=0) - published(rows)

    def slopes(x: Array) -> Array:
        here = misses(x)
        return np.array([(misses(x + STEP * e) - here) / STEP for e in np.eye(len(x))]).T

    low, high = bounds()
    first = np.clip(start.free(), low + 1e-6, high - 1e-6)
    found = least_squares(misses, first, jac=slopes, bounds=(low, high), ftol=2e-3, xtol=1e-2,
                          max_nfev=12)
    return start.moved(found.x)


def leave_one_out(
    rows: Sequence[Row], start: Effector, seeds: Sequence[int] = FIT_SEEDS
) -> tuple[Array, list[Effector]]:
    """Every row predicted by a fit to the others: shape (rows,), and the fits."""
    fits = [fit([other for other in rows if other is not row], start, seeds) for row in rows]
    left_out = [
        float(simulate([row], found, seeds).mean()) for row, found in zip(rows, fits, strict=True)
    ]
    return np.array(left_out), fits


# -- rows that no fit has seen ------------------------------------------------------------------


def protection(effector: Effector, seeds: Sequence[int] = FRESH_SEEDS, **words: Any) -> Array:
    """Per cent left without and with IVIg a day before the antibody: shape (2, hours 4 and 24)."""
    arms = ({"no_ivig": True, "treat_day": -1.0}, {"dose": 1.0, "treat_day": -1.0})
    found = np.zeros((2, 2))
    for i, arm in enumerate(arms):
        for seed in seeds:
            left = course(1.0, seed, **effector.words(), **arm, **words)
            found[i] += np.array([left(HOURS / 24.0), left(1.0)]) / len(seeds)
    return found


def infusion(effector: Effector, fold: float, seed: int = SEED, days: float = 4.0,
             **words: Any) -> Callable[[float], float]:
    """Platelets while `fold` of the usual antibody level is held by an infusion (E020)."""
    held = {"set.antibody.delivery": "endogenous", "antibody.dose_fold": fold}
    return course(days, seed, **held, **effector.words(), **words)


def infusion_rate(effector: Effector, cycles: int = 7) -> float:
    """Antibody level, as a share of the usual, that leaves 25 per cent after 4 days."""
    low, high = np.log(0.02), np.log(1.0)
    for _ in range(cycles):
        middle = 0.5 * (low + high)
        left = infusion(effector, float(np.exp(middle)), no_ivig=True, treat_day=0.0)
        if np.mean([left(day) for day in np.linspace(3.0, 4.0, 13)]) > INFUSED:
            low = middle
        else:
            high = middle
    return float(np.exp(0.5 * (low + high)))


# -- showing ------------------------------------------------------------------------------------


def _table(title: str, *columns: str) -> Table:
    shown = Table(title=title, title_justify="left", box=None)
    for name in columns:
        shown.add_column(name, justify="left" if name[0].islower() else "right")
    return shown


def rows_table(rows: Sequence[Row], simulated: Array, left_out: Array | None = None) -> Table:
    """Published beside simulated, per cent left; spread is the standard deviation of seeds."""
    extra = () if left_out is None else ("Left out",)
    shown = _table("Platelets left 4 h after the antibody (per cent)", "row", "antibody", "mouse",
                   "Published", "Simulated", "Spread", "Difference", *extra, "source")
    mean, spread = simulated.mean(axis=0), simulated.std(axis=0, ddof=1)
    for i, row in enumerate(rows):
        more = [] if left_out is None else [f"{left_out[i]:.1f}"]
        shown.add_row(row.id, row.antibody, row.mouse, f"{row.percent:.1f}", f"{mean[i]:.1f}",
                      f"{spread[i]:.1f}", f"{mean[i] - row.percent:+.1f}", *more, row.citation)
    return shown


def hill_tables(rows: Sequence[Row], exponents: Sequence[float]) -> list[Table]:
    """One fit per exponent: how well it does on the rows, and what it says about later ones."""
    fits = _table("One fit per Hill exponent", "Hill", *FREE_LABELS, "Fitted r", "rms",
                  "Fresh seeds r", "rms")
    later = _table("IVIg 1 g/kg a day before IgG1, without > with (per cent left)", "Hill",
                   "Wild type 4 h", "24 h", "FcgRIIB -/- 4 h", "24 h", "Protection kept 4 h",
                   "24 h")
    held = _table("IVIg 2 g/kg on day 4 of an infusion that leaves 25 per cent (E020, E030)",
                  "Hill", "Antibody level", "Day 4", "Day 7", "Untreated", "Monomeric IVIg",
                  "FcgRIIB -/- day 4", "Day 7")
    for hill in exponents:
        found = fit(rows, replace(shipped(), hill=hill))
        seen, fresh = (
            Agreement.of(published(rows), simulate(rows, found, seeds).mean(axis=0))
            for seeds in (FIT_SEEDS, FRESH_SEEDS)
        )
        fits.add_row(f"{hill:g}", *(f"{getattr(found, name):.3g}" for name in FREE),
                     f"{seen.r:.3f}", f"{seen.rms:.1f}", f"{fresh.r:.3f}", f"{fresh.rms:.1f}")
        later.add_row(f"{hill:g}", *_later(found))
        held.add_row(f"{hill:g}", *_held(found))
    return [fits, later, held]


FREE_LABELS = ("Half signal", "FcgRIIB weight", "Clearance (1/d)", "C3b share")


def _later(found: Effector) -> list[str]:
    wild, lacking = protection(found), protection(found, knockout="FcgRIIB")
    kept = (lacking[1] - lacking[0]) / (wild[1] - wild[0])
    arms = [f"{arm[0, t]:.0f} > {arm[1, t]:.0f}" for arm in (wild, lacking) for t in (0, 1)]
    return [*arms, *(f"{share:.2f}" for share in kept)]


def _held(found: Effector) -> list[str]:
    fold = infusion_rate(found)
    given = {"days": 7.0, "dose": 2.0, "treat_day": 4.0}
    treated = infusion(found, fold, **given)
    monomeric = infusion(found, fold, preparation="ivig_monomer", **given)
    lacking = infusion(found, fold, knockout="FcgRIIB", **given)
    untreated = infusion(found, fold, days=7.0, no_ivig=True, treat_day=4.0)
    left = (treated(4.0), treated(7.0), untreated(7.0), monomeric(7.0), lacking(4.0), lacking(7.0))
    return [f"{fold:.2f}", *(f"{value:.0f}" for value in left)]


def draw(path: Path, rows: Sequence[Row], simulated: Array) -> None:
    """Published against simulated, one point per row."""
    figure, axis = plt.subplots(figsize=(5.4, 5.0), layout="constrained")
    mean, spread = simulated.mean(axis=0), simulated.std(axis=0, ddof=1)
    axis.plot([0, 105], [0, 105], color="0.7", lw=1, zorder=0)
    for antibody, marker in zip(dict.fromkeys(row.antibody for row in rows), "osD", strict=False):
        chosen = [i for i, row in enumerate(rows) if row.antibody == antibody]
        axis.errorbar(published(rows)[chosen], mean[chosen], spread[chosen], fmt=marker, ms=5,
                      lw=1, label=antibody)
    for i, row in enumerate(rows):
        axis.annotate(row.id, (row.percent, mean[i]), (4, -9), textcoords="offset points",
                      fontsize=7, color="0.3")
    axis.set(xlim=(0, 105), ylim=(0, 105), aspect="equal",
             title=str(Agreement.of(published(rows), mean)),
             xlabel="published: platelets left after 4 h (per cent of start)",
             ylabel="simulated: platelets left after 4 h (per cent of start)")
    axis.legend(title="anti-platelet antibody", frameon=False, loc="upper left")
    figure.savefig(path)
    plt.close(figure)


def _exponents(text: str) -> list[float]:
    try:
        found = [float(word) for word in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(0.5 <= value <= 6.0 for value in found):
        raise argparse.ArgumentTypeError(
            f"found '{text}', expected exponents from 0.5 to 6 such as 1,2,3"
        )
    return found


def main(arguments: list[str] | None = None) -> None:
    """Simulate, print the tables, draw the figure."""
    reader = argparse.ArgumentParser(description="Murine ITP beside the literature.")
    reader.add_argument("--loo", action="store_true", help="predict every row from the others")
    reader.add_argument("--hill", type=_exponents, metavar="H,…", help="fit per Hill exponent")
    reader.add_argument("--seeds", type=int, default=5, help="replicates (default: %(default)s)")
    reader.add_argument("--out", type=Path, default=Path("mouse_itp.svg"),
                        help="figure to write, SVG or PNG (default: %(default)s)")
    given = reader.parse_args(arguments)
    if given.seeds < 2:
        reader.error(f"--seeds: found {given.seeds}; at least 2 show a spread")
    console, rows = Console(), published_rows()
    simulated = simulate(rows, shipped(), range(SEED, SEED + given.seeds))
    left_out = leave_one_out(rows, fit(rows, shipped()))[0] if given.loo else None
    console.print(rows_table(rows, simulated, left_out))
    console.print(f"as shipped: {Agreement.of(published(rows), simulated.mean(axis=0))}")
    if left_out is not None:
        console.print(f"left out: {Agreement.of(published(rows), left_out)}")
    for table in hill_tables(rows, given.hill) if given.hill else ():
        console.print(table)
    draw(given.out, rows, simulated)
    console.print(f"figure: {given.out}")


if __name__ == "__main__":
    main()
