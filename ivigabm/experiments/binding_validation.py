"""Does the model's receptor binding give the measured binding of immune complexes?

Complexes of known subclass and nominal valency were put on cells that carry one Fc-gamma receptor.
The model's own equation (`processes/multivalent.py`) and its table of affinities predict how many
bind; a few numbers of the assay that nobody measured are fitted once, over all receptors,
subclasses, valencies and laboratories. The published model (Robinett 2018, Tan 2023) is the same
equation; what its authors added is a set of affinities refined on these signals.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from ivigabm.experiments.binding_assay import (
    Affinities,
    Assay,
    refined_affinity,
    table_affinity,
)
from ivigabm.experiments.binding_scores import FLOOR
from ivigabm.knowledge import ParameterSet
from ivigabm.knowledge.complex_binding import Signal, binding_signals, complex_concentrations

Values = NDArray[np.float64]

NANOMOLAR = 1e-9
COUNT_SPREAD = 0.3  # decades: counts of one line differ tenfold between days (Tan 2023)
VALENCY_SPREAD = 0.1  # decades: haptens per carrier are an average (prior of Tan 2023)
_STEP = 1e-3  # of a parameter, for the slopes of the fit


def signals(mixed: bool = False, studies: Sequence[str] | None = None) -> tuple[Signal, ...]:
    """Measured signals: of single subclasses, or with those of mixtures too."""
    chosen = complex_concentrations() if studies is None else studies
    return tuple(s for s in binding_signals() if s.study in chosen and (mixed or len(s.igg) == 1))


class Free(NamedTuple):
    """A number of the assay that no source gives, with what is believed before the fit."""

    name: str
    centre: float
    sd: float


def published() -> dict[str, float]:
    """Constants of the published fit: nominal valency, 1 nmol/L, one constant Kx*."""
    return {
        "log_kx": float(np.log10(ParameterSet("human")["binding.kx"])),
        "log_concentration": float(np.log10(NANOMOLAR)),
        "label": 1.0,  # the second antibody counts IgG
        "log_background": -np.inf,
    }


def unknowns(receptors: Sequence[str] = (), valencies: bool = False) -> tuple[Free, ...]:
    """What is fitted, for these receptors a fold on the counted copies, and on valencies.

    Ranges of the tables are taken as two standard deviations to either side.
    """
    rows = {row.name: row for row in ParameterSet("human").rows()}
    kx = rows["binding.kx"]
    known = next(iter(complex_concentrations().values()))
    ranges = {
        "log_kx": (kx.low, kx.high),
        "log_concentration": (known.low * NANOMOLAR, known.high * NANOMOLAR),
    }
    found = [Free(name, *_log_middle(low, high)) for name, (low, high) in ranges.items()]
    found += [Free("label", 0.5, 0.5), Free("log_background", -2.0, 0.5)]
    if valencies:
        found += [Free(f"log_valency[{size}]", 0.0, VALENCY_SPREAD) for size in ("low", "high")]
    return (*found, *(Free(f"log_copies[{r}]", 0.0, COUNT_SPREAD) for r in receptors))


def _log_middle(low: float, high: float) -> tuple[float, float]:
    first, last = float(np.log10(low)), float(np.log10(high))
    return (first + last) / 2.0, (last - first) / 4.0


class Fit(NamedTuple):
    """Fitted numbers and the standard deviation of each, given the scatter of replicates."""

    values: dict[str, float]
    sd: dict[str, float]


def fit(assay: Assay, free: Sequence[Free], fixed: Mapping[str, float] | None = None) -> Fit:
    """Numbers that make the signals most probable, priors included.

    fixed : values of names that are not free.
    """
    held = dict(fixed or {})
    centre, sd = (np.array([getattr(f, name) for f in free]) for name in ("centre", "sd"))
    noise = assay.scatter()

    def named(x: Values) -> dict[str, float]:
        return held | {f.name: float(v) for f, v in zip(free, x, strict=True)}

    def miss(x: Values) -> Values:
        error = (assay.measured - assay.predicted(named(x))) / noise
        return np.concatenate((error, (x - centre) / sd))

    found = least_squares(miss, centre, diff_step=_STEP, x_scale=sd)
    spread = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    return Fit(named(found.x), {f.name: float(s) for f, s in zip(free, spread, strict=True)})


def fitted(
    affinities: Affinities = table_affinity,
    counts: bool = True,
    valencies: bool = False,
    chosen: Sequence[Signal] | None = None,
    floor: float = FLOOR,
) -> tuple[Assay, Fit]:
    """The fit to single subclasses, all of them unless chosen.

    counts, valencies : receptor counts and nominal valencies may be off.
    """
    assay = Assay(signals() if chosen is None else chosen, affinities, floor)
    receptors = sorted({c.receptor for c in assay.conditions}) if counts else ()
    return assay, fit(assay, unknowns(receptors, valencies))


def left_out(study: str, affinities: Affinities = table_affinity) -> pd.DataFrame:
    """Rows of one study, predicted by a fit to the others."""
    others = [name for name in complex_concentrations() if name != study]
    _, found = fitted(affinities, chosen=signals(studies=others))
    return Assay(signals(studies=[study]), affinities).frame(found.values)


def mixtures(values: Mapping[str, float], affinities: Affinities = table_affinity) -> pd.DataFrame:
    """Rows of mixed subclasses, which no fit has seen, predicted with these values."""
    studies = sorted({s.study for s in binding_signals() if len(s.igg) > 1})
    frame = Assay(signals(mixed=True, studies=studies), affinities).frame(values)
    return frame[frame["mixed"]]


HEADLINE = "constants and counts fitted, table affinities"
PUBLISHED = "constants, counts and valencies fitted, refined affinities"


def models() -> dict[str, Callable[[], pd.DataFrame]]:
    """What is compared, from nothing fitted to the published fit: name -> its frame of rows."""

    def as_published(affinities: Affinities) -> pd.DataFrame:
        return Assay(signals(), affinities).frame(published())

    def ours(affinities: Affinities, counts: bool = True, valencies: bool = False) -> pd.DataFrame:
        assay, found = fitted(affinities, counts, valencies)
        return assay.frame(found.values)

    return {
        "published constants, table affinities": partial(as_published, table_affinity),
        "published constants, refined affinities": partial(as_published, refined_affinity),
        "constants fitted, table affinities": partial(ours, table_affinity, False),
        HEADLINE: partial(ours, table_affinity),
        "constants and counts fitted, refined affinities": partial(ours, refined_affinity),
        PUBLISHED: partial(ours, refined_affinity, True, True),
    }
