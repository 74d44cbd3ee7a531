"""Cytokines that no rule here acts by: IL-6, IL-11 and IL-12, as what their sources hold.

Nothing moves them about and nothing reads them, so that they need no field. Secretion and decay
are in balance: their mean over the section is

    L = sum over cells (rate x drive) / (sites x decay)        in half-effect units

IL-6 comes of active macrophages and basophils, IL-12 of mature dendritic cells, which IL-10 holds
back. IL-11 is what a port says that the drug calls forth, with what is injected.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.processes.cytokines import Cytokines

if TYPE_CHECKING:
    from ivigabm.processes.world import World


def _held(world: "World", name: str, drive: float) -> float:
    """Level that cells whose drives add up to `drive` hold of a cytokine."""
    made = world.ps[f"cytokine.secretion_{name}"] * drive * world.comparators.secretion_left
    sites = world.shape[0] * world.shape[1]
    held = made / (sites * world.ps[f"cytokine.decay_{name}"])
    return held / (1.0 + Cytokines.sink(world, name))


def _living(world: "World", kind: str, column: str) -> NDArray[np.float64]:
    table = world.tables[kind]
    return np.asarray(table[column][table["alive"]])


def _il6(world: "World") -> float:
    basophils = _living(world, "basophil", "activation") + world.basophils_own
    return _held(
        world, "il6", float(np.sum(_living(world, "macrophage", "activation")) + np.sum(basophils))
    )


def _il11(world: "World") -> float:
    return float(world.ports["th17_restraint"][0]) + world.given["il11"]


def _il12(world: "World") -> float:
    held_back = 1.0 + float(np.mean(world.felt("il10")))
    drive = float(np.sum(_living(world, "dendritic_cell", "maturity"))) / held_back
    return _held(world, "il12", drive) * world.present("IL-12")


HELD: Mapping[str, Callable[["World"], float]] = MappingProxyType(
    {"il6": _il6, "il11": _il11, "il12": _il12}
)
