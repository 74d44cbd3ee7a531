"""Type II Fc receptors on the cells of a dish: how much of a lectin its ligand fills.

    occupied = x / (1 + x)        x = what a port holds + the own IgG's part, over half occupancy

Which sugar is ligand, and by which mechanism a preparation reaches the lectin, is the port's.
"""

from typing import TYPE_CHECKING

from ivigabm.knowledge.vocabulary import load_lectins

if TYPE_CHECKING:
    from ivigabm.processes.world import World

LECTIN_PORTS = tuple(dict.fromkeys(lectin.port for lectin in load_lectins().values()))
MICROMOLAR = 1e-6  # mol/L


def lectins_shown(world: "World") -> tuple[int, ...]:
    """Places among the world's receptors that are lectins."""
    return tuple(j for j, r in enumerate(world.receptors) if r.name in load_lectins())


def occupied(world: "World", place: int) -> float:
    """Share of a lectin's copies that soluble IgG holds."""
    receptor = world.receptors[place]
    lectin = load_lectins()[receptor.name]
    port = world.ports[lectin.port]
    brought = float((port if lectin.channel is None else port[lectin.channel]).mean())
    own = 0.0
    for molar in world.own.tissue_molar().tolist():
        own += molar
    own *= world.ps["baseline.fc_sialic26"] / (world.ps[lectin.half] * MICROMOLAR)
    ligand = (own + brought) * receptor.function
    return ligand / (1.0 + ligand)
