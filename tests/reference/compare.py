"""Where two worlds differ, to the last bit."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ivigabm.model import IVIgModel
from ivigabm.processes.world import World
from reference.individual import HOSTS, Individual
from reference.targets import attack


def same_bits(a: Any, b: Any) -> bool:
    """True when shape, type and every bit agree; unlike ==, tells -0.0 from 0.0."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def differences(model: IVIgModel, reference: Individual) -> list[str]:
    """Names of all columns of living rows, pools, fields and ports that are not the same."""
    found = []
    snapshot = reference.snapshot()
    for kind, table in model.world.tables.items():
        alive = table["alive"]
        for name in table.names:
            ours = _living_hosts(model.world, kind) if name == "host_row" else table[name][alive]
            if name != "alive" and not same_bits(ours, snapshot[kind][name]):
                found.append(f"{kind}.{name}")
    alive = model.tables["target_cell"]["alive"]
    attacks = [attack(reference, target) for target in reference.kinds["target_cell"]]
    if not same_bits(model.tissue.attack(model.world)[alive], np.array(attacks, float)):
        found.append("tissue.attack")
    ours, theirs = dict(_shared(model.world)), dict(_shared(reference.world))
    found += sorted(set(ours) ^ set(theirs))
    found += [name for name in ours if name in theirs and not same_bits(ours[name], theirs[name])]
    return found


def _living_hosts(world: World, kind: str) -> Any:
    """Rows of the hosts of a kind's living receptors among living hosts."""
    table, hosts = world.tables[kind], world.tables[HOSTS[kind]]
    rank = np.cumsum(hosts["alive"]) - 1
    return rank[table["host_row"][table["alive"]]].astype(table["host_row"].dtype)


def _shared(world: World) -> Iterator[tuple[str, Any]]:
    """Every array and number that a world holds beside its tables, by name."""
    holders = {"world": world, "own": world.own, "fields": world.fields}
    holders |= {f"phagocytes.{group.name}": group for group in world.phagocytes}
    if world.drug is not None:
        holders |= {"drug": world.drug, "drug.pools": world.drug.pools}
    for holder, thing in holders.items():
        for name, value in vars(thing).items():
            if isinstance(value, np.ndarray | int | float):
                yield f"{holder}.{name}", value
    for name, value in vars(world.ports)["_values"].items():
        yield f"port.{name}", value
