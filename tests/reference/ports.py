"""Ports: shared arithmetic, given what the objects of this engine hold.

Beside `IVIgModel.write_ports` and `ivigabm/processes/drug.py`.
"""

from typing import TYPE_CHECKING

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
    """Note where the drug is now, and the IL-33 that sensor cells release because of it.

    `Drug.see` reads pools and the mesh; the sensor table it meets is empty, so that sensors
    are visited here.
    """
    world, pitch = model.world, model.world.fields.pitch
    drug.see(world, local_molar(model, model.kinds["therapeutic_igg"], drug.pools))
    rate = world.ps["cytokine.secretion_il33"] / (pitch * pitch) * world.present("IL-33")
    secrete(model.kinds["sensor_cell"], "signal", rate, pitch, drug.sensor_release)
