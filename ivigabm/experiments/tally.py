"""A witness that adds up who acted on whom while a model runs. It changes nothing in it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ivigabm.experiments.acts import DRUG, Act, is_there
from ivigabm.experiments.port_acts import rule_of
from ivigabm.experiments.standing_acts import ALWAYS
from ivigabm.processes.ports import PORTS

if TYPE_CHECKING:
    from ivigabm.mechanisms.base import Mechanism
    from ivigabm.model import IVIgModel
    from ivigabm.processes.drug import Drug

KEYS = ("source", "target", "process", "mechanism", "unit", "sign")


class Tally:
    """Sums of the acts of a run: set it as a model's `witness`."""

    def __init__(self) -> None:
        self.steps = 0
        self._sums: dict[tuple[Any, ...], list[float]] = {}

    def see(self, model: "IVIgModel") -> None:
        """Count this step."""
        self.steps += 1
        for act in acts_of(model):
            if not is_there(model, act.target):
                continue
            key = tuple(getattr(act, name) for name in KEYS)
            sums = self._sums.setdefault(key, [0.0, 0.0])
            sums[0] += act.weight
            sums[1] += act.share

    def table(self) -> pd.DataFrame:
        """One row per kind of act: `KEYS`, weight and share.

        Weights are summed over the run, shares averaged over its steps.
        """
        rows = [
            (*key, weight, share / self.steps)
            for key, (weight, share) in self._sums.items()
            if weight > 0.0 or share > 0.0
        ]
        return pd.DataFrame(rows, columns=[*KEYS, "weight", "share"])


def acts_of(model: "IVIgModel", forms: bool = True) -> Iterator[Act]:
    """All acts of the step that a model has just taken.

    forms : tell conventional from sialylated IgG; otherwise all of it goes by the first name.
    """
    for port, writers in _writers(model, forms).items():
        for act in rule_of(port)(model):
            for mechanism, form, part in writers:
                if act.source and form != DRUG[0]:
                    continue  # carried by cells: no form of the drug has a part of its own
                whole = sum(p for m, _, p in writers if m == mechanism) if act.source else part
                yield act._replace(
                    source=act.source or form,
                    mechanism=mechanism,
                    weight=act.weight * whole,
                    share=act.share * whole,
                )
    for rule in ALWAYS:
        yield from rule(model)


def _writers(model: "IVIgModel", by_form: bool) -> dict[str, list[tuple[str, str, float]]]:
    """By port that was moved: mechanism, form of the drug, and the part of the two in it."""
    drug = model.world.drug
    found: dict[str, list[tuple[str, str, float]]] = {}
    if drug is None:
        return found
    forms = _forms(drug) if by_form else ()
    for mechanism in model.mechanisms:
        size = _size(mechanism, drug)
        if size > 0.0 and not by_form:
            found.setdefault(mechanism.port, []).append((mechanism.id, DRUG[0], size))
        elif size > 0.0:
            sizes = [_size(mechanism, form) for form in forms]
            for name, part in zip(DRUG, sizes, strict=True):
                of_form = size * part / sum(sizes) if sum(sizes) > 0.0 else 0.0
                found.setdefault(mechanism.port, []).append((mechanism.id, name, of_form))
    return {
        port: [(m, form, size / sum(s for *_, s in rows)) for m, form, size in rows]
        for port, rows in found.items()
    }


def _size(mechanism: "Mechanism", drug: "Drug") -> float:
    """How far a mechanism moves its port off neutral."""
    moved = np.asarray(mechanism.contribution(drug)) - PORTS[mechanism.port].neutral
    return float(np.abs(moved).sum())


def _forms(drug: "Drug") -> tuple["Drug", "Drug"]:
    """The drug as if only its conventional, and only its sialylated, molecules were there."""
    sialylated = np.array([molecule.has("fc_sialic26") > 0 for molecule in drug.molecules])
    return drug.part(~sialylated), drug.part(sialylated)
