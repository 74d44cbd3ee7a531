"""Worlds of any size, of the density of the default one."""

from typing import Any

from ivigabm.model import IVIgModel
from ivigabm.perturbation import Perturbation, parse

SCENARIO = "cidp"
DEFAULT_SIDE = 64
PER_DEFAULT = {  # founders of each kind on 64 x 64 sites
    "macrophage": 160, "b_cell": 300, "sensor_cell": 40, "basophil": 40,
    "autoantibody_parcels": 200, "igg_parcels": 190,
}  # fmt: skip
SMALL = {  # a world for many replicates
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 24,
    "set.cells.b_cell": 60, "set.cells.sensor_cell": 6, "set.cells.basophil": 6,
    "set.cells.igg_parcels": 4, "set.cells.autoantibody_parcels": 8, "set.run_in_days": 0,
}  # fmt: skip


def sized(side: int) -> Perturbation:
    """A section of `side` x `side` sites with about 0.96 agents a site, without run-in."""
    share = (side / DEFAULT_SIDE) ** 2
    words: dict[str, Any] = {"set.section.width": side, "set.section.height": side}
    words |= {f"set.cells.{kind}": round(n * share) for kind, n in PER_DEFAULT.items()}
    return parse({**words, "set.run_in_days": 0})


def default() -> Perturbation:
    """The default world, without run-in."""
    return parse({"set.run_in_days": 0})


def agents(model: IVIgModel) -> int:
    """Living rows of all tables."""
    return sum(table.living for table in model.tables.values())
