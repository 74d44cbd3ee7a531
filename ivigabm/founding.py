"""Founders of a world: each kind in its place, with its receptors, parcels and opsonins."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ivigabm.engine.columns import Table
from ivigabm.engine.streams import purpose
from ivigabm.errors import InputError, unknown
from ivigabm.processes.b_lineage import stage_rates, steady_numbers
from ivigabm.processes.phagocytes import Phagocytes
from ivigabm.processes.t_cells import EFFECTOR, NAIVE, TREG
from ivigabm.processes.world import CODES, COLUMNS, World
from ivigabm.scenario import Scenario

PLACE = purpose("founding: place")

TARGET = 3  # code of the target zone, see `ivigabm.build.ZONES`


def _place(
    world: World, table: Table, rows: slice, xs: NDArray[np.int64], ys: NDArray[np.int64]
) -> None:
    """Put founders on sites drawn from a list, by their own draw."""
    if rows.stop > rows.start and len(xs) == 0:
        raise InputError(f"section has no site for {table.kind}; raise its zone's share")
    words = world.streams.words(PLACE, 0, table["id"][rows])
    spot = ((words[:, 0] * np.uint64(len(xs))) >> np.uint64(32)).astype(np.int64)
    table["x"][rows] = xs[spot]
    table["y"][rows] = ys[spot]


def found(world: World, scenario: Scenario) -> None:
    """All founders, each kind in its zone."""
    kinds = world.antigen.molecules if world.antigen else ()
    world.tables = {}
    for kind, columns in COLUMNS.items():
        spec: dict[str, DTypeLike | tuple[DTypeLike, tuple[int, ...]]] = {**columns}
        if kind == "target_cell":
            spec["opsonin"] = (np.float64, (max(1, len(kinds)),))
        world.tables[kind] = Table(kind, CODES[kind], spec)
    everywhere = np.nonzero(np.ones(world.shape, bool))
    niche = (world.niche_x, world.niche_y)
    count = scenario.cells.model_dump()
    gone = set(world.resolved.depleted) | ({"sensor_cell"} if "CSF-1" in world.missing else set())
    for kind, place in (
        ("macrophage", everywhere),
        ("neutrophil", everywhere),
        ("nk_cell", everywhere),
        ("sensor_cell", niche),
        ("basophil", niche),
        ("dendritic_cell", niche),
    ):
        table = world.tables[kind]
        rows = table.add_founders(0 if kind in gone else count[kind])
        _place(world, table, rows, *place)
    none = "b_cell" in gone or not (kinds or world.body.closed)
    _found_b_cells(world, 0 if none else count["b_cell"], niche)
    _found_t_cells(world, count, gone, niche)
    for group in world.phagocytes:
        _found_receptors(world, group)
    _found_parcels(world, scenario, everywhere)
    _found_targets(world, scenario)


def _found_b_cells(world: World, count: int, niche: tuple[NDArray[np.int64], ...]) -> None:
    assert world.antigen is None or len(niche) == 2
    endogenous = world.antigen is not None and bool(world.antigen.endogenous.any())
    shares = steady_numbers(stage_rates(world.ps))
    numbers = np.floor(shares * (count if endogenous else 0) + 0.5)
    if world.body.closed:  # naive cells, of any specificity
        numbers[0] = count
    world.founding_b_cells = numbers
    table = world.tables["b_cell"]
    for stage, number in enumerate(numbers.astype(int).tolist()):
        rows = table.add_founders(number, stage=stage)
        _place(world, table, rows, *niche)


def _found_t_cells(
    world: World,
    count: dict[str, int],
    gone: set[str],
    niche: tuple[NDArray[np.int64], ...],
) -> None:
    """Naive and regulatory T cells in the niche; transferred effectors at vessels.

    In a dish all stand in the medium.
    """
    table = world.tables["t_cell"]
    vessels = world.doors[0][: world.doors[2]], world.doors[1][: world.doors[2]]
    if world.body.closed:
        vessels = niche[0], niche[1]
    for stage, kind, place in (
        (NAIVE, "t_naive", niche),
        (EFFECTOR, "t_effector", vessels),
        (TREG, "treg", niche),
    ):
        number = 0 if kind in gone or "t_cell" in gone else count[kind]
        _place(world, table, table.add_founders(number, stage=stage), *place)


def _found_receptors(world: World, group: Phagocytes) -> None:
    """One agent per receptor type on each phagocyte, in host order."""
    cells, table = group.cells(world), group.receptors(world)
    types = len(world.receptors)
    host = np.repeat(np.arange(cells.n), types)
    copies = np.tile(group.copies, cells.n)
    table.add_founders(
        len(host),
        host_row=host,
        receptor=np.tile(np.arange(types), cells.n),
        baseline=copies,
        copies=copies,
        x=cells["x"][host],
        y=cells["y"][host],
    )
    group.ledger[2] = float(np.sum(copies))


def _found_parcels(world: World, scenario: Scenario, place: tuple[NDArray[np.int64], ...]) -> None:
    """Parcels share their pool's tissue content equally at the start."""
    if world.antigen is not None:
        table, each = world.tables["autoantibody"], scenario.cells.autoantibody_parcels
        for pool in world.antigen.pools.tolist():
            rows = table.add_founders(each, pool=pool, amount_nmol=world.own.tissue[pool] / each)
            _place(world, table, rows, *place)
    if world.drug is not None:
        table = world.tables["therapeutic_igg"]
        for pool, molecule in enumerate(world.drug.molecules):
            rows = table.add_founders(
                scenario.cells.igg_parcels, pool=pool, sialylated=molecule.has("fc_sialic26") > 0
            )
            _place(world, table, rows, *place)


def _found_targets(world: World, scenario: Scenario) -> None:
    """Fixed targets fill their zone; circulating ones start at their number in health."""
    target, table = scenario.target, world.tables["target_cell"]
    if target is None:
        return
    opsonin = np.zeros(max(1, len(world.antigen.pools))) if world.antigen else np.zeros(1)
    if world.antigen is not None:
        level = world.mean_at_target(world.own)[world.antigen.pools]
        filled = level / world.antigen.half
        opsonin = world.antigen.epitopes * filled / (1.0 + np.sum(filled))
    if world.blood_target:
        table.add_founders(round(world.circulating_in_health()), opsonin=opsonin)
    else:
        x, y = np.nonzero(world.zone == TARGET)
        if len(x) == 0:
            raise unknown("target zone", "empty", ["section.target_share above 0"])
        table.add_founders(len(x), x=x, y=y, opsonin=opsonin, integrity=1.0, function=1.0)
