"""From what a model observed to tidy tables: names, units and shapes of every result.

Tables of this file are tidy: one row per value, with columns that say whose value it is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from ivigabm.scenario import Scenario

TREATED, CONTROL = "treated", "control"


class Variable(NamedTuple):
    """What people call a result, and its unit."""

    label: str
    unit: str


# Outcomes that every scenario has, in the order in which they are shown.
OUTCOMES: dict[str, Variable] = {
    "clinical_score": Variable("Clinical score", ""),  # its unit comes from the scenario
    "inflammation_auc": Variable("Inflammation, area under the curve", "attacks per target"),
    "target_integrity": Variable("Target integrity", "share"),
    "autoantibody_titre": Variable("Autoantibody titre", "× start"),
    "serum_igg_g_per_l": Variable("Serum IgG", "g/L"),
    "fcgr2b_to_activating_ratio": Variable("FcγRIIB to activating FcγR", "ratio"),
    "complement_deposition": Variable("Complement (C3b) on the target", "relative"),
}

# What is followed over time beside the outcomes themselves.
OBSERVABLES: dict[str, Variable] = {
    "inflammation": Variable("Inflammation", "attack per target, 1/d"),
    "therapeutic_igg_g_per_l": Variable("Therapeutic IgG", "g/L"),
    "macrophage_activation": Variable("Macrophage activation", "share"),
    "opsonin_density": Variable("Opsonin on the target", "1/µm²"),
    "fcgr2b_copies": Variable("FcγRIIB", "copies per cell"),
    "tnf": Variable("TNF", "× half effect"),
    "il4": Variable("IL-4", "× half effect"),
    "irreversible_loss": Variable("Irreversible loss", "share"),
}


def describe(name: str, scenario: "Scenario") -> Variable:
    """Label and unit of an outcome or observable; a name of an outside mechanism stands as it is.

    The clinical score and the scales beside it take both from the scenario (platelets in 10⁹/L,
    grip strength, …).
    """
    scale = scenario.scale(name)
    if scale is not None:
        return Variable(scale.measure[:1].upper() + scale.measure[1:], scale.unit)
    if name == "clinical_score" and scenario.clinical is not None:
        measure = scenario.clinical.measure
        return Variable(measure[:1].upper() + measure[1:], scenario.clinical.unit)
    known = OUTCOMES.get(name) or OBSERVABLES.get(name)
    return known or Variable(name.replace("_", " "), "")


def outcome_table(values: Mapping[str, float], scenario: "Scenario") -> pd.DataFrame:
    """Outcomes of one run as rows (outcome, unit, value), in order of `OUTCOMES`."""
    first = [name for name in OUTCOMES if name in values]
    names = first + [name for name in values if name not in OUTCOMES]
    return pd.DataFrame(
        {
            "outcome": names,
            "unit": [describe(name, scenario).unit for name in names],
            "value": [float(values[name]) for name in names],
        }
    )
