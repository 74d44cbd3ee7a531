"""Measures of Fcγ receptors: copies, what holds them, and what a cell binds.

Makers as in `ivigabm.probes`, which registers them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.cell_probes import followed
from ivigabm.errors import NotExpressible, unknown
from ivigabm.knowledge import generic
from ivigabm.processes.blood_leukocytes import LINEAGES, receptors_in_blood
from ivigabm.processes.phagocytes import ARMED, copies_shown

if TYPE_CHECKING:
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Probe = Callable[["World"], float]
Words = tuple[str, ...]

_RECEPTOR_TABLES = {kind.name: kind.receptors for kind in ARMED}
_HOSTS = {kind.receptors: kind.name for kind in ARMED}


def _receptors(what: str, which: Words, scenario: "Scenario") -> tuple[str, str]:
    """Receptor, with or without allele, and the table that holds it."""
    name, kind = which[0], which[1] if len(which) > 1 else "macrophage"
    followed(what, kind, which[2:], scenario)
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


def _in_blood(which: Words, scenario: "Scenario") -> bool:
    """Whether the receptors of leukocytes of the blood are meant: their only place, or named."""
    kind, place = (*which[1:], "", "")[:2]
    if kind not in LINEAGES or scenario.dish is not None:
        return False
    return place == "blood" or (not place and kind not in _RECEPTOR_TABLES)


def _fcgr_in_blood(name: str, kind: str, scenario: "Scenario") -> Probe:
    """Copies per leukocyte of the blood, over alleles."""
    shown = receptors_in_blood(scenario)
    genes = {generic(receptor) for receptor, copies in shown[kind].items() if copies > 0.0}
    names = [(cell, receptor) for cell, copies in shown.items() for receptor in copies]
    meant = [cell == kind and name in (r, generic(r)) for cell, r in names]
    if generic(name) not in genes or not any(meant):
        raise unknown(f"fcgr: receptor of the {kind}", name, genes, NotExpressible)
    places = np.flatnonzero(meant)
    return lambda world: float(np.sum(world.leukocyte_receptors[places]))


def _fcgr(which: Words, scenario: "Scenario") -> Probe:
    """Copies per cell."""
    if _in_blood(which, scenario):
        return _fcgr_in_blood(which[0], which[1], scenario)
    if len(which) > 1 and which[1] in LINEAGES and which[1] not in _RECEPTOR_TABLES:
        where = which[2] if len(which) > 2 else "a dish"
        raise NotExpressible(
            f"fcgr: the model has those of the {which[1]} in blood, not in {where}"
        )
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


def _occupancy(which: Words, scenario: "Scenario") -> Probe:
    """Share of the copies that soluble IgG holds."""
    name, kind = _receptors("occupancy", which, scenario)

    def read(world: "World") -> float:
        held, copies = _held(world, name, kind)
        return held / copies if copies > 0.0 else float("nan")

    return read


def _binding(which: Words, scenario: "Scenario") -> Probe:
    """Copies of a cell that soluble IgG holds; none without the receptor."""
    name, kind = _receptors("binding", which, scenario)

    def read(world: "World") -> float:
        hosts = world.tables[_HOSTS[kind]].living
        return _held(world, name, kind)[0] / hosts if hosts else float("nan")

    return read


RECEPTOR_MAKERS: tuple[tuple[str, int, int, Callable[[Words, "Scenario"], Probe]], ...] = (
    ("fcgr", 1, 3, _fcgr),
    ("occupancy", 1, 2, _occupancy),
    ("binding", 1, 2, _binding),
)
