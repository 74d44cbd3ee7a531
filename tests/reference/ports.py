"""Ports: shared arithmetic, given what the objects of this engine hold.

Beside `IVIgModel.write_ports` and `ivigabm/processes/drug.py`.
"""

from typing import TYPE_CHECKING

import numpy as np

from ivigabm.processes.drug import Drug
from reference.sensing import secrete
from reference.walk import local_molar

if TYPE_CHECKING:
    from reference.individual import Individual


def write(model: "Individual") -> None:
    """Ports start neutral; the active mechanisms write what the drug brings, by their ids."""
    world, drug = model.world, model.world.drug
    world.local_antibody = local_molar(model, model.kinds["autoantibody"], world.own)
    world.ports.clear()
    if drug is None:
        return
    see(model, drug)
    for mechanism in model.mechanisms:
        world.ports.write(mechanism.port, mechanism.contribution(drug))


def see(model: "Individual", drug: Drug) -> None:
    """Note where the drug is now, and what it has evoked so far."""
    world = model.world
    local = local_molar(model, model.kinds["therapeutic_igg"], drug.pools)
    flat = (len(drug.molecules), drug.mesh[0] * drug.mesh[1])
    drug.plasma = drug.pools.plasma_molar()
    drug.lymphoid = local.reshape(flat)
    drug.effector = np.ascontiguousarray(world.at_target(drug.pools, local)).reshape(flat)
    drug.sensor_release[...] = 0.0
    secrete(
        model.kinds["sensor_cell"], "signal", drug.release, world.fields.pitch,
        drug.sensor_release,
    )  # fmt: skip
    drug.il4 = world.fields["il4"]
