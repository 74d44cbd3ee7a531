"""The measures of the evidence language, and how each is had from a run of a scenario.

A measure is an observable that every run has; the clinic's reading of this scenario; a probe
that a run records when asked (`ivigabm.probes`); or made from the course of others. A word whose
biology the model does not have is refused with `NotExpressible`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ivigabm.clinical import Clinical
from ivigabm.errors import InputError, NotExpressible, nearest
from ivigabm.observation import OBSERVED
from ivigabm.probes import MAKERS, SUBSTANCES, Words, canonical, join, probe
from ivigabm.readout.course import Course
from ivigabm.scenario import Scenario

if TYPE_CHECKING:
    from ivigabm.readout.grammar import Readout

Array = NDArray[np.float64]

# measures that live between 0 and 1
SHARES = frozenset(
    {
        "target_integrity", "irreversible_loss", "axon_regeneration", "conduction", "lesion",
        "survival", "share_of", "occupancy", "activation", "phagocytic_index", "killing", "lysis",
        "viability", "macrophage_activation",
    }
)  # fmt: skip
CLINICAL = (
    "platelets", "gbs_disability", "mrc", "incat", "grip", "qmg", "mg_adl", "mmt", "tis",
    "stiffness", "adas_cog", "arthritis", "eae_score", "weakness", "axon_regeneration",
    "conduction", "airway_response", "lesion",
)  # fmt: skip


@dataclass(frozen=True)
class Kinetics:
    """A figure made of the plasma course of a substance over a window, one per individual.

    Attributes
    ----------
    probes : words of the probes that it takes, each with the substance in brackets.
    figure : of their courses and the window. from_half : without a start, the window is the
        later half of the time, otherwise all of it from day 0.
    """

    probes: Words
    figure: Callable[[list[Course], float, float], float]
    from_half: bool = False


def _half_life(courses: list[Course], start: float, end: float) -> float:
    """Terminal half-life, days: least squares through the logarithm of the concentration.

    A window in which the level still rises holds the dose, and with it the time of distribution:
    there the line goes through the later half of what follows the peak. Otherwise the window is
    the terminal phase that was chosen, and all of it counts.
    """
    (plasma,) = courses
    inside = plasma.within(start, end)
    day, level = plasma.day[inside], plasma.value[inside]
    peak = int(np.argmax(level)) if len(level) else 0
    if peak > 0:
        late = day >= 0.5 * (day[peak] + day[-1])
        day, level = day[late], level[late]
    if len(day) < 3 or not np.all(level > 0.0):
        return float("nan")
    slope = float(np.polyfit(day - day[0], np.log(level), 1)[0])
    return -float(np.log(2.0)) / slope if slope < 0.0 else float("nan")


def _lost_over_area(courses: list[Course], start: float, end: float) -> float:
    """What was catabolised over the area under the curve.

    Clearance (mL/d/kg) of mg/kg over g/L; the fractional rate (1/d) of mg/kg over mg/kg. For a
    dose followed to extinction it is dose over area.
    """
    lost, held = courses
    area = held.area(start, end)
    gone = lost.at(end) - lost.reference(start)
    return gone / area if area > 0.0 else float("nan")


KINETICS = {
    "half_life": Kinetics(("plasma",), _half_life, from_half=True),
    "clearance": Kinetics(("catabolised", "plasma"), _lost_over_area),
    "fcr": Kinetics(("catabolised", "plasma_pool"), _lost_over_area),
}
AREA = "inflammation_auc"


def measure_words(scenario: Scenario | None = None) -> frozenset[str]:
    """All words that may stand as a measure; with a scenario, its own clinical ones as well."""
    known = {*OBSERVED, *MAKERS, *CLINICAL, *KINETICS, AREA}
    return frozenset(known | (set(_read(scenario)) if scenario is not None else set()))


def _reads(scenario: Scenario) -> str | None:
    return scenario.clinical.reads if scenario.clinical else None


def _read(scenario: Scenario) -> dict[str, str]:
    """What the clinic of a scenario reads, and the column that holds it."""
    own = _reads(scenario)
    main = {own: "clinical_score"} if own else {}
    return main | {scale.reads: scale.reads for scale in scenario.scales}


def sources(word: str, which: Words, scenario: Scenario) -> Words:
    """Columns of a table of observations from which a measure is had.

    Raises
    ------
    NotExpressible : the model or the scenario does not have it.
    InputError : names in brackets that the measure does not take.
    """
    if word in KINETICS:
        return tuple(_probe(join(name, which), scenario) for name in KINETICS[word].probes)
    if word in MAKERS:
        return (_probe(join(word, which), scenario),)
    plain = {**{name: name for name in OBSERVED}, AREA: "inflammation", **_read(scenario)}
    if word not in plain:
        raise NotExpressible(_absent(word, scenario, {*plain, *MAKERS, *KINETICS}))
    if which:
        raise InputError(f"measure '{join(word, which)}' takes no names in brackets")
    return (plain[word],)


def _probe(text: str, scenario: Scenario) -> str:
    probe(text, scenario)  # says what is wrong before anything runs
    return canonical(text)


def _absent(word: str, scenario: Scenario, there: set[str]) -> str:
    if word in CLINICAL:
        own = ", ".join(_read(scenario))
        read = f"it reads {own}" if own else "it names no clinical measure"
        return f"measure '{word}': scenario '{scenario.name}' does not read it; {read}"
    return f"measure '{word}': the model has nothing that it names{nearest(word, there)}"


def columns_of(readout: "Readout", scenario: Scenario) -> Words:
    """Columns of a table of observations from which the readout is evaluated.

    Raises
    ------
    NotExpressible, InputError : as `sources`, and for a stat that the measure cannot have.
    """
    if readout.pair:
        both = [name for part in readout.pair for name in columns_of(part, scenario)]
        return tuple(dict.fromkeys(both))
    if readout.measure in KINETICS and readout.stat not in ("value", "protection"):
        raise InputError(
            f"readout '{readout}': {readout.measure} is one figure of a course; "
            f"it has no {readout.stat} (substances: {', '.join(SUBSTANCES)})"
        )
    return sources(readout.measure, readout.which, scenario)


def probes_of(readout: "Readout", scenario: Scenario) -> Words:
    """Probes that a run must record so that the readout can be evaluated; see `columns_of`."""
    return tuple(name for name in columns_of(readout, scenario) if name not in OBSERVED)


def course_of(word: str, which: Words, table: pd.DataFrame, scenario: Scenario) -> Course:
    """The course of a measure in one individual.

    Raises
    ------
    InputError : the table lacks a column that the measure takes.
    """
    (column,) = sources(word, which, scenario)
    course = _column(table, column)
    return course.cumulated() if word == AREA else course


def kinetics_of(
    word: str,
    which: Words,
    table: pd.DataFrame,
    scenario: Scenario,
    first: float | None,
    end: float,
) -> float:
    """A kinetic figure of one individual over a window."""
    kinetics = KINETICS[word]
    courses = [_column(table, name) for name in sources(word, which, scenario)]
    start = first if first is not None else (0.5 * end if kinetics.from_half else min(0.0, end))
    if not all(course.covers(start, end) for course in courses):
        return float("nan")
    return kinetics.figure(courses, start, end)


def _column(table: pd.DataFrame, name: str) -> Course:
    if name not in table:
        raise InputError(f"observations have no '{name}'; run the model with it among its probes")
    return Course(table["day"].to_numpy(dtype=float), table[name].to_numpy(dtype=float))


def in_unit_interval(readout: "Readout") -> bool:
    """Whether the figure lives between 0 and 1, so that differences of it are worth naming."""
    if readout.stat in ("protection", "loss", "share"):
        return True
    held = ("value", "mean", "peak", "nadir")
    return readout.measure in SHARES and readout.stat in held


def span(word: str, scenario: Scenario) -> float | None:
    """Range of a measure: from no function to full; None where it has no natural one."""
    scale: Clinical | None = scenario.scale(word)
    if scale is None and word in (_reads(scenario), "clinical_score"):
        scale = scenario.clinical
        if scale is None:
            return 1.0
    if scale is not None:
        f, score = zip(*scale.scale, strict=True)
        none, full = np.interp([0.0, 1.0], f, score)
        return float(abs(full - none))
    return 1.0 if word in SHARES else None
