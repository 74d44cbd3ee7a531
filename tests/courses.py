"""Courses of patients for tests of scenarios: several seeds, followed once and kept."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ivigabm.experiments.bootstrap import Estimate, Values, difference, paired
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario

Words = tuple[tuple[str, Any], ...]

SEEDS = range(1, 5)
UNTREATED = {"no_ivig": True}


@cache
def _courses(name: str, days: float, words: Words) -> tuple[pd.DataFrame, ...]:
    scenario, change = Scenario.load(name), parse(dict(words))
    return tuple(
        IVIgModel(scenario, rng=seed, days=days, perturbation=change).run().observations()
        for seed in SEEDS
    )


def courses(name: str, days: float, **words: Any) -> tuple[pd.DataFrame, ...]:
    """All observables over time, a table per seed; words of the evidence language."""
    return _courses(name, days, tuple(sorted(words.items())))


def followed(name: str, what: str, days: float, **words: Any) -> list[Values]:
    """One observable over time, an array per seed."""
    return [course[what].to_numpy() for course in courses(name, days, **words)]


def between(name: str, what: str, first: float, last: float, **words: Any) -> Values:
    """Mean of one observable from day `first` to day `last`, the end of the run, by seed."""
    return np.array([
        course[what][course["day"].between(first, last)].mean()
        for course in courses(name, last, **words)
    ])  # fmt: skip


def at_end(name: str, what: str, days: float, **words: Any) -> Values:
    """One observable at the end, shape (seeds,)."""
    return np.array([course[-1] for course in followed(name, what, days, **words)])


def gain(name: str, what: str, days: float, **words: Any) -> Estimate:
    """One observable at the end, above that of the untreated twin."""
    kept = {k: v for k, v in words.items() if k.startswith(("set.", "antibody.", "genotype"))}
    control = at_end(name, what, days, **UNTREATED, **kept)
    return paired(difference, at_end(name, what, days, **words), control)
