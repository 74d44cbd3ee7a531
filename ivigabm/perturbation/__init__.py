"""The one vocabulary of changes to a scenario, its one parser, and the one place they apply.

The words are those of the command line, of scenario and sweep files and of the evidence table.
Therapy words are removed in the untreated twin; host and world words stay in both arms.
"""

from ivigabm.perturbation.change import Perturbation
from ivigabm.perturbation.parsing import (
    CELL_KINDS,
    NONE,
    THERAPY_KEYS,
    WORLD_KEYS,
    dose_of,
    parse,
)
from ivigabm.perturbation.resolved import Resolved
from ivigabm.perturbation.resolving import resolve
from ivigabm.perturbation.schedules import ROUTES, Dose, parse_schedule

__all__ = [
    "CELL_KINDS",
    "NONE",
    "ROUTES",
    "THERAPY_KEYS",
    "WORLD_KEYS",
    "Dose",
    "Perturbation",
    "Resolved",
    "dose_of",
    "parse",
    "parse_schedule",
    "resolve",
]
