"""Passive murine ITP measured in the running model: published rows, fits, and later rows.

What `mouse_itp.py` shows is worked out here; the tests use it too.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from ivigabm.knowledge import ParameterSet
from ivigabm.knowledge.tables import FOLDER
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario

Array = NDArray[np.float64]

SCENARIO = Scenario.load("mouse_itp")
DAY = 4.0 / 24.0  # after the antibody, when the published platelets were counted
SEED = 1
FIT_SEEDS = (SEED, SEED + 1)  # common random numbers: every trial of a fit has these draws
FRESH_SEEDS = (101, 102, 103)  # no fit has seen these
STEP = 0.1  # of the logarithm, for slopes: wide enough that single platelets do not matter
# Agents that take no part in untreated clearance. The section itself stays as it is: in a
# smaller one the same platelets fill fewer macrophages, and more are left.
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


NAMES = {
    "half": "signal.half_macrophage", "weight": "signal.inhibition_weight",
    "clearance": "platelet.clearance_max", "coat": "phagocyte.complement_share",
    "hill": "signal.hill_macrophage",
}  # fmt: skip
FREE = ("half", "weight", "clearance", "coat")


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
        return replace(self, **dict(zip(FREE, np.exp(free).tolist(), strict=True)))


@dataclass(frozen=True)
class Agreement:
    """Correlation, and root mean square of the differences in points of per cent."""

    r: float
    rms: float

    @classmethod
    def of(cls, known: Array, simulated: Array) -> "Agreement":
        """Compare two sets of per cent, both of shape (rows,)."""
        r = float(np.corrcoef(known, simulated)[0, 1])
        return cls(r, float(np.sqrt(np.mean((simulated - known) ** 2))))

    def __str__(self) -> str:
        return f"r {self.r:.3f}, rms {self.rms:.1f} points"


# -- the published rows -------------------------------------------------------------------------


def published_rows() -> tuple[Row, ...]:
    """The rows of `mouse_itp_effector.csv`, in file order."""
    with (FOLDER / "mouse_itp_effector.csv").open(newline="", encoding="utf-8") as stream:
        return tuple(
            Row(r["id"], r["subclass"], r["glycoform"], r["knockout"], r["block"],
                float(r["percent_remaining"]), r["citation"])
            for r in csv.DictReader(stream, strict=True)
        )  # fmt: skip


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
def remaining(row: Row, effector: Effector, seed: int) -> float:
    """Per cent of platelets left 4 h after the antibody, in a mouse without IVIg."""
    words = {**IDLE, **row.words(), **effector.words()}
    return course(DAY, seed, no_ivig=True, treat_day=0.0, **words)(DAY)


def simulate(rows: Sequence[Row], effector: Effector, seeds: Sequence[int]) -> Array:
    """Per cent left of every row, shape (seeds, rows)."""
    return np.array([[remaining(row, effector, seed) for row in rows] for seed in seeds])


# -- fitting ------------------------------------------------------------------------------------


def bounds() -> tuple[Array, Array]:
    """Logarithms of the ranges of the free numbers in `parameters.csv`, each of shape (4,)."""
    known = {row.name: row for row in ParameterSet("mouse").rows()}
    ranges = [known[NAMES[name]] for name in FREE]
    low = [max(row.low, 0.01 * row.value) for row in ranges]  # a share may be none at all
    return np.log(low), np.log([row.high for row in ranges])


def fit(rows: Sequence[Row], start: Effector, seeds: Sequence[int] = FIT_SEEDS) -> Effector:
    """Free numbers of least squares, within the ranges of `parameters.csv`; the exponent stays.

    Slopes are differences over a tenth of the logarithm, in the model itself.
    """

    def misses(x: Array) -> Array:
        left: Array = simulate(rows, start.moved(x), seeds).mean(axis=0)
        return left - published(rows)

    def slopes(x: Array) -> Array:
        here = misses(x)
        moved = [misses(x + STEP * e) for e in np.eye(len(x))]
        change: Array = (np.stack(moved, axis=1) - here[:, None]) / STEP
        return change

    low, high = bounds()
    first = np.clip(start.free(), low + 1e-6, high - 1e-6)
    found = least_squares(misses, first, jac=slopes, bounds=(low, high), ftol=2e-3, xtol=1e-2,
                          max_nfev=12)  # fmt: skip
    return start.moved(found.x)


def leave_one_out(
    rows: Sequence[Row], start: Effector, seeds: Sequence[int] = FIT_SEEDS
) -> Array:
    """Every row predicted by a fit to the others, shape (rows,)."""
    fits = [fit([other for other in rows if other is not row], start, seeds) for row in rows]
    return np.array([
        float(simulate([row], found, seeds).mean()) for row, found in zip(rows, fits, strict=True)
    ])  # fmt: skip


# -- rows that no fit has seen ------------------------------------------------------------------


def protection(effector: Effector, seeds: Sequence[int] = FRESH_SEEDS, **words: Any) -> Array:
    """Per cent left without and with IVIg 1 g/kg a day before IgG1.

    Returns
    -------
    shape (2, 2): rows without and with, columns 4 and 24 h after the antibody.
    """
    arms = ({"no_ivig": True, "treat_day": -1.0}, {"dose": 1.0, "treat_day": -1.0})
    runs = [
        [course(1.0, seed, **effector.words(), **arm, **words) for seed in seeds] for arm in arms
    ]
    return np.array([[np.mean([left(t) for left in arm]) for t in (DAY, 1.0)] for arm in runs])


def infusion(
    effector: Effector, fold: float, days: float, seed: int = SEED, **words: Any
) -> Callable[[float], float]:
    """Platelets while an infusion holds `fold` of the usual antibody level (E020)."""
    held: dict[str, Any] = {"set.antibody.delivery": "endogenous", "antibody.dose_fold": fold}
    return course(days, seed, **held, **effector.words(), **words)


def infusion_level(effector: Effector, halvings: int = 7) -> float:
    """Antibody level, as a share of the usual, that leaves 25 per cent after 4 days."""
    low, high = np.log(0.02), np.log(1.0)
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        left = infusion(effector, float(np.exp(middle)), 4.0, no_ivig=True, treat_day=0.0)
        enough = np.mean([left(day) for day in np.linspace(3.0, 4.0, 13)]) <= INFUSED
        low, high = (low, middle) if enough else (middle, high)
    return float(np.exp(0.5 * (low + high)))


BOLUS, HELD = "IVIg 1 g/kg, then IgG1", "infusion, 2 g/kg on day 4"
KEPT = "24 h, share kept by FcgRIIB -/-"
LATER = {  # what a fit says about later rows, beside what was published
    f"{BOLUS}: 4 h, wild type": "E001 protected",
    f"{BOLUS}: 4 h, FcgRIIB -/-": "E003 not, E006 protected",
    f"{BOLUS}: 24 h, wild type": "E001 protected",
    f"{BOLUS}: 24 h, FcgRIIB -/-": "E003 not, E006 protected",
    f"{BOLUS}: {KEPT}": "E003 lost, E006 all",
    f"{HELD}: day 7, untreated": "E020 about 25",
    f"{HELD}: day 7, wild type": "E030 reversed",
    f"{HELD}: day 7, monomeric IVIg": "E022 no effect",
    f"{HELD}: rise from day 4 to 7, FcgRIIB -/-": "no row",
}


def later_rows(effector: Effector) -> dict[str, float]:
    """Per cent, by the names of `LATER`."""
    wild, lacking = protection(effector), protection(effector, knockout="FcgRIIB")
    kept = 100.0 * (lacking[1] - lacking[0]) / (wild[1] - wild[0])
    level = infusion_level(effector)
    given: dict[str, Any] = {"dose": 2.0, "treat_day": 4.0}
    untreated = infusion(effector, level, 7.0, no_ivig=True, treat_day=4.0)
    treated = infusion(effector, level, 7.0, **given)
    monomeric = infusion(effector, level, 7.0, preparation="ivig_monomer", **given)
    without = infusion(effector, level, 7.0, knockout="FcgRIIB", **given)
    values = (wild[1, 0], lacking[1, 0], wild[1, 1], lacking[1, 1], kept[1], untreated(7.0),
              treated(7.0), monomeric(7.0), without(7.0) - without(4.0))  # fmt: skip
    return dict(zip(LATER, map(float, values), strict=True))
