"""From a resolved scenario to a world: zones, founders, pools and the untreated steady state.

A chronic patient starts at the quasi-steady state of the model's own equations: pools and
opsonins by their closed forms here, cells and lesions by a short untreated run-in of the model.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ivigabm.engine.columns import Table
from ivigabm.engine.streams import purpose
from ivigabm.errors import InputError, unknown
from ivigabm.knowledge import (
    ParameterSet,
    Preparation,
    generic,
    load_hypotheses,
    load_preparation,
    receptor_copies,
)
from ivigabm.knowledge.preparation import SPECIFICITIES
from ivigabm.mechanisms import Mechanism, mechanisms
from ivigabm.perturbation import Resolved
from ivigabm.processes.b_lineage import stage_rates, steady_numbers
from ivigabm.processes.cytokines import NEUTRALISED, Fields
from ivigabm.processes.drug import Drug
from ivigabm.processes.molecule import Fragment, Molecule
from ivigabm.processes.phagocytes import MACROPHAGE, NEUTROPHIL, Kind, Phagocytes
from ivigabm.processes.plasma import Pools
from ivigabm.processes.ports import Ports
from ivigabm.processes.t_cells import EFFECTOR, NAIVE, TREG
from ivigabm.processes.world import CODES, COLUMNS, Antigen, Receptor, World
from ivigabm.scenario import Antibody, Scenario
from ivigabm.words import mixture

PLACE = purpose("founding: place")

INTERSTITIUM, VESSEL, NICHE, TARGET = range(4)
_FRAGMENTS: dict[str, Fragment] = {
    "intact": "intact",
    "fab2": "fab2",
    "fab": "fab",
    "fc": "fc",
    "fc_multimer": "fc",
    "albumin": "none",
}
DRUG_MEETS = ("CD22", "DCIR", "DC-SIGN", "FcgRIII", "FcgRIIIA")  # gene products that it needs
ZONES = ("interstitium", "vessel", "niche", "target")
Array = NDArray[np.float64]


def parameters(resolved: Resolved) -> ParameterSet:
    """Knowledge for this species, with the overrides of hypotheses and scenario."""
    overrides: dict[str, float] = {}
    questions = load_hypotheses()
    for name, position in resolved.hypothesis.items():
        chosen = questions[name].positions.get(position)
        overrides |= chosen.overrides if chosen else {}
    return ParameterSet(resolved.scenario.species, overrides | resolved.scenario.parameters)


def build(resolved: Resolved, seed: int) -> World:
    """A world at its start: founders placed, pools settled, nothing stepped yet.

    Raises
    ------
    InputError : the scenario asks for cells where it has no room, or a subclass without data.
    """
    world = World(resolved, seed, parameters(resolved))
    scenario = resolved.scenario
    _zones(world, scenario)
    _phagocytes(world, scenario)
    world.own, world.antigen = _own_pools(world, scenario)
    world.drug = _drug(world, resolved) if resolved.preparation else None
    world.fields = Fields(
        _mesh(scenario, scenario.section.field_pitch), scenario.section.field_pitch
    )
    mesh = _mesh(scenario, scenario.section.molecule_pitch)
    world.ports = Ports(
        {
            "scalar": (1,),
            "receptor_channels": (2, len(world.receptors) + 1, *mesh),
            "cytokine": (len(NEUTRALISED),),
            "clone": (1,),
            "treg": (2,),
            "molecule_mesh": mesh,
            "field_mesh": world.fields.shape,
        }
    )
    _found(world, scenario)
    for group in world.phagocytes:
        group.equip(world)
    return world


def active_mechanisms(resolved: Resolved) -> tuple[Mechanism, ...]:
    """The mechanisms that are on, by id."""
    return tuple(m for m in mechanisms() if m.id in resolved.mechanisms)


def _mesh(scenario: Scenario, pitch: int) -> tuple[int, int]:
    return scenario.section.width // pitch, scenario.section.height // pitch


def _zones(world: World, scenario: Scenario) -> None:
    """Vessels on parallel lines, a round lymphoid niche and a round target zone on a torus."""
    width, height = world.shape
    section = scenario.section
    x, y = np.meshgrid(np.arange(width), np.arange(height), indexing="ij")

    def disc(share: float, centre: float) -> NDArray[np.bool_]:
        dx = np.abs(x - centre * width)
        dy = np.abs(y - height / 2)
        dx, dy = np.minimum(dx, width - dx), np.minimum(dy, height - dy)
        nearest = np.argsort((dx * dx + dy * dy).ravel(), kind="stable")
        inside = np.zeros(width * height, bool)
        inside[nearest[: round(share * width * height)]] = True
        return inside.reshape(width, height)

    zone = np.full(world.shape, INTERSTITIUM, np.int8)
    zone[disc(section.target_share, 0.75)] = TARGET
    zone[disc(section.niche_share, 0.25)] = NICHE
    world.vessel = x % section.vessel_spacing == 0
    zone[world.vessel & (zone == INTERSTITIUM)] = VESSEL
    world.zone = zone
    world.niche_x, world.niche_y = np.nonzero(zone == NICHE)
    world.sinus_x, world.sinus_y = np.nonzero(zone != NICHE)
    world.niche, world.target_site = zone == NICHE, zone == TARGET
    world.doors = _doors(world)
    everywhere = np.ones(world.shape, bool)
    world.allowed = {
        "macrophage": everywhere, "neutrophil": everywhere, "b_cell": zone == NICHE
    }  # fmt: skip


def _doors(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Vessel sites outside the niche; those of the target tissue come last."""
    elsewhere = np.nonzero(world.vessel & ~world.niche & ~world.target_site)
    inside = np.nonzero(world.vessel & world.target_site)
    x, y = (np.concatenate(pair) for pair in zip(elsewhere, inside, strict=True))
    return x, y, len(elsewhere[0])


def _phagocytes(world: World, scenario: Scenario) -> None:
    """Kinds of phagocyte here, and the Fcγ receptors that any of them expresses at all."""
    with (Path(__file__).parent / "knowledge" / "receptor_roles.csv").open() as file:
        role = {(r["species"], r["receptor"]): r["role"] for r in csv.DictReader(file)}
    kinds: list[Kind] = [MACROPHAGE, *([NEUTROPHIL] if scenario.cells.neutrophil else [])]
    species = scenario.receptor_species
    shown = [receptor_copies(species, kind.name, scenario.genotype) for kind in kinds]
    names = dict.fromkeys(name for copies in shown for name, n in copies.items() if n > 0.0)
    world.receptors = tuple(
        Receptor(name, role[species, generic(name)], world.present(generic(name))) for name in names
    )
    there = [generic(name) not in world.missing for name in names]
    world.phagocytes = tuple(
        Phagocytes(
            kind,
            np.array([
                copies.get(name, 0.0) if held else 0.0
                for name, held in zip(names, there, strict=True)
            ]),
        )
        for kind, copies in zip(kinds, shown, strict=True)
    )  # fmt: skip


def _own_pools(world: World, scenario: Scenario) -> tuple[Pools, Antigen | None]:
    """The body's own IgG and its pathogenic antibodies, at the untreated steady state."""
    ps, species = world.ps, scenario.species
    names = [row.name for row in ps.rows() if row.name.startswith("baseline.share_")]
    shares = {_subclass(name): ps[name] for name in names}
    molecules = [Molecule(species, subclass) for subclass in shares]
    pathogenic: list[tuple[Antibody, Molecule, float]] = [
        (
            antibody,
            Molecule(
                antibody.species,
                subclass,
                fragment=antibody.fragment,
                glycoform=antibody.glycoform,
                n297_glycan=antibody.glycoform != "deglycosylated",
            ),
            share,
        )
        for antibody in scenario.antibody
        for subclass, share in antibody.subclasses.items()
        if share > 0
    ]
    pools = Pools([*molecules, *(m for _, m, _ in pathogenic)], world.body, ps)
    _settle_own(world, pools, scenario, shares, pathogenic)
    if not pathogenic or scenario.target is None:
        return pools, None
    return pools, _antigen(world, scenario, pathogenic, len(molecules))


def _subclass(row: str) -> str:
    return "IgG" + row.removeprefix("baseline.share_igg")


def _settle_own(
    world: World,
    pools: Pools,
    scenario: Scenario,
    shares: dict[str, float],
    pathogenic: list[tuple[Antibody, Molecule, float]],
) -> None:
    """Production that holds the baseline in an individual with FcRn; pools as it then stands."""
    ps, body = world.ps, world.body
    igg = world.quantity(scenario.baseline_igg)
    share = list(shares.values())
    grams = [igg * part for part in share]
    for antibody, _, part in pathogenic:
        level = world.quantity(antibody.concentration) / 1e3  # mg/L to g/L
        there = antibody.delivery in ("endogenous", "pulse")
        grams.append(level * antibody.dose_fold * part if there else 0.0)
    held = body.receptor
    body.receptor = ps["fcrn.receptor"]
    for i, g_per_l in enumerate(grams):
        pools.settle(i, g_per_l * body.plasma_volume / pools.molar_mass[i] * 1e6, igg)
    body.receptor = held
    if "FcRn" in world.missing:  # born without it: the same production, a smaller pool
        for i, production in enumerate(pools.production.tolist()):
            pools.settle(i, production / float(pools.catabolic_rate(0.0)[i]), 0.0)
    for i, (antibody, _, _) in enumerate(pathogenic, start=len(share)):
        if antibody.delivery == "pulse":
            pools.production[i] = 0.0
    pools.dosed += pools.present()  # what was there at the start counts as put in


def _antigen(
    world: World,
    scenario: Scenario,
    pathogenic: list[tuple[Antibody, Molecule, float]],
    first: int,
) -> Antigen:
    target = scenario.target
    assert target is not None
    occupancy = [world.quantity(a.occupancy) for a, _, _ in pathogenic]
    density = [world.quantity(a.density) for a, _, _ in pathogenic]
    level = [
        world.quantity(a.concentration) * 1e-6 / m.molar_mass(world.ps) for a, m, _ in pathogenic
    ]  # mg/L over kg/mol: 1e-6 mol/L
    ratio = 1.0 if world.blood_target else world.tissue_ratio
    return Antigen(
        molecules=tuple(m for _, m, _ in pathogenic),
        pools=np.arange(first, first + len(pathogenic)),
        half=np.array(
            [c * ratio * (1.0 - theta) / theta for c, theta in zip(level, occupancy, strict=True)]
        ),
        epitopes=np.array([n / theta for n, theta in zip(density, occupancy, strict=True)]),
        blocking=np.array([a.blocking for a, _, _ in pathogenic]),
        recognised=np.array([a.idiotype_recognised for a, _, _ in pathogenic]),
        endogenous=np.array([a.delivery == "endogenous" for a, _, _ in pathogenic]),
        turnover=world.quantity(target.turnover),
        access=world.quantity(target.access),
    )


def drug_molecules(
    preparation: Preparation, idiotype: float | None = None
) -> tuple[tuple[Molecule, ...], Array]:
    """Kinds of molecule in a preparation, and the share of its protein mass in each.

    idiotype : replaces the composition's anti-idiotype share.
    """
    specificity = {name: getattr(preparation, name) for name in SPECIFICITIES}
    if idiotype is not None:
        specificity["anti_idiotype"] = idiotype
    whole = Molecule(
        species="human",
        subclass="albumin",
        fragment=_FRAGMENTS[preparation.fragment],
        fab_sialic=preparation.fab_sialic,
        dimer=preparation.dimer,
        valency=float(preparation.multimer_valency),
        specificity=specificity,
    )
    if whole.fragment == "none":
        return (whole,), np.ones(1)
    sugar = preparation.n297_glycan if preparation.has_fc else 1.0
    sialic = preparation.fc_sialic26 if preparation.has_fc else 0.0
    forms = (
        (sugar * (1.0 - sialic), whole),
        (sugar * sialic, replace(whole, glycoform="sialylated", fc_sialic26=True)),
        (1.0 - sugar, replace(whole, glycoform="deglycosylated", n297_glycan=False)),
    )
    igg = 1.0 - preparation.igm
    parts = [
        (replace(form, subclass=subclass), igg * part * share)
        for subclass, part in preparation.subclasses.items()
        for share, form in forms
        if part * share > 0
    ]
    if preparation.igm > 0:
        parts.append((replace(whole, subclass="IgM"), preparation.igm))
    return tuple(m for m, _ in parts), np.array([share for _, share in parts])


def _drug(world: World, resolved: Resolved) -> Drug:
    ps, scenario = world.ps, resolved.scenario
    assert resolved.preparation is not None
    word = resolved.hypothesis.get("idiotype_fraction", "preparation")
    idiotype = None if word == "preparation" else float(word)
    parts = []
    for name, part in mixture(resolved.preparation).items():
        preparation = load_preparation(name, resolved.hypothesis).changed(resolved.composition)
        kinds, shares = drug_molecules(preparation, idiotype)
        parts += list(zip(kinds, (part * shares).tolist(), strict=True))
    molecules, share = tuple(m for m, _ in parts), np.array([held for _, held in parts])
    pools = Pools(molecules, world.body, ps)
    if resolved.molar:  # as many molecules as the dose would hold of intact IgG
        share = share / ps["mass.igg"] / float(np.sum(share / pools.molar_mass))
    roles = [receptor.role == "inhibitory" for receptor in world.receptors]
    inhibitory = world.fcgr_affinity(molecules)[:, roles].sum(axis=1) * world.present("FcgRIIB")
    return Drug(
        molecules,
        share,
        pools,
        world.fcgr_affinity(molecules),
        inhibitory,
        {name: world.present(name) for name in DRUG_MEETS},
        ps,
        _mesh(scenario, scenario.section.molecule_pitch),
        _mesh(scenario, scenario.section.field_pitch),
    )


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


def _found(world: World, scenario: Scenario) -> None:
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
        ("sensor_cell", niche),
        ("basophil", niche),
        ("dendritic_cell", niche),
    ):
        table = world.tables[kind]
        rows = table.add_founders(0 if kind in gone else count[kind])
        _place(world, table, rows, *place)
    _found_b_cells(world, 0 if "b_cell" in gone or not kinds else count["b_cell"], niche)
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
    """Naive and regulatory T cells in the niche; transferred effectors at vessels."""
    table = world.tables["t_cell"]
    vessels = world.doors[0][: world.doors[2]], world.doors[1][: world.doors[2]]
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
    if target.place == "blood":
        table.add_founders(round(world.circulating_in_health()), opsonin=opsonin)
    else:
        x, y = np.nonzero(world.zone == TARGET)
        if len(x) == 0:
            raise unknown("target zone", "empty", ["section.target_share above 0"])
        table.add_founders(len(x), x=x, y=y, opsonin=opsonin, integrity=1.0, function=1.0)
