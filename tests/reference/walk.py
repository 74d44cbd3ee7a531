"""Movement: parcels of IgG jump and exchange with plasma, cells walk, and what cells see.

Beside `ivigabm/processes/transport.py`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from ivigabm.processes.plasma import Pools
from ivigabm.processes.transport import WALK_CELL, WALK_PARCEL
from reference.draws import bounded, unit, words

if TYPE_CHECKING:
    from reference.individual import Individual

Parcels = list[Any]  # Autoantibody or TherapeuticIgG


def everyone(model: "Individual") -> None:
    """Everything that moves moves; receptors go with their hosts."""
    world = model.world
    walk_parcels(model, model.kinds["autoantibody"])
    exchange_parcels(model, model.kinds["autoantibody"], world.own)
    if world.drug is not None:
        walk_parcels(model, model.kinds["therapeutic_igg"])
        exchange_parcels(model, model.kinds["therapeutic_igg"], world.drug.pools)
    for kind in ("macrophage", "neutrophil", "nk_cell", "b_cell"):
        walk_cells(model, kind)


def walk_parcels(model: "Individual", parcels: Parcels) -> None:
    """Each parcel jumps by -reach..reach sites along both axes of the torus."""
    width, height = model.world.shape
    reach = model.constants.transport.reach
    span = 2 * reach + 1
    for parcel, draw in zip(parcels, words(model, WALK_PARCEL, parcels), strict=True):
        x = (parcel.x + bounded(draw[0], span) - reach) % width
        y = (parcel.y + bounded(draw[1], span) - reach) % height
        parcel.cell = model.grid[x, y]


def exchange_parcels(model: "Individual", parcels: Parcels, pools: Pools) -> None:
    """Each parcel keeps its share; what flows in goes to the pool's parcels at vessels.

    Where a pool has none at a vessel, all its parcels share the inflow.
    """
    if not parcels:
        return
    vessel = model.world.vessel.tolist()
    for pool in model.world.parcelled(pools).tolist():
        stay, inflow = float(pools.stay[pool]), float(pools.inflow[pool])
        members = [parcel for parcel in parcels if parcel.pool == pool]
        doors = sum(vessel[parcel.x][parcel.y] for parcel in members)
        total = 0.0
        for parcel in members:
            amount = parcel.amount_nmol * stay
            if doors == 0:
                amount += inflow / len(members)
            elif vessel[parcel.x][parcel.y]:
                amount += inflow / doors
            parcel.amount_nmol = amount
            total += amount
        pools.tissue[pool] = total


def walk_cells(model: "Individual", kind: str) -> None:
    """A biased random walk of at most one site along each axis, within the allowed zone."""
    hop, taxis = model.constants.transport.hop[kind], model.constants.transport.taxis[kind]
    allowed = model.world.allowed[kind].tolist()
    fields, walkers = model.world.fields, model.kinds[kind]
    attractant = model.world.attractant().tolist()
    nx, ny = fields.shape
    for walker, draw in zip(walkers, words(model, WALK_CELL, walkers), strict=True):
        if unit(draw[2]) >= hop:
            continue
        i, j = walker.on(fields.pitch)
        along_x = taxis * lean(attractant[i - 1][j], attractant[(i + 1) % nx][j])
        along_y = taxis * lean(attractant[i][j - 1], attractant[i][(j + 1) % ny])
        direction = pace(draw[0], along_x), pace(draw[1], along_y)
        if direction != (0, 0):
            ahead = walker.cell.connections[direction]
            x, y = ahead.coordinate
            if allowed[x][y]:
                walker.cell = ahead


def lean(behind: float, ahead: float) -> float:
    """Relative difference of an attractant, in (-1, 1)."""
    return (ahead - behind) / (ahead + behind + 1.0)


def pace(word: int, leaning: float) -> int:
    """Back, stay or ahead: a third each on even ground, leaning up the attractant."""
    u = 3.0 * unit(word)
    if u < 1.0 - leaning:
        return -1
    return 1 if u >= 2.0 - leaning else 0


def local_molar(model: "Individual", parcels: Parcels, pools: Pools) -> np.ndarray:
    """What a cell sees of each pool's parcels, mol/L, shape (pools, *molecule mesh).

    Amounts are put on the mesh and smoothed by the shared diffusion operator.
    """
    transport = model.constants.transport
    if pools.mixed:  # the medium of a dish
        return np.array([np.full(transport.shape, molar) for molar in pools.plasma_molar()])
    mesh = np.zeros((len(pools.tissue), *transport.shape))
    if not parcels or not pools.tissue.any():
        return mesh
    for parcel in parcels:
        mesh[parcel.pool, *parcel.on(transport.pitch)] += parcel.amount_nmol
    sites = transport.shape[0] * transport.shape[1]
    scale = 1.0 * sites * 1e-9 / pools.volume
    return transport.smooth(mesh) * scale[:, None, None]
