"""What each kind of agent and each part of the molecule looks like, everywhere the same.

F(ab')2 is orange and Fc purple, as in the report; no agent has these colours. Sialylated IgG has
a shape of its own beside its colour.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import Table
from ivigabm.model import IVIgModel

Array = NDArray[np.float64]
Reader = Callable[[IVIgModel, Table], Array]

GROUPS: tuple[dict[str, str], ...] = (
    {"id": "Fab2", "label": "F(ab')2", "colour": "#e69f00", "dark": "#e69f00"},
    {"id": "Fc", "label": "Fc", "colour": "#7b3fa0", "dark": "#b58ad0"},
    {"id": "both", "label": "Both parts", "colour": "#0072b2", "dark": "#56b4e9"},
)
SIALYLATED: dict[str, str] = {
    "label": "sialylated IgG", "shape": "diamond", "colour": "#00877a", "dark": "#3fd6c2",
}  # fmt: skip
DAMAGE: dict[str, str] = {"label": "lost function", "colour": "#b3123d", "dark": "#ff5c7f"}
ZONE_COLOURS: tuple[str, ...] = ("#f3f1ec", "#f6dcd8", "#e6ebf5", "#eef1e4")

FIELD_LABELS: dict[str, str] = {
    "tnf": "TNF", "chemokine": "chemokine", "il33": "IL-33", "il4": "IL-4", "ifn_gamma": "IFN-γ",
    "il10": "IL-10", "pge2": "PGE2", "c5a": "C5a", "il1": "IL-1",
}  # fmt: skip


class Look(NamedTuple):
    """How one kind is drawn. `state` and `level` say what its two values mean, 0 to 1."""

    id: str
    label: str
    shape: str
    colour: str
    dark: str
    size: float
    state: str
    read_state: Reader
    level: str
    read_level: Reader

    def as_json(self) -> dict[str, Any]:
        """Plain data: all but the readers."""
        return {
            name: value for name, value in self._asdict().items() if not name.startswith("read_")
        }


def _none(model: IVIgModel, table: Table) -> Array:
    return np.zeros(table.n)


def _column(name: str, scale: float = 1.0) -> Reader:
    return lambda model, table: np.asarray(table[name] / scale, np.float64)


def _saturating(name: str) -> Reader:
    return lambda model, table: np.asarray(table[name] / (1.0 + table[name]))


def _function(model: IVIgModel, table: Table) -> Array:
    """A circulating cell works until it is gone."""
    return np.ones(table.n) if model.world.blood_target else np.asarray(table["function"])


def _cover(model: IVIgModel, table: Table) -> Array:
    antigen = model.world.antigen
    if antigen is None:
        return np.zeros(table.n)
    return antigen.covered(table["opsonin"])


def _antibody(model: IVIgModel, table: Table) -> Array:
    """Amount over itself and the mean of the pool's parcels with all of its plasma content."""
    own, antigen = model.world.own, model.world.antigen
    if antigen is None or not table.n:
        return np.zeros(table.n)
    grams = model.world.ps["baseline.igg"] / 1e3  # a thousandth of all IgG halves the level
    volume = model.world.body.plasma_volume
    half = grams * volume / own.molar_mass[table["pool"]] * 1e6
    return _over(table["amount_nmol"], half / model.resolved.scenario.cells.autoantibody_parcels)


def _infused(model: IVIgModel, table: Table) -> Array:
    """Amount over itself and what 1 g/kg of that molecule puts into each parcel."""
    drug = model.world.drug
    if drug is None or not table.n:
        return np.zeros(table.n)
    half = model.world.body.mass * drug.share / drug.pools.molar_mass * 1e6
    each = half[table["pool"]] / model.resolved.scenario.cells.igg_parcels
    return _over(table["amount_nmol"], each)


def _over(amount: Array, half: Array) -> Array:
    return np.asarray(amount / (amount + half))


# In the order in which they are drawn: later ones lie on top.
KINDS: tuple[Look, ...] = (
    Look("target_cell", "target cell", "square", "#b7c4a3", "#4d5f48", 1.0,
         "function", _function, "antibody cover", _cover),
    Look("sensor_cell", "sensor cell (SIGN-R1)", "square", "#6c7380", "#8e96a3", 1.0,
         "signal", _column("signal"), "", _none),
    Look("b_cell", "B cell", "circle", "#3d5fc4", "#8aa5f5", 1.0,
         "stage: naive to plasma cell", _column("stage", 4.0), "", _none),
    Look("basophil", "basophil", "triangle", "#6c7380", "#8e96a3", 1.0,
         "activation", _column("activation"), "", _none),
    Look("dendritic_cell", "dendritic cell", "cross", "#6c7380", "#8e96a3", 1.0,
         "maturity", _column("maturity"), "antigen shown", _column("presented")),
    Look("t_cell", "T cell", "circle", "#7a8f1e", "#bccb57", 1.0,
         "stage: naive, blast, effector, regulatory", _column("stage", 3.0),
         "activation", _column("activation")),
    Look("macrophage", "macrophage", "circle", "#1f6f78", "#4fb7bf", 1.5,
         "activation", _column("activation"), "targets eaten lately", _saturating("load")),
    Look("neutrophil", "neutrophil", "triangle", "#8f6b3d", "#d0a873", 1.3,
         "activation", _column("activation"), "", _none),
    Look("autoantibody", "autoantibody", "dot", "#1d2430", "#ffffff", 0.5,
         "amount", _antibody, "", _none),
    Look("therapeutic_igg", "therapeutic IgG", "dot", "#0a62a8", "#6cb8f5", 0.5,
         "amount", _infused, "", _none),
)  # fmt: skip
PARCELS = ("autoantibody", "therapeutic_igg")  # drawn only where there is any of it
