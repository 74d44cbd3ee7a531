"""An act: one kind of agent acts on another in one step, and what acts are measured by.

Every act has a weight, the events of the step in its own unit, and a share between 0 and 1: how
much of what moves the recipient came this way (of the copies of a receptor those that the drug
holds, of the attack on a target that by macrophages, ...). Shares can be compared and multiplied
along a path; weights cannot.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ivigabm.engine.columns import Table
    from ivigabm.model import IVIgModel

Array = NDArray[np.float64]
Rule = Callable[["IVIgModel"], Iterator["Act"]]

DRUG = ("therapeutic_igg:conventional", "therapeutic_igg:sialylated")
RECEPTORS = "receptors"  # stands for every type of Fcγ receptor on every kind of phagocyte
TREG = "regulatory_t_cell"

# Whose state a process moves.
AGENT_OF = {
    "plasma": "autoantibody",
    "transport": "macrophage",
    "contacts": "macrophage",
    "binding": RECEPTORS,
    "signalling": "macrophage",
    "receptor_expression": RECEPTORS,
    "sensing": "sensor_cell",
    "dendritic": "dendritic_cell",
    "amyloid": "macrophage",
    "phagocytosis": "target_cell",
    "complement": "complement",
    "cytokines": "tnf",
    "b_lineage": "b_cell",
    "t_cells": "t_cell",
    "neutrophils": "neutrophil",
    "circulation": "target_cell",
    "suspension": "target_cell",
    "opsonization": "autoantibody",
    "tissue": "target_cell",
}


class Act(NamedTuple):
    """One kind of agent acts on another in one step.

    source : empty for what a port carries from the drug itself. sign : -1 where it holds back.
    """

    source: str
    target: str
    process: str
    weight: float
    unit: str
    share: float
    sign: int = 1
    mechanism: str = ""


def is_there(model: "IVIgModel", agent: str) -> bool:
    """Whether any agent of a kind lives in the section; what is no kind of cell always is."""
    table = model.world.tables.get("t_cell" if agent == TREG else agent)
    return table is None or table.living > 0


def receptor_nodes(model: "IVIgModel") -> Iterator[tuple[Any, int, str]]:
    """Kind of phagocyte, number and node of each receptor type that it can show."""
    for group in model.world.phagocytes:
        if not is_there(model, group.name):
            continue
        for j, name in enumerate(model.receptor_names):
            yield group, j, f"{group.kind.receptors}:{name}"


def ratio(part: float, whole: float) -> float:
    """part / whole; 0 where there is nothing."""
    return part / whole if whole > 0.0 else 0.0


def saturating(level: Array) -> float:
    """Mean of level / (1 + level); 0 where nobody sees it."""
    return float(np.mean(level / (1.0 + level))) if level.size else 0.0


def seen(field: Array, table: "Table", pitch: int) -> Array:
    """A field where the living rows of a table stand."""
    alive = table["alive"]
    return np.asarray(field[table["x"][alive] // pitch, table["y"][alive] // pitch])


def total(table: "Table", column: str) -> float:
    """Sum of a column over living rows."""
    return float(np.sum(table[column][table["alive"]]))


def expressed(
    model: "IVIgModel", source: str, level: Array, column: int, pitch: int
) -> Iterator[Act]:
    """Receptor copies made more, or fewer, because of a signal that their hosts see.

    column : of the folds of `receptor_expression`. level : in half-effect units, over a mesh.
    """
    world = model.world
    shares: dict[str, float] = {}  # by kind of host: all its receptors see the same
    for group, j, node in receptor_nodes(model):
        expression, table = group.receptor_expression, group.receptors(world)
        change = float(expression.folds[j, column]) - 1.0
        if change == 0.0:
            continue
        if group.name not in shares:
            shares[group.name] = saturating(seen(level, group.cells(world), pitch))
        share = shares[group.name]
        chosen = table["alive"] & (table["receptor"] == j)
        made = float(np.sum(table["baseline"][chosen])) / expression.turnover
        weight = abs(change) * share * made * world.dt
        sign = 1 if change > 0.0 else -1
        yield Act(source, node, expression.name, weight, "copies", share, sign)
