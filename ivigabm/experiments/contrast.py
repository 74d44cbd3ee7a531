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
    resampled,
)
from ivigabm.experiments.uncertainty import parameter_share
from ivigabm.outcomes import CONTROL, TREATED

DRAW = "draw"  # column: which draw of the parameters


def pairs(outcomes: pd.DataFrame, name: str) -> tuple[Values, Values]:
    """Values of one outcome, treated and control, in the same order of seeds.

    Parameters
    ----------
    outcomes : one row per value: seed, arm, outcome, unit, value; over draws of the parameters
        also draw.

    Returns
    -------
    treated, control : shape (seeds,), or (draws, seeds).
    """
    chosen = outcomes[outcomes["outcome"] == name]
    if DRAW not in chosen:
        table = chosen.pivot(index="seed", columns="arm", values="value")
        return table[TREATED].to_numpy(dtype=float), table[CONTROL].to_numpy(dtype=float)
    wide = chosen.pivot(index=DRAW, columns=["arm", "seed"], values="value")
    return wide[TREATED].to_numpy(dtype=float), wide[CONTROL].to_numpy(dtype=float)


def effects(outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome: outcome, unit, treated, control, effect, ci_low, ci_high.

    Arms are means over seeds; the effect is treated − control, with its paired 95 % interval.
    Over draws of the parameters also parameter_share, of the variance of the effect.
    """
    rows = []
    for name, group in outcomes.groupby("outcome", sort=False):
        treated, control = pairs(outcomes, str(name))
        estimate = paired(difference, treated, control)
        more = {}
        if treated.ndim > 1:
            more["parameter_share"] = parameter_share(resampled(difference, treated, control))
        rows.append(
            {
                "outcome": name,
                "unit": group["unit"].iloc[0],
                "treated": treated.mean(),
                "control": control.mean(),
                "effect": estimate.value,
                "ci_low": estimate.low,
                "ci_high": estimate.high,
                **more,
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
        if treated.shape[-1] > 1:
            paired_variance = _variance(treated - control)
            independent = _variance(treated) + _variance(control)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = float(np.divide(independent, paired_variance))
        rows.append((name, paired_variance, independent, ratio))
    columns = ["outcome", "paired_variance", "independent_variance", "ratio"]
    return pd.DataFrame(rows, columns=columns)


def _variance(values: Values) -> float:
    """Variance over seeds, mean over draws."""
    return float(np.var(values, ddof=1, axis=-1).mean())


def plain(value: float) -> float | None:
    """The number for JSON, or None where it is undefined."""
    return float(value) if np.isfinite(value) else None


def as_json(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The rows of `effects` by outcome, as plain data; limits of a single replicate are None."""
    shared = "parameter_share" in table
    return {
        row.outcome: {
            "unit": row.unit,
            "treated": plain(row.treated),
            "control": plain(row.control),
            "effect": plain(row.effect),
            "ci95": [plain(row.ci_low), plain(row.ci_high)],
            **({"variance": variance(row.parameter_share)} if shared else {}),
        }
        for row in table.itertuples()
    }


def variance(share: float) -> dict[str, float | None]:
    """Shares of a figure's variance, as plain data."""
    return {"parameters": plain(share), "seeds": plain(1.0 - share)}
