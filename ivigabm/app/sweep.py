"""A small map of the effect over two settings."""

import math
from collections.abc import Mapping
from typing import Any

from ivigabm.app.counts import figures
from ivigabm.app.messages import short
from ivigabm.app.meta import page
from ivigabm.app.question import Progress, Question
from ivigabm.errors import InputError, unknown
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import CONTROL, TREATED, describe

MOST_VALUES = 6
OUTCOME_NAMES = (*OBSERVED, "inflammation_auc")
_COMPOSITION = "composition."


def axis(data: Any, side: str) -> dict[str, Any]:
    """One side of the map: what is varied, and its values.

    Raises
    ------
    InputError : a key that cannot be varied, or values that are not 2 to 6 numbers within range.
    """
    known = {row["key"]: row for row in page()["sweep"]}
    if not isinstance(data, Mapping):
        raise InputError(f"sweep: {side} is an object with key and values")
    key, values = data.get("key"), data.get("values")
    if not isinstance(key, str) or key not in known:
        raise unknown(f"sweep: {side} key", short(key), known)
    row: dict[str, Any] = known[key]
    if not isinstance(values, list) or not 2 <= len(values) <= MOST_VALUES:
        raise InputError(f"sweep: {side} needs a list of 2 to {MOST_VALUES} values")
    for value in values:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not math.isfinite(value) or not row["low"] <= value <= row["high"]:
            raise InputError(
                f"sweep: {side}: found {short(value)}, allowed is {row['low']:g} to {row['high']:g}"
            )
    return row | {"values": [float(value) for value in values]}


def sweep(question: Question, progress: Progress) -> dict[str, Any]:
    """Treated minus untreated at each point, in one patient."""
    x, y, outcome = (question.options[key] for key in ("x", "y", "outcome"))
    if x["key"] == y["key"]:
        raise InputError("sweep: x and y are the same setting")
    count = len(x["values"]) * len(y["values"])
    effects: list[list[float]] = []
    configs: list[list[dict[str, Any]]] = []
    for b in y["values"]:
        effects.append([])
        configs.append([])
        for a in x["values"]:
            progress(sum(map(len, effects)), count)
            changes = _changes(question, {x["key"]: a, y["key"]: b})
            twin = question.twin(**changes)
            while twin.t < question.until:
                twin.step()
            read = twin.summary() if outcome == "inflammation_auc" else twin.values()
            effects[-1].append(figures(read[TREATED][outcome] - read[CONTROL][outcome]))
            configs[-1].append(twin.config.as_json())
    known = describe(outcome, question.scenario)
    sides = {
        word: {key: side[key] for key in ("key", "label", "unit", "values")}
        for word, side in (("x", x), ("y", y))
    }
    result = {"outcome": outcome, "label": known.label, "unit": known.unit, **sides}
    return {"result": result | {"effect": effects, "configs": configs, "until": question.until}}


def _changes(question: Question, values: Mapping[str, float]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    composition = dict(question.config.composition)
    for key, value in values.items():
        if key.startswith(_COMPOSITION):
            composition[key.removeprefix(_COMPOSITION)] = value
        else:
            changes[key] = value
    return changes | {"composition": composition}
