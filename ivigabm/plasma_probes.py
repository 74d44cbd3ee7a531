"""Measures of what is dissolved: cytokines of the section, immunoglobulins of plasma and target.

Makers as in `ivigabm.probes`, which registers them.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.cell_probes import mean
from ivigabm.errors import NotExpressible, unknown
from ivigabm.processes.cytokines import NAMES as FIELDS
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.secretome import HELD

if TYPE_CHECKING:
    from ivigabm.processes.plasma import Pools
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Probe = Callable[["World"], float]
Words = tuple[str, ...]

OTHERWISE = "_own"  # of a cytokine, what the drug's sensor cells have no part in
MILLIGRAMS = 1e-3  # of 1 nmol of 1 kg/mol
SUBSTANCES = ("antibody", "preparation", "total_igg", "IgM")


def _plain(name: str) -> str:
    """`IL-4` and `il4` alike."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _cytokine(which: Words, scenario: "Scenario") -> Probe:
    """Mean level in the section that antibody leaves free, in units of its half effect."""
    fields = {_plain(name): name for name in FIELDS if not name.endswith(OTHERWISE)}
    if _plain(which[0]) in HELD:
        return HELD[_plain(which[0])]
    if _plain(which[0]) not in fields:
        raise unknown("cytokine", which[0], {*fields, *HELD}, NotExpressible)
    name = fields[_plain(which[0])]
    parts = [part for part in (name, name + OTHERWISE) if part in FIELDS]

    def read(world: "World") -> float:
        level = sum(float(np.mean(world.fields[p])) + world.given.get(p, 0.0) for p in parts)
        return level / (1.0 + Cytokines.sink(world, name))

    return read


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


def _plasma_pool(which: Words, scenario: "Scenario") -> Probe:
    """Amount in plasma, mg/kg."""
    name = _substance("plasma_pool", which)

    def read(world: "World") -> float:
        return _milligrams_per_kg("plasma", name, world)

    return read


def _catabolised(which: Words, scenario: "Scenario") -> Probe:
    """Amount lost from the body since the start, mg/kg."""
    name = _substance("catabolised", which)

    def read(world: "World") -> float:
        return _milligrams_per_kg("cleared", name, world)

    return read


def _antibody_serum(which: Words, scenario: "Scenario") -> Probe:
    """Pathogenic antibody in plasma, free or not, ug/mL."""
    read = _plasma(("antibody",), scenario)
    return lambda world: 1e3 * read(world)


def _antibody_bound(which: Words, scenario: "Scenario") -> Probe:
    """Antibody on the living targets, copies per um2."""
    target = scenario.target
    kinds = ["target_cell", target.kind] if target else []
    if not kinds or (which and which[0] not in kinds):
        name = which[0] if which else "target"
        raise unknown("antibody_bound: cell with bound antibody", name, kinds, NotExpressible)

    def read(world: "World") -> float:
        table = world.tables["target_cell"]
        return mean(np.sum(table["opsonin"][table["alive"]], axis=1))

    return read


PLASMA_MAKERS: tuple[tuple[str, int, int, Callable[[Words, "Scenario"], Probe]], ...] = (
    ("cytokine", 1, 1, _cytokine),
    ("plasma", 1, 1, _plasma),
    ("plasma_pool", 1, 1, _plasma_pool),
    ("catabolised", 1, 1, _catabolised),
    ("antibody_serum", 0, 0, _antibody_serum),
    ("antibody_bound", 0, 1, _antibody_bound),
)
