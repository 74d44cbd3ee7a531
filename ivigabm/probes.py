"""Measures that are read off a world only when somebody asks: `fcgr[FcgRIIB, macrophage]`.

A probe is a word of the evidence language with what it is about in brackets. Each has a maker
here that checks the words against scenario and model and gives a function of the world. What
the model does not have is refused, never faked. A mean over nobody is NaN: it is undefined.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.dish_probes import DISH_MAKERS
from ivigabm.errors import InputError, NotExpressible, unknown
from ivigabm.knowledge import generic
from ivigabm.processes.b_lineage import PLASMA_LONG, PLASMA_SHORT, STAGES
from ivigabm.processes.cytokines import NAMES as FIELDS
from ivigabm.processes.phagocytes import ARMED, copies_shown
from ivigabm.processes.t_cells import EFFECTOR, TREG
from ivigabm.processes.world import COLUMNS
from ivigabm.systemic_probes import SYSTEMIC_MAKERS

if TYPE_CHECKING:
    from ivigabm.processes.plasma import Pools
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Probe = Callable[["World"], float]
Words = tuple[str, ...]
Maker = Callable[[Words, "Scenario"], Probe]

DIVIDING = ("b_cell", "t_cell")
OTHERWISE = "_own"  # of a cytokine, what the drug's sensor cells have no part in
MILLIGRAMS = 1e-3  # of 1 nmol of 1 kg/mol
SUBSTANCES = ("antibody", "preparation", "total_igg", "IgM")
_PARTS = {"host_row", "amount_nmol"}  # a table with one of these columns holds no cells
_RECEPTOR_TABLES = {kind.name: kind.receptors for kind in ARMED}
_HOSTS = {kind.receptors: kind.name for kind in ARMED}
_RESIDENT = {kind.name for kind in ARMED}  # of the organ, not of its niche
_FORM = re.compile(r"(?P<word>\w+)\s*(\[(?P<which>[^\[\]]*)\])?")

MAKERS: dict[str, Maker] = {}


def split(text: str) -> tuple[str, Words]:
    """`fcgr[FcgRIIB, macrophage]` as a word and the words in its brackets.

    Raises
    ------
    InputError : the text does not read so.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise InputError(f"measure '{text}' cannot be read; expected WORD or WORD[NAME, NAME]")
    if match["which"] is None:
        return match["word"], ()
    which = tuple(part.strip() for part in match["which"].split(","))
    if not all(which):
        raise InputError(f"measure '{text}': an empty name in the brackets")
    return match["word"], which


def join(word: str, which: Iterable[str]) -> str:
    """The canonical spelling of a measure."""
    inside = ", ".join(which)
    return f"{word}[{inside}]" if inside else word


def canonical(text: str) -> str:
    """A measure as tables of observations name it."""
    return join(*split(text))


def probe(text: str, scenario: "Scenario") -> Probe:
    """The function that reads a measure off a world of this scenario.

    Raises
    ------
    NotExpressible : no such measure, or the scenario or the model has nothing that it names.
    """
    word, which = split(text)
    if word not in MAKERS:
        raise unknown("measure", word, MAKERS, NotExpressible)
    return MAKERS[word](which, scenario)


def _maker(word: str, fewest: int, most: int) -> Callable[[Maker], Maker]:
    """Register a maker under its word; it takes `fewest` to `most` names in the brackets."""

    def register(maker: Maker) -> Maker:
        def checked(which: Words, scenario: "Scenario") -> Probe:
            if not fewest <= len(which) <= most:
                wanted = str(most) if fewest == most else f"{fewest} to {most}"
                found = join(word, which)
                raise InputError(f"measure '{found}': {wanted} names in the brackets are expected")
            return maker(which, scenario)

        MAKERS[word] = checked
        return maker

    return register


for _word, _names, _make in (*DISH_MAKERS, *SYSTEMIC_MAKERS):
    _maker(_word, _names, _names)(_make)


def _plain(name: str) -> str:
    """`IL-4` and `il4` alike."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


# -- cells --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Kind:
    """Rows of a table: all that live, or those in some stages. `home`: where the model has them."""

    table: str
    stages: tuple[int, ...]
    home: Words

    def rows(self, world: "World") -> NDArray[np.bool_]:
        table = world.tables[self.table]
        alive = table["alive"]
        return alive & np.isin(table["stage"], self.stages) if self.stages else alive


def _kinds(scenario: "Scenario") -> dict[str, _Kind]:
    """Cell kinds that can be followed, by their words."""
    blood = scenario.target is not None and scenario.target.place == "blood"
    organ: Words = ("spleen",) if blood else ("tissue",)
    if scenario.dish is not None:  # one place
        organ = ()
    kinds = {
        name: _Kind(name, (), organ if name in _RESIDENT or scenario.dish else ("spleen",))
        for name, columns in COLUMNS.items()
        if not _PARTS & set(columns)
    }
    kinds |= {name: _Kind("b_cell", (code,), ("spleen",)) for code, name in enumerate(STAGES)}
    kinds["plasma_cell"] = _Kind("b_cell", (PLASMA_SHORT, PLASMA_LONG), ("spleen",))
    kinds["t_effector"] = _Kind("t_cell", (EFFECTOR,), ())
    kinds["treg"] = _Kind("t_cell", (TREG,), ())
    kinds["t_cell"] = _Kind("t_cell", (), ())
    kinds["target_cell"] = _Kind("target_cell", (), ("blood",) if blood else organ)
    if scenario.target is not None:
        kinds[scenario.target.kind] = kinds["target_cell"]
    return kinds


def _kind(what: str, name: str, place: Words, scenario: "Scenario") -> _Kind:
    """A cell kind that is followed at that place."""
    kinds = _kinds(scenario)
    if name not in kinds:
        raise unknown(f"{what}: cell kind", name, kinds, NotExpressible)
    found = kinds[name]
    if place and place[0] not in found.home:
        where = f"in {found.home[0]} only" if found.home else "in all places together"
        raise NotExpressible(
            f"{what}: in scenario '{scenario.name}' the model follows {name} {where}, "
            f"found '{place[0]}'"
        )
    return found


@_maker("cells", 1, 2)
def _cells(which: Words, scenario: "Scenario") -> Probe:
    """Living cells of a kind, agents of the section."""
    kind = _kind("cells", which[0], which[1:], scenario)
    return lambda world: float(np.count_nonzero(kind.rows(world)))


@_maker("share_of", 2, 2)
def _share_of(which: Words, scenario: "Scenario") -> Probe:
    """Cells of the first kind over those of the second."""
    part, whole = (_kind("share_of", name, (), scenario) for name in which)

    def read(world: "World") -> float:
        number = np.count_nonzero(whole.rows(world))
        return float(np.count_nonzero(part.rows(world)) / number) if number else float("nan")

    return read


@_maker("activation", 1, 1)
def _activation(which: Words, scenario: "Scenario") -> Probe:
    """Mean activation of the living cells of a kind, 0 to 1."""
    kinds = _kinds(scenario)
    able = {name for name, kind in kinds.items() if "activation" in COLUMNS[kind.table]}
    if which[0] not in able:
        raise unknown("activation: cell kind", which[0], able, NotExpressible)
    kind = kinds[which[0]]
    return lambda world: _mean(world.tables[kind.table]["activation"][kind.rows(world)])


@_maker("proliferation", 1, 1)
def _proliferation(which: Words, scenario: "Scenario") -> Probe:
    """Divisions per living cell of a kind and day."""
    kinds = {name: kind for name, kind in _kinds(scenario).items() if kind.table in DIVIDING}
    if which[0] not in kinds:
        raise unknown("proliferation: cell kind", which[0], kinds, NotExpressible)
    kind = kinds[which[0]]

    def read(world: "World") -> float:
        born, living = world.born.get(kind.table), np.count_nonzero(kind.rows(world))
        if born is None or living == 0:
            return 0.0 if living else float("nan")
        daughters = np.isin(born, kind.stages) if kind.stages else np.ones(len(born), bool)
        return float(np.count_nonzero(daughters) / living / world.dt)

    return read


# -- Fcγ receptors ------------------------------------------------------------------------------


def _receptors(what: str, which: Words, scenario: "Scenario") -> tuple[str, str]:
    """Receptor, with or without allele, and the table that holds it."""
    name, kind = which[0], which[1] if len(which) > 1 else "macrophage"
    _kind(what, kind, which[2:], scenario)
    if kind not in _RECEPTOR_TABLES:
        raise unknown(f"{what}: cell kind with receptors", kind, _RECEPTOR_TABLES, NotExpressible)
    copies = copies_shown(kind, scenario)
    shown = [receptor for receptor, number in copies.items() if number > 0.0]
    if name not in shown and name not in {generic(receptor) for receptor in shown}:
        genes = {generic(receptor) for receptor in shown}
        raise unknown(f"{what}: receptor of the {kind}", name, genes, NotExpressible)
    return name, _RECEPTOR_TABLES[kind]


def _of(world: "World", name: str, table: str) -> NDArray[np.bool_]:
    """Rows of a receptor table that are this receptor, any allele."""
    named = np.array([name in (r.name, generic(r.name)) for r in world.receptors])
    rows = world.tables[table]
    return np.asarray(named[rows["receptor"]] & rows["alive"])


@_maker("fcgr", 1, 3)
def _fcgr(which: Words, scenario: "Scenario") -> Probe:
    """Copies per cell."""
    name, kind = _receptors("fcgr", which, scenario)

    def read(world: "World") -> float:
        table = world.tables[kind]
        rows = _of(world, name, kind)
        hosts = len(np.unique(table["host_row"][rows]))
        return float(np.sum(table["copies"][rows])) / hosts if hosts else float("nan")

    return read


def _held(world: "World", name: str, kind: str) -> tuple[float, float]:
    """Copies that soluble IgG holds, as monomer or in complexes, and all copies."""
    table = world.tables[kind]
    rows = _of(world, name, kind)
    copies = table["copies"][rows]
    held = copies * (table["occupied_monomer"][rows] + table["occupied_complex"][rows])
    return float(np.sum(held)), float(np.sum(copies))


@_maker("occupancy", 1, 2)
def _occupancy(which: Words, scenario: "Scenario") -> Probe:
    """Share of the copies that soluble IgG holds."""
    name, kind = _receptors("occupancy", which, scenario)

    def read(world: "World") -> float:
        held, copies = _held(world, name, kind)
        return held / copies if copies > 0.0 else float("nan")

    return read


@_maker("binding", 1, 2)
def _binding(which: Words, scenario: "Scenario") -> Probe:
    """Copies of a cell that soluble IgG holds; none without the receptor."""
    name, kind = _receptors("binding", which, scenario)

    def read(world: "World") -> float:
        hosts = world.tables[_HOSTS[kind]].living
        return _held(world, name, kind)[0] / hosts if hosts else float("nan")

    return read


# -- cytokines ----------------------------------------------------------------------------------


@_maker("cytokine", 1, 1)
def _cytokine(which: Words, scenario: "Scenario") -> Probe:
    """Mean level in the section, in units of its half effect."""
    fields = {_plain(name): name for name in FIELDS if not name.endswith(OTHERWISE)}
    if _plain(which[0]) not in fields:
        raise unknown("cytokine", which[0], fields, NotExpressible)
    name = fields[_plain(which[0])]
    parts = [part for part in (name, name + OTHERWISE) if part in FIELDS]

    def read(world: "World") -> float:
        return sum(float(np.mean(world.fields[p])) + world.given.get(p, 0.0) for p in parts)

    return read


# -- immunoglobulins in plasma ------------------------------------------------------------------


def _pools(name: str, world: "World") -> "list[tuple[Pools, NDArray[np.bool_]]]":
    """The pools that are this substance, with a mask each."""
    own, drug = world.own, world.drug.pools if world.drug else None
    if name == "antibody":
        mine = np.zeros(len(own.molecules), bool)
        if world.antigen is not None:
            mine[world.antigen.pools] = True
        return [(own, mine)]
    if name == "preparation":
        return [(drug, np.ones(len(drug.molecules), bool))] if drug else []
    wanted = name == "IgM"
    both = [own, drug] if drug else [own]
    return [(pools, np.array([m.is_igm == wanted for m in pools.molecules])) for pools in both]


def _substance(what: str, which: Words) -> str:
    if which[0] not in SUBSTANCES:
        raise unknown(what, which[0], SUBSTANCES, NotExpressible)
    return which[0]


@_maker("plasma", 1, 1)
def _plasma(which: Words, scenario: "Scenario") -> Probe:
    """Concentration of antibody, preparation, total_igg or IgM, g/L."""
    name = _substance("plasma", which)

    def read(world: "World") -> float:
        return sum(float(np.sum(p.grams_per_litre()[mask])) for p, mask in _pools(name, world))

    return read


def _milligrams_per_kg(amount: str, name: str, world: "World") -> float:
    """One of the pools' amounts (`plasma`, `cleared`) of a substance, mg/kg."""
    masses = [
        float(np.sum((getattr(pools, amount) * pools.molar_mass)[mask]))
        for pools, mask in _pools(name, world)
    ]
    return sum(masses) * MILLIGRAMS / world.body.mass


@_maker("plasma_pool", 1, 1)
def _plasma_pool(which: Words, scenario: "Scenario") -> Probe:
    """Amount in plasma, mg/kg."""
    name = _substance("plasma_pool", which)

    def read(world: "World") -> float:
        return _milligrams_per_kg("plasma", name, world)

    return read


@_maker("catabolised", 1, 1)
def _catabolised(which: Words, scenario: "Scenario") -> Probe:
    """Amount lost from the body since the start, mg/kg."""
    name = _substance("catabolised", which)

    def read(world: "World") -> float:
        return _milligrams_per_kg("cleared", name, world)

    return read


@_maker("antibody_serum", 0, 0)
def _antibody_serum(which: Words, scenario: "Scenario") -> Probe:
    """Pathogenic antibody in plasma, free or not, ug/mL."""
    read = _plasma(("antibody",), scenario)
    return lambda world: 1e3 * read(world)


@_maker("antibody_bound", 0, 1)
def _antibody_bound(which: Words, scenario: "Scenario") -> Probe:
    """Antibody on the living targets, copies per um2."""
    target = scenario.target
    kinds = ["target_cell", target.kind] if target else []
    if not kinds or (which and which[0] not in kinds):
        name = which[0] if which else "target"
        raise unknown("antibody_bound: cell with bound antibody", name, kinds, NotExpressible)

    def read(world: "World") -> float:
        table = world.tables["target_cell"]
        return _mean(np.sum(table["opsonin"][table["alive"]], axis=1))

    return read
