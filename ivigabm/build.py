"""From a resolved scenario to a world: zones, founders, pools and the untreated steady state.

A chronic patient starts at the quasi-steady state of the model's own equations: pools and
opsonins by their closed forms here, cells and lesions by a short untreated run-in of the model.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ivigabm.founding import found
from ivigabm.gifts import Transfer
from ivigabm.knowledge import (
    ParameterSet,
    Preparation,
    generic,
    load_hypotheses,
    load_preparation,
    receptor_role,
)
from ivigabm.knowledge.preparation import SPECIFICITIES
from ivigabm.knowledge.vocabulary import load_lectins
from ivigabm.mechanisms import Mechanism, mechanisms
from ivigabm.perturbation import Resolved
from ivigabm.processes.complexes import in_a_dish
from ivigabm.processes.cytokines import NEUTRALISED, Fields
from ivigabm.processes.drug import Drug
from ivigabm.processes.idiotypes import Clone, Idiotypes
from ivigabm.processes.molecule import Fragment, Molecule
from ivigabm.processes.phagocytes import (
    MACROPHAGE,
    NEUTROPHIL,
    NK_CELL,
    Kind,
    Phagocytes,
    copies_shown,
)
from ivigabm.processes.plasma import Pools
from ivigabm.processes.port_values import Ports
from ivigabm.processes.ports import SUNK
from ivigabm.processes.world import LECTIN, Antigen, Receptor, World
from ivigabm.scenario import Antibody, Scenario
from ivigabm.words import mixture
from ivigabm.zones import lay_out

_FRAGMENTS: dict[str, Fragment] = {
    "intact": "intact",
    "fab2": "fab2",
    "fab": "fab",
    "fc": "fc",
    "fc_multimer": "fc",
    "albumin": "none",
}
DRUG_MEETS = ("CD22", "CD23", "DCIR", "DC-SIGN", "FcgRIII", "FcgRIIIA")  # products that it needs
Array = NDArray[np.float64]


def parameters(resolved: Resolved) -> ParameterSet:
    """Knowledge for this species, with the overrides of hypotheses and scenario."""
    overrides: dict[str, float] = {}
    questions = load_hypotheses()
    for name, position in resolved.hypothesis.items():
        chosen = questions[name].positions.get(position)
        overrides |= chosen.overrides if chosen else {}
    dish, lectins = resolved.scenario.dish, load_lectins()
    if dish is not None and dish.receptor is not None and dish.receptor in lectins:
        overrides |= lectins[dish.receptor].overrides
    return ParameterSet(resolved.scenario.species, overrides | resolved.scenario.parameters)


def build(resolved: Resolved, seed: int) -> World:
    """A world at its start: founders placed, pools settled, nothing stepped yet.

    Raises
    ------
    InputError : the scenario asks for cells where it has no room, or a subclass without data.
    """
    world = World(resolved, seed, parameters(resolved))
    scenario = resolved.scenario
    lay_out(world, scenario)
    _phagocytes(world, scenario)
    world.own, world.antigen = _own_pools(world, scenario)
    world.complexes = in_a_dish(world)
    world.idiotypes = _idiotypes(world, scenario)
    if resolved.preparation:
        world.drug = _drug(world, resolved.preparation, resolved.composition, resolved.molar)
    else:
        world.drug = None
    if resolved.transfer is not None and resolved.transfer.preparation is not None:
        world.primed_by_donor = _primed(world, resolved.transfer)
    world.fields = Fields(
        _mesh(scenario, scenario.section.field_pitch), scenario.section.field_pitch
    )
    mesh = _mesh(scenario, scenario.section.molecule_pitch)
    world.ports = Ports(
        {
            "scalar": (1,),
            "receptor_channels": (2, len(world.receptors) + 1, *mesh),
            "opsonin_channels": (len(world.receptors) + 1,),
            "cytokine": (len(NEUTRALISED),),
            "antigen": (len(SUNK),),
            "treg": (2,),
            "molecule_mesh": mesh,
            "field_mesh": world.fields.shape,
        }
    )
    found(world, scenario)
    for group in world.phagocytes:
        group.equip(world)
    return world


def active_mechanisms(resolved: Resolved) -> tuple[Mechanism, ...]:
    """The mechanisms that are on, by id."""
    return tuple(m for m in mechanisms() if m.id in resolved.mechanisms)


def _mesh(scenario: Scenario, pitch: int) -> tuple[int, int]:
    return scenario.section.width // pitch, scenario.section.height // pitch


def _phagocytes(world: World, scenario: Scenario) -> None:
    """Kinds of phagocyte here, and the Fcγ receptors that any of them expresses at all."""
    kinds: list[Kind] = [MACROPHAGE]
    kinds += [NEUTROPHIL] if scenario.cells.neutrophil else []
    kinds += [NK_CELL] if scenario.cells.nk_cell else []
    shown = [copies_shown(kind.name, scenario) for kind in kinds]
    names = dict.fromkeys(name for copies in shown for name, n in copies.items() if n > 0.0)
    lectins, species = load_lectins(), scenario.receptor_species
    node = {name: lectins[name].node if name in lectins else generic(name) for name in names}
    world.receptors = tuple(
        Receptor(
            name,
            LECTIN if name in lectins else receptor_role(species, generic(name)),
            world.present(node[name]),
        )
        for name in names
    )
    there = [node[name] not in world.missing for name in names]
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
    if "FcRn" in world.missing and not body.closed:  # the same production, a smaller pool
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
    traits = world.traits
    occupancy = [traits.occupancy(world.quantity(a.occupancy)) for a, _, _ in pathogenic]
    density = [world.quantity(a.density) * traits.severity for a, _, _ in pathogenic]
    level = [
        world.quantity(a.concentration) * 1e-6 / m.molar_mass(world.ps) for a, m, _ in pathogenic
    ]  # mg/L over kg/mol: 1e-6 mol/L
    ratio = 1.0 if world.sees_plasma else world.tissue_ratio
    return Antigen(
        molecules=tuple(m for _, m, _ in pathogenic),
        pools=np.arange(first, first + len(pathogenic)),
        half=np.array(
            [c * ratio * (1.0 - theta) / theta for c, theta in zip(level, occupancy, strict=True)]
        ),
        epitopes=np.array([n / theta for n, theta in zip(density, occupancy, strict=True)]),
        blocking=np.array([a.blocking for a, _, _ in pathogenic]),
        clone=np.array([scenario.antibody.index(a) for a, _, _ in pathogenic]),
        endogenous=np.array([a.delivery == "endogenous" for a, _, _ in pathogenic]),
        turnover=world.quantity(target.turnover),
        access=world.quantity(target.access),
    )


def _idiotypes(world: World, scenario: Scenario) -> Idiotypes:
    """Clones of the scenario and the anti-idiotypes that pooled IgG holds against them.

    A hypothesis that says which share of pooled IgG binds the idiotype speaks of this antibody,
    whoever made it.
    """
    kd = world.ps["idiotype.affinity"] * 1e-9
    stated = world.resolved.hypothesis.get("idiotype_fraction", "preparation") != "preparation"
    clones = [
        Clone(a.label, a.idiotype or a.label, 1.0 if stated else a.idiotype_recognised)
        for a in scenario.antibody
    ]
    return Idiotypes(clones, kd)


def drug_molecules(
    preparation: Preparation, idiotype: float | None = None, fucose: float = 0.0
) -> tuple[tuple[Molecule, ...], Array]:
    """Kinds of molecule in a preparation, and the share of its protein mass in each.

    idiotype : replaces the composition's anti-idiotype share. fucose : share of core fucose at
        which IgG is native; below it, part of the glycans are without. 0: all are native.
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
    core = min(1.0, preparation.fc_fucose / fucose) if fucose and preparation.has_fc else 1.0
    sialylated = replace(whole, glycoform="sialylated", fc_sialic26=True)
    forms = (
        (sugar * (1.0 - sialic) * core, whole),
        (sugar * sialic * core, sialylated),
        (1.0 - sugar, replace(whole, glycoform="deglycosylated", n297_glycan=False)),
        (sugar * (1.0 - sialic) * (1.0 - core), replace(whole, glycoform="afucosylated")),
        (sugar * sialic * (1.0 - core), replace(sialylated, glycoform="afucosylated")),
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


def _primed(world: World, given: Transfer) -> float:
    """How far a preparation in a donor's dish primes dendritic cells, 0..1."""
    assert given.preparation is not None
    drug = _drug(world, given.preparation, {}, molar=False)
    drug.in_lymphoid = given.concentration * drug.share / (drug.pools.molar_mass * 1e3)
    level = 0.0
    for mechanism in active_mechanisms(world.resolved):
        if mechanism.port == "dc_priming":
            level += float(mechanism.contribution(drug))
    level *= world.present("FcgRIII") * world.present("FcgRIIIA")  # of the donor as of the host
    return level / (1.0 + level)


def _drug(world: World, word: str, composition: Mapping[str, float], molar: bool) -> Drug:
    ps, resolved = world.ps, world.resolved
    scenario = resolved.scenario
    position = resolved.hypothesis.get("idiotype_fraction", "preparation")
    idiotype = None if position == "preparation" else float(position)
    parts = []
    for name, part in mixture(word).items():
        preparation = load_preparation(name, resolved.hypothesis).changed(composition)
        kinds, shares = drug_molecules(preparation, idiotype, ps["glycan.core_fucose"])
        parts += list(zip(kinds, (part * shares).tolist(), strict=True))
    molecules, share = tuple(m for m, _ in parts), np.array([held for _, held in parts])
    pools = Pools(molecules, world.body, ps)
    if molar:  # as many molecules as the dose would hold of intact IgG
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
