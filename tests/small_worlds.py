"""Small worlds for tests of rules that do not depend on size, and what they are compared by."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigabm.model import IVIgModel
from ivigabm.observation import OBSERVED
from ivigabm.perturbation import parse
from ivigabm.processes.cytokines import NAMES
from ivigabm.processes.ports import PORTS

DRUG_TABLE = "therapeutic_igg"
DRUG_OBSERVED = ("serum_igg_g_per_l", "therapeutic_igg_g_per_l")  # the drug, totals with it

FEW = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 24,
    "set.cells.sensor_cell": 6, "set.cells.basophil": 6, "set.cells.igg_parcels": 4,
    "set.cells.autoantibody_parcels": 8, "set.run_in_days": 0.25,
}  # fmt: skip
PER_SCENARIO: dict[str, dict[str, Any]] = {
    "healthy": {},
    "cidp": {"set.cells.b_cell": 60},
    "itp": {"set.cells.b_cell": 60, "set.target.count_per_agent": 2.0},
    "mouse_eae": {
        "set.cells.dendritic_cell": 8, "set.cells.t_naive": 24, "set.cells.treg": 8,
        "set.run_in_days": 0,
    },
    "mouse_itp": {"set.target.count_per_agent": 10.0},
    "mouse_kbxn": {"set.parameters.opsonin.turnover_joint": 6.0},
}


def small(scenario: str, days: float = 1.0, seed: int = 1, **words: Any) -> IVIgModel:
    """A small model, not yet stepped; words of the evidence language."""
    change = parse({**FEW, **PER_SCENARIO[scenario], **words})
    return IVIgModel(scenario, rng=seed, days=days, perturbation=change)


def state(model: IVIgModel, drug: bool = True) -> dict[str, NDArray[Any]]:
    """All state of a model by name; without `drug`, all but that of the therapeutic IgG."""
    world = model.world
    found: dict[str, NDArray[Any]] = {
        f"{kind}.{name}": table[name].copy()
        for kind, table in world.tables.items()
        for name in table.names
        if drug or kind != DRUG_TABLE
    }
    pools = {"own": world.own} | ({"drug": world.drug.pools} if drug and world.drug else {})
    for owner, held in pools.items():
        for name in ("plasma", "tissue", "depot", "production", "cleared", "produced", "dosed"):
            found[f"{owner}.{name}"] = getattr(held, name).copy()
    found |= {f"field.{name}": world.fields[name].copy() for name in NAMES}
    found |= {f"port.{name}": world.ports[name].copy() for name in PORTS}
    series = model.observations()
    hidden = () if drug else DRUG_OBSERVED
    found |= {f"observed.{n}": series[n].to_numpy() for n in ("day", *OBSERVED) if n not in hidden}
    found["receptor_ledger"] = world.receptor_ledger.copy()
    return found


def differences(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> list[str]:
    """Names of what is not the same to the last bit."""
    assert set(one) == set(other)
    return [
        name
        for name, values in one.items()
        if values.dtype != other[name].dtype
        or values.shape != other[name].shape
        or values.tobytes() != other[name].tobytes()
    ]


def stepwise(model: IVIgModel) -> Iterator[IVIgModel]:
    """Step a model to its end, giving it after every step."""
    while model.running:
        model.step()
        yield model


def total(values: NDArray[Any], group: NDArray[Any], groups: int) -> NDArray[Any]:
    """Sums of values by group."""
    return np.bincount(group, weights=values, minlength=groups)
