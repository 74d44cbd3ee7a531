"""The state of one simulated individual: tables, pools, fields, ports and the clock.

Processes read and write this; they hold only constants and scratch of their own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ivigabm.engine.columns import Table
from ivigabm.engine.streams import Streams
from ivigabm.knowledge import ParameterSet, affinity
from ivigabm.knowledge.vocabulary import nodes_of
from ivigabm.perturbation import Resolved
from ivigabm.processes.amyloid import STATES
from ivigabm.processes.complexes import Suspended
from ivigabm.processes.cytokines import GIVEN, Fields
from ivigabm.processes.drug import Drug
from ivigabm.processes.idiotypes import Idiotypes
from ivigabm.processes.molecule import Molecule
from ivigabm.processes.plasma import Body, Pools
from ivigabm.processes.port_values import Ports
from ivigabm.processes.traits import Traits, drawn
from ivigabm.scenario import Organs

if TYPE_CHECKING:
    from ivigabm.processes.binding import Binding
    from ivigabm.processes.contacts import Contacts
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.signalling import Signalling
    from ivigabm.processes.therapy import Comparators

Array = NDArray[np.float64]

COLUMNS: dict[str, dict[str, DTypeLike]] = {
    "b_cell": {"x": np.int32, "y": np.int32, "stage": np.int8, "clone": np.int16},
    "macrophage": {
        "x": np.int32, "y": np.int32, "activation": np.float64, "response": np.float64,
        "load": np.float64,
    },
    "fcg_receptor": {
        "x": np.int32, "y": np.int32, "host_row": np.int32, "receptor": np.int8,
        "baseline": np.float64, "copies": np.float64, "crosslinked": np.float64,
        "occupied_monomer": np.float64, "occupied_complex": np.float64,
    },
    "autoantibody": {"x": np.int32, "y": np.int32, "pool": np.int32, "amount_nmol": np.float64},
    "therapeutic_igg": {
        "x": np.int32, "y": np.int32, "pool": np.int32, "amount_nmol": np.float64,
        "sialylated": np.bool_,
    },
    "sensor_cell": {"x": np.int32, "y": np.int32, "signal": np.float64},
    "basophil": {"x": np.int32, "y": np.int32, "activation": np.float64},
    "target_cell": {
        "x": np.int32, "y": np.int32, "place": np.int8,
        "c1q": np.float64, "c4b": np.float64, "c3b": np.float64,
        "c5b9": np.float64,
        "attack_phagocytic": np.float64, "attack_cytokine": np.float64,
        "attack_t_cell": np.float64, "attack_oxidant": np.float64, "attack_nk": np.float64,
        "attack_aggregate": np.float64,
        "integrity": np.float64, "irreversible": np.float64, "function": np.float64,
    },
    "dendritic_cell": {
        "x": np.int32, "y": np.int32, "presented": np.float64, "maturity": np.float64,
        "cox2": np.float64, "primed": np.float64,
    },
    "t_cell": {
        "x": np.int32, "y": np.int32, "stage": np.int8, "generation": np.int8,
        "programme": np.int8, "activation": np.float64,
    },
}  # fmt: skip
COLUMNS["neutrophil"] = dict(COLUMNS["macrophage"])
COLUMNS["neutrophil_receptor"] = dict(COLUMNS["fcg_receptor"])
COLUMNS["nk_cell"] = dict(COLUMNS["macrophage"])
COLUMNS["nk_receptor"] = dict(COLUMNS["fcg_receptor"])

# what became of the targets of a dish or of blood: taken by a kind of cell, lysed, dead otherwise
FATES = ("macrophage", "neutrophil", "nk_cell", "lysed", "died")
LECTIN = "lectin"  # role of a receptor that binds sugar and tells the cell nothing here
HELD = {"TNF": "tnf", "IFN-gamma": "ifn_gamma", "C5a": "c5a"}  # stimuli that are fields
BY_RECEPTOR = {"ifn_gamma": "IFN-gammaR", "il1": "IL-1R"}  # fields felt through a product

ORGANS = tuple(Organs.model_fields)  # the n-th is place n of a target; place 0 is the blood

CODES = {kind: number for number, kind in enumerate(COLUMNS, start=1)}


@dataclass(frozen=True)
class Receptor:
    """An Fc receptor type on phagocytes here: name with allele and role.

    `function` is the share that a blocking antibody leaves; the protein stays.
    """

    name: str
    role: str
    function: float


@dataclass(frozen=True)
class Antigen:
    """How the pathogenic antibodies meet their target. Arrays have one entry per pool.

    pools : rows in the body's own pools. half : mol/L at the target for half occupancy.
    epitopes : copies per um2. blocking : share of bound antibody that blocks function.
    clone : which antibody of the scenario a pool belongs to; its subclasses share one idiotype.
    endogenous : made by the patient's B cells.
    """

    molecules: tuple[Molecule, ...]
    pools: NDArray[np.int64]
    half: Array
    epitopes: Array
    blocking: Array
    clone: NDArray[np.int64]
    endogenous: NDArray[np.bool_]
    turnover: float
    access: float

    def covered(self, opsonin: Array) -> Array:
        """Share of the epitopes that antibody covers, of opsonin (targets, antibodies).

        A tracer finds no epitope, and covers nothing.
        """
        epitopes = np.where(self.epitopes > 0.0, self.epitopes, np.inf)
        return np.asarray(np.minimum(1.0, np.sum(opsonin / epitopes, axis=1)))


class World:
    """All state of one run. Built by `ivigabm.build`.

    Attributes
    ----------
    tables : kind -> table. own, drug : pools of the body and of the preparation.
    antigen : how antibodies meet their target; None in health.
    receptors : types of Fcγ receptor that any phagocyte here shows. phagocytes : kinds of
        phagocyte, macrophages first; contacts, binding, signalling are those of macrophages.
    zone, vessel : maps of the section. niche_x, niche_y : sites of the lymphoid niche.
    niche, target_site : where those zones are. doors : x and y of sites where T cells come out
        of blood, and how many of them, which come first, lead into other than target tissue.
    immunogen : antigen and adjuvant of an immunisation now, half-effect units. shown,
        stimulating : what dendritic cells show T cells at each site, all and by maturity.
    sinus_x, sinus_y : sites that circulating cells pass. allowed : where a kind may walk.
    local_antibody : the body's parcels as cells see them in perfused tissue, mol/L, shape
        (pools, molecule mesh); set each step.
    free_antibody, free_clones : share of each antibody and clone that anti-idiotypes leave free.
    idiotypes : which of them bind which clone.
    receptor_ledger : receptor copies of macrophages made, lost and founded.
    blood_target : targets move among the cells, in blood or in the medium of a dish.
    complexes : soluble immune complexes of a dish; None elsewhere.
    serum : complement there is, 1 in a body. early_components : C1q and C4 over those of health.
    toll : targets lost so far, in the order of FATES.
    born : table -> stages of the cells that division has made in this step.
    donated_il33 : IL-33 of transferred cells that carry a lectin, half-effect units.
    given : injected cytokines now, half-effect units, well mixed. given_complex : injected
        soluble complexes over their half effect on FcγRIII of dendritic cells.
    coated_red_cells : given, in blood, for each resident phagocyte. swallowed : those that it
        takes up in this step.
    basophils_own : activation of basophils but for drug-evoked IL-33. calm : what primed cells
        send to phagocytes, half-effect units. amyloid : pools, see `ivigabm.processes.amyloid`.
    is_local : antibody is injected into the target tissue.
    marrow : fold of the production of circulating targets that their shortage calls for.
    effector_ps : knowledge for the species whose Fcγ receptors effector cells show: numbers of
        copies and what a cell makes of them belong to one cell.
    traits : what sets this individual apart from the typical one.
    survived : False from the step on in which the target's function fell below what life needs.
    """

    zone: NDArray[np.int8]
    vessel: NDArray[np.bool_]
    niche_x: NDArray[np.int64]
    niche_y: NDArray[np.int64]
    niche: NDArray[np.bool_]
    target_site: NDArray[np.bool_]
    doors: tuple[NDArray[np.int64], NDArray[np.int64], int]
    shown: Array
    stimulating: Array
    sinus_x: NDArray[np.int64]
    sinus_y: NDArray[np.int64]
    allowed: dict[str, NDArray[np.bool_]]
    local_antibody: Array
    tables: dict[str, Table]
    own: Pools
    drug: Drug | None
    complexes: Suspended | None
    antigen: Antigen | None
    receptors: tuple[Receptor, ...]
    fields: Fields
    ports: Ports
    phagocytes: tuple["Phagocytes", ...]
    comparators: "Comparators"
    founding_b_cells: Array  # (stages, clones)
    leukocyte_receptors: Array  # copies, see `ivigabm.processes.blood_leukocytes`

    def __init__(self, resolved: Resolved, seed: int, ps: ParameterSet, draw: int = 0) -> None:
        scenario = resolved.scenario
        self.resolved = resolved
        self.ps = self.effector_ps = ps
        self.streams = Streams(seed)
        self.dt = scenario.step_hours / 24.0
        self.shape = (scenario.section.width, scenario.section.height)
        self.molecule_pitch = scenario.section.molecule_pitch
        self.step = 0  # steps since day 0; negative before it
        self.survived = True
        self.marrow = 1.0
        self.basophils_own = self.calm = self.given_complex = 0.0
        self.coated_red_cells = self.swallowed = 0.0
        self.born: dict[str, NDArray[np.int8]] = {}
        self.given = dict.fromkeys(GIVEN, 0.0)
        self.donated_il33 = 0.0
        self.amyloid = np.zeros(len(STATES))
        self.missing = nodes_of(resolved.absent) - nodes_of(resolved.added)
        self._present: dict[str, float] = {}  # what `present` has been asked for
        dish = scenario.dish
        self.body = Body(ps, self.present("FcRn"), dish.volume_ml * 1e-3 if dish else None)
        self.traits = Traits()
        if resolved.population and scenario.population is not None:
            self.traits = drawn(scenario.population, self.streams, ps, draw)
        self.body.catabolism = self.traits.catabolism
        self.serum = dish.serum if dish else 1.0
        self.early_components = 1.0
        self.free_antibody, self.free_clones = np.ones(0), np.ones(0)
        self.idiotypes = Idiotypes(())
        self.immunogen = np.zeros(2)
        self.shown, self.stimulating = np.zeros(self.shape), np.zeros(self.shape)
        self.tissue_ratio = self.quantity(scenario.target.tissue_ratio) if scenario.target else 1.0
        place = scenario.target.place if scenario.target else "tissue"
        self.blood_target = place in ("blood", "medium")
        self.sees_plasma = place != "tissue"
        self.is_local = any(antibody.route == "local" for antibody in scenario.antibody)
        self.toll = np.zeros(len(FATES))

    @property
    def contacts(self) -> "Contacts":
        return self.phagocytes[0].contacts

    @property
    def binding(self) -> "Binding":
        return self.phagocytes[0].binding

    @property
    def signalling(self) -> "Signalling":
        return self.phagocytes[0].signalling

    @property
    def receptor_ledger(self) -> Array:
        return self.phagocytes[0].ledger

    def quantity(self, value: float | str) -> float:
        """A number of the scenario, or the knowledge row that it names."""
        return self.ps[value] if isinstance(value, str) else float(value)

    def circulating_in_health(self) -> float:
        """Agents that production and senescence hold without disease; 0 for fixed targets.

        In blood, without those in organs. In a dish: those that are put into it.
        """
        target = self.resolved.scenario.target
        if target is None or not self.blood_target:
            return 0.0
        if target.place == "medium":
            return float(self.resolved.scenario.cells.target_cell)
        made = self.quantity(target.production) / target.count_per_agent
        return made / self.quantity(target.senescence)

    def organs(self) -> dict[str, float]:
        """Organs that circulating targets pass through -> cells there over those in blood."""
        target = self.resolved.scenario.target
        if target is None or target.place != "blood":
            return {}
        cells = {name: self.quantity(getattr(target.organs, name)) for name in ORGANS}
        gone = self.resolved.depleted
        return {name: n for name, n in cells.items() if n > 0.0 and name not in gone}

    def stimulus(self, name: str) -> float:
        """Level of a stimulus of a dish now, half-effect units; 0 before day 0."""
        dish = self.resolved.scenario.dish
        level = dish.stimulus.get(name, 0.0) if dish and self.step >= 0 else 0.0
        return level * self.unblocked(name)

    def unblocked(self, name: str) -> float:
        """Share of an added product that a blocking antibody leaves; a knock-out takes none."""
        return self.resolved.function.get(name, 1.0)

    def felt(self, name: str) -> Array:
        """What cells feel of a cytokine, half-effect units over the field mesh, with gifts."""
        level, given = self.fields[name], self.given[name]
        left = self.present(BY_RECEPTOR[name]) if name in BY_RECEPTOR else 1.0
        if given == 0.0 and left == 1.0:
            return level
        return np.asarray((level + given) * left)

    def held_levels(self) -> dict[str, float]:
        """Fields that a dish's stimulus holds at a level now."""
        levels = {field: self.stimulus(name) for name, field in HELD.items()}
        return {field: level for field, level in levels.items() if level > 0.0}

    def present(self, node: str) -> float:
        """Function left of a node: 0 when knocked out, less than 1 when blocked, else 1."""
        if node not in self._present:
            self._present[node] = self._left(node)
        return self._present[node]

    def _left(self, node: str) -> float:
        if node in self.missing:
            return 0.0
        left = 1.0
        for product, share in self.resolved.function.items():
            if node in nodes_of([product]):
                left *= share
        return left

    def fcgr_affinity(self, molecules: tuple[Molecule, ...]) -> Array:
        """Affinity of each molecule for each receptor here, per M, shape (molecules, receptors).

        Lectins do not bind the protein: what binds them comes by ports of their own.
        """
        position = self.resolved.hypothesis.get("glycan_affinity")
        table = np.zeros((len(molecules), len(self.receptors)))
        for i, m in enumerate(molecules):
            if m.has("fc"):
                table[i] = [
                    0.0
                    if receptor.role == LECTIN
                    else affinity(
                        m.species,
                        m.subclass,
                        m.glycoform,
                        self.resolved.scenario.receptor_species,
                        receptor.name,
                        position or m.species,
                    )
                    for receptor in self.receptors
                ]
        return table

    def attractant(self) -> Array:
        """What phagocytes walk up: chemokine, and C5a where they have its receptor."""
        c5a = self.fields["c5a"] / (1.0 + self.ports["anaphylatoxin_sink"][0])
        return np.asarray(self.fields["chemokine"] + c5a * self.present("C5aR"))

    def c1q_weight(self, molecule: Molecule) -> float:
        """How well a bound IgG takes part in binding C1q, by the species that it comes from."""
        row, ps = f"complement.c1q_weight_{molecule.subclass.lower()}", self.ps
        if molecule.species != self.resolved.scenario.species:
            ps = ParameterSet(molecule.species)
        return ps[row] if row in ps and molecule.has("n297_glycan") else 0.0

    def parcelled(self, pools: Pools) -> NDArray[np.int64]:
        """Pools whose tissue content is held by parcels in the section."""
        if pools is self.own:
            return self.antigen.pools if self.antigen else np.zeros(0, np.int64)
        return np.arange(len(pools.tissue))

    def total_igg(self) -> float:
        """Plasma IgG as FcRn sees it (g/L of 150 kg/mol), the drug included."""
        return self.own.igg() + (self.drug.pools.igg() if self.drug else 0.0)

    def mean_at_target(self, pools: Pools) -> Array:
        """Mean concentration of each pool where effector cells meet targets, mol/L."""
        if self.sees_plasma:
            return pools.plasma_molar()
        mean = pools.tissue_molar() * self.tissue_ratio
        return mean + self.injected_here() if self.is_local and pools is self.own else mean

    def at_target(self, pools: Pools, local: Array) -> Array:
        """Local concentration where effector cells meet targets, mol/L, shape of `local`.

        Blood is well mixed: there it is that of plasma everywhere.
        """
        if self.sees_plasma:
            return np.broadcast_to(pools.plasma_molar()[:, None, None], local.shape)
        seen = local * self.tissue_ratio
        if self.is_local and pools is self.own:
            seen = seen + self.injected_here()[:, None, None]
        return seen

    def injected_here(self) -> Array:
        """What was injected into the target tissue and is still there, mol/L, shape (pools,)."""
        return np.asarray(self.own.depot * 1e-9 / (self.own.volume * self.ps["tissue.local_share"]))

    def antibody_at_target(self) -> Array:
        """Local total pathogenic antibody, mol/L, shape (antibodies, molecule mesh)."""
        assert self.antigen is not None
        pools, local = self.antigen.pools, self.local_antibody
        if self.sees_plasma or self.is_local:
            return np.asarray(self.at_target(self.own, local)[pools])
        return np.asarray(local[pools] * self.tissue_ratio)
