"""Transferred cells: a donor's, put into a world beside its own, in the state the donor left.

Cells keep what they show of each receptor, so that a knock-out of the donor stays one in the host
and the other way round. What they bring of a lectin's signal wanes as a primed state does.
"""

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import Table
from ivigabm.founding import place
from ivigabm.processes.t_cells import EFFECTOR, NAIVE, TREG
from ivigabm.processes.world import World

Sites = tuple[NDArray[np.int64], NDArray[np.int64]]
STAGE = {"t_effector": EFFECTOR, "t_naive": NAIVE, "treg": TREG}
_OF_THE_HOST = ("id", "alive", "x", "y", "host_row", "receptor")


def transfer(world: World, donor: World | None) -> None:
    """Add a donor's cells, after the animal's own, so that these keep their ids.

    donor : at the end of its run; None for cells at rest.
    """
    given = world.resolved.transfer
    if given is None:
        return
    count = max(1, round(given.number / world.ps["transfer.cells_per_agent"]))
    table = world.tables[given.table]
    values = {} if donor is None else _state(donor.tables[given.table], given.cell, count)
    if given.cell in STAGE:
        values["stage"] = np.full(count, STAGE[given.cell])
    rows = table.add_founders(count, **values)
    place(world, table, rows, *_where(world, given.cell))
    _arm(world, given.table, rows, donor)
    if donor is not None:
        world.donated_il33 = count * _il33_per_cell(donor) * _level(world)


def _where(world: World, cell: str) -> Sites:
    """Sites where donor cells come out of blood."""
    if cell in ("t_effector", "treg"):
        return world.doors[0][: world.doors[2]], world.doors[1][: world.doors[2]]
    if cell in ("dendritic_cell", "basophil", "t_naive"):
        return world.niche_x, world.niche_y
    x, y = np.nonzero(np.ones(world.shape, bool))
    return x, y


def _living(table: Table, cell: str, count: int) -> NDArray[np.int64]:
    """Rows of the donor's living cells of a kind, over and over until there are enough."""
    keep = table["alive"].copy()
    if cell in STAGE:
        keep &= table["stage"] == STAGE[cell]
    rows = np.nonzero(keep)[0]
    return np.resize(rows, count) if len(rows) else rows


def _state(table: Table, cell: str, count: int) -> dict[str, NDArray[np.float64]]:
    rows = _living(table, cell, count)
    names = [name for name in table.names if name not in _OF_THE_HOST]
    return {name: table[name][rows] for name in names} if len(rows) else {}


def _arm(world: World, kind: str, rows: slice, donor: World | None) -> None:
    """Their Fcγ receptors: the donor's by name, or those of the kind at rest."""
    group = next((group for group in world.phagocytes if group.name == kind), None)
    if group is None:
        return
    cells, table = group.cells(world), group.receptors(world)
    types, count = len(world.receptors), rows.stop - rows.start
    shown = np.tile(group.copies, (count, 1))
    theirs = None if donor is None else next(g for g in donor.phagocytes if g.name == kind)
    baseline = shown.copy()
    if donor is not None and theirs is not None:
        of_donor = theirs.receptors(donor)
        living = _living(theirs.cells(donor), kind, count)
        if len(living):
            width = len(donor.receptors)
            place_of = {receptor.name: j for j, receptor in enumerate(donor.receptors)}
            for j, receptor in enumerate(world.receptors):
                k = place_of.get(receptor.name)
                at = None if k is None else living * width + k
                shown[:, j] = 0.0 if at is None else of_donor["copies"][at]
                baseline[:, j] = 0.0 if at is None else of_donor["baseline"][at]
    host = np.repeat(np.arange(rows.start, rows.stop), types)
    table.add_founders(
        len(host),
        host_row=host,
        receptor=np.tile(np.arange(types), count),
        baseline=baseline.ravel(),
        copies=shown.ravel(),
        x=cells["x"][host],
        y=cells["y"][host],
    )
    group.ledger[2] += float(np.sum(shown))


def _il33_per_cell(donor: World) -> float:
    """IL-33 that a donor's cell with the lectin releases, half-effect units x site/d."""
    sensors = donor.tables["sensor_cell"].living
    if sensors == 0 or not donor.body.closed:
        return 0.0
    sites = donor.fields.pitch * donor.fields.pitch
    return float(donor.ports["il33_release"].sum()) * sites / sensors


def _level(world: World) -> float:
    """Mean level in the section per unit of release, d/site."""
    return 1.0 / (world.shape[0] * world.shape[1] * world.ps["cytokine.decay_il33"])
