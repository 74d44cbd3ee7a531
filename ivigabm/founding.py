"""Founders of a world: each kind in its place, with its receptors, parcels and opsonins."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ivigabm.engine.columns import Table
from ivigabm.engine.streams import purpose
from ivigabm.errors import InputError, unknown
from ivigabm.gifts import CONDITIONED
from ivigabm.processes.b_lineage import stage_rates, steady_numbers
from ivigabm.processes.phagocytes import Phagocytes
from ivigabm.processes.t_cells import EFFECTOR, NAIVE, TREG
from ivigabm.processes.world import CODES, COLUMNS, ORGANS, World
from ivigabm.scenario import Scenario
from ivigabm.zones import TARGET

PLACE = purpose("founding: place")


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
    gone = set(world.resolved.depleted)
    if "microglia" in gone:
        gone.add("macrophage")  # the phagocytes of this tissue
    kept = _without_spleen(world) if "spleen" in gone else {}
    kept["sensor_cell"] = kept.get("sensor_cell", 1.0) * world.present("CSF-1")
    for kind, place in (
        ("macrophage", everywhere),
        ("neutrophil", everywhere),
        ("nk_cell", everywhere),
        ("sensor_cell", niche),
        ("basophil", niche),
        ("dendritic_cell", niche),
    ):
        table = world.tables[kind]
        rows = table.add_founders(0 if kind in gone else round(count[kind] * kept.get(kind, 1.0)))
        _place(world, table, rows, *place)
    none = "b_cell" in gone or not (kinds or world.body.closed)
    _found_b_cells(world, 0 if none else count["b_cell"], niche)
    _found_t_cells(world, count, gone, niche)
    for group in world.phagocytes:
        _found_receptors(world, group)
    _found_parcels(world, scenario, everywhere)
    _found_targets(world, scenario)
    _transfer(world, niche)


def _without_spleen(world: World) -> dict[str, float]:
    """Share of each kind of founder that an animal without spleen has, where less than all."""
    ps = world.ps
    kept = {"sensor_cell": ps["sensor.outside_spleen"]}
    if world.blood_target:
        kept["macrophage"] = 1.0 - ps["phagocyte.spleen_share"]
    return kept


def _transfer(world: World, niche: tuple[NDArray[np.int64], ...]) -> None:
    """A donor's cells, after the animal's own, so that these keep their ids."""
    given = world.resolved.transfer
    if given is None:
        return
    number = max(1, round(given.number / world.ps["transfer.cells_per_agent"]))
    if given.cell == CONDITIONED:
        table = world.tables["dendritic_cell"]
        _place(world, table, table.add_founders(number, primed=world.primed_by_donor), *niche)
    else:
        stage = {"t_effector": EFFECTOR, "treg": TREG}[given.cell]
        vessels = world.doors[0][: world.doors[2]], world.doors[1][: world.doors[2]]
        table = world.tables["t_cell"]
        _place(world, table, table.add_founders(number, stage=stage), *vessels)


def _found_b_cells(world: World, count: int, niche: tuple[NDArray[np.int64], ...]) -> None:
    """B cells of every clone that the patient makes, by the amount of its antibody."""
    weight = np.zeros(max(1, len(world.resolved.scenario.antibody)))
    if world.antigen is not None:
        made = world.own.production[world.antigen.pools] * world.antigen.endogenous
        np.add.at(weight, world.antigen.clone, made)
    total = float(np.sum(weight))
    share = weight / total if total > 0.0 else weight
    stages = steady_numbers(stage_rates(world.ps))
    world.founding_b_cells = np.floor(stages[:, None] * (count * share) + 0.5)
    if world.body.closed:  # naive cells, of any specificity
        world.founding_b_cells[0] = 0.0
        world.founding_b_cells[0, 0] = count
    table = world.tables["b_cell"]
    for (stage, clone), number in np.ndenumerate(world.founding_b_cells.astype(int)):
        rows = table.add_founders(int(number), stage=stage, clone=clone)
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
        in_blood = world.circulating_in_health()
        table.add_founders(round(in_blood), opsonin=opsonin)
        for organ, fold in world.organs().items():
            rows = table.add_founders(
                round(in_blood * fold), opsonin=opsonin, place=1 + ORGANS.index(organ)
            )
            _place(world, table, rows, world.niche_x, world.niche_y)
    else:
        x, y = np.nonzero(world.zone == TARGET)
        if len(x) == 0:
            raise unknown("target zone", "empty", ["section.target_share above 0"])
        lost = world.traits.lost if world.antigen is not None else 0.0  # not of the healthy
        start = target.start * (1.0 - lost)
        table.add_founders(
            len(x), x=x, y=y, opsonin=opsonin, integrity=start, function=start, irreversible=lost
        )
