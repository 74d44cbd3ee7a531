"""Treated against untreated: what a table of outcomes says about the therapy."""

from typing import Any

import numpy as np
import pandas as pd

from ivigabm.experiments.bootstrap import (
    Estimate,
    Values,
    difference,
    paired,
    relative_reduction,
)
from ivigabm.outcomes import CONTROL, TREATED


def pairs(outcomes: pd.DataFrame, name: str) -> tuple[Values, Values]:
    """Values of one outcome, treated and control: shape (seeds,), in the same order of seeds.

    Parameters
    ----------
    outcomes : one row per value: seed, arm, outcome, unit, value.
    """
    chosen = outcomes[outcomes["outcome"] == name]
    table = chosen.pivot(index="seed", columns="arm", values="value")
    return table[TREATED].to_numpy(dtype=float), table[CONTROL].to_numpy(dtype=float)


def effects(outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome: outcome, unit, treated, control, effect, ci_low, ci_high.

    Arms are means over seeds; the effect is treated − control, with its paired 95 % interval.
    """
    rows = []
    for name, group in outcomes.groupby("outcome", sort=False):
        treated, control = pairs(outcomes, str(name))
        estimate = paired(difference, treated, control)
        rows.append(
            {
                "outcome": name,
                "unit": group["unit"].iloc[0],
                "treated": treated.mean(),
                "control": control.mean(),
                "effect": estimate.value,
                "ci_low": estimate.low,
                "ci_high": estimate.high,
            }
        )
    return pd.DataFrame(rows)


def anti_inflammatory_index(outcomes: pd.DataFrame) -> Estimate:
    """1 − inflammation AUC treated ÷ control; NaN where the control has no inflammation."""
    return paired(relative_reduction, *pairs(outcomes, "inflammation_auc"))


def pairing(outcomes: pd.DataFrame) -> pd.DataFrame:
    """How much variance common random numbers take out of the effect, by outcome.

    Returns
    -------
    pandas.DataFrame : outcome, paired_variance (of treated − control with one seed for both),
        independent_variance (of a difference whose arms have seeds of their own: the variances
        of the arms added), ratio (independent ÷ paired). A ratio is NaN with fewer than two
        replicates or where nothing varies, and infinite where every pair differs alike.
    """
    rows = []
    for name in outcomes["outcome"].unique():
        treated, control = pairs(outcomes, str(name))
        paired_variance = independent = float("nan")
        if len(treated) > 1:
            paired_variance = float(np.var(treated - control, ddof=1))
            independent = float(np.var(treated, ddof=1) + np.var(control, ddof=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = float(np.divide(independent, paired_variance))
        rows.append((name, paired_variance, independent, ratio))
    columns = ["outcome", "paired_variance", "independent_variance", "ratio"]
    return pd.DataFrame(rows, columns=columns)


def plain(value: float) -> float | None:
    """The number for JSON, or None where it is undefined."""
    return float(value) if np.isfinite(value) else None


def as_json(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The rows of `effects` by outcome, as plain data; limits of a single replicate are None."""
    return {
        row.outcome: {
            "unit": row.unit,
            "treated": plain(row.treated),
            "control": plain(row.control),
            "effect": plain(row.effect),
            "ci95": [plain(row.ci_low), plain(row.ci_high)],
        }
        for row in table.itertuples()
    }
