"""A sweep over draws of the calibrated parameters: its arms, and what they say per point."""

import dataclasses
from collections.abc import Sequence

import pandas as pd

from ivigabm.errors import InputError
from ivigabm.experiments.contrast import DRAW, effects
from ivigabm.experiments.draws import Draw, drawn
from ivigabm.experiments.plan import Pair
from ivigabm.experiments.runner import Arm
from ivigabm.outcomes import CONTROL, TREATED


def over_draws(pairs: Sequence[Pair], draws: Sequence[Draw]) -> list[Pair]:
    """Every point with every draw; the number of the draw becomes a column of the table.

    Raises
    ------
    InputError : the sweep varies something of that name.
    """
    if any(DRAW in pair.point for pair in pairs):
        raise InputError(f"[vary] {DRAW}: --posterior makes a column of this name")
    return [
        Pair({**pair.point, DRAW: number}, _drawn(pair.arm, draw), _drawn(pair.control, draw))
        for pair in pairs
        for number, draw in enumerate(draws)
    ]


def _drawn(arm: Arm, draw: Draw) -> Arm:
    return dataclasses.replace(arm, resolved=drawn(arm.resolved, draw))


def uncertainty(table: pd.DataFrame) -> pd.DataFrame:
    """Effects by point, over draws and seeds: as `contrast.effects`, with the varied keys.

    Parameters
    ----------
    table : of `SweepResult`, with a column `draw`. Points with a run that failed are left out.
    """
    own = [str(name) for name in table.columns[: table.columns.get_loc("key")]]
    keys = [name for name in own if name not in ("point", DRAW)]
    found = []
    for point, rows in table.groupby("point", sort=True):
        both = [
            rows[[DRAW, "seed", "outcome", "unit"]].assign(arm=arm, value=rows[column])
            for arm, column in ((TREATED, "value"), (CONTROL, "control"))
        ]
        whole = pd.concat(both, ignore_index=True)
        complete = whole.groupby([DRAW, "seed"])["value"].count()
        if whole["value"].isna().any() or complete.nunique() != 1:
            continue
        part = effects(whole)
        part.insert(0, "point", point)
        for place, name in enumerate(keys, 1):
            part.insert(place, name, rows[name].iloc[0])
        found.append(part)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()
