"""Measures of cells: how many of a kind where, their activation and division.

Makers as in `ivigabm.probes`, which registers them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.dish_probes import divided
from ivigabm.errors import NotExpressible, unknown
from ivigabm.processes.b_lineage import (
    ACTIVATED,
    NAIVE,
    PLASMA_LONG,
    PLASMA_SHORT,
    STAGES,
    BLineage,
)
from ivigabm.processes.phagocytes import ARMED
from ivigabm.processes.polarisation import TH17
from ivigabm.processes.t_cells import EFFECTOR, TREG
from ivigabm.processes.world import COLUMNS, ORGANS

if TYPE_CHECKING:
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Probe = Callable[["World"], float]
Words = tuple[str, ...]

WITH_RECEPTOR = (NAIVE, ACTIVATED)  # stages of B cells that carry it on the surface
DIVIDING = ("b_cell", "t_cell")
PLACES = ("blood", *ORGANS)  # of a circulating cell, by the code that it bears
NICHE = ("spleen", "lymph_node")  # the lymphoid niche of the section stands for either
_PARTS = {"host_row", "amount_nmol"}  # a table with one of these columns holds no cells
_RESIDENT = {kind.name for kind in ARMED}  # of the organ, not of its niche


def mean(values: NDArray[np.float64]) -> float:
    """Mean of the values; undefined over none."""
    return float(np.mean(values)) if len(values) else float("nan")


@dataclass(frozen=True)
class Kind:
    """Rows of a table: all that live, or those in some stages, or at one place.

    home : where the model has them. place : the only one of these that is meant; empty: all.
    """

    table: str
    stages: tuple[int, ...]
    home: Words
    place: str = ""
    programme: int | None = None  # of effector T cells, the only one that is meant

    def rows(self, world: "World") -> NDArray[np.bool_]:
        """Which rows of the table are meant, shape (rows,)."""
        table = world.tables[self.table]
        found = table["alive"]
        if self.stages:
            found = found & np.isin(table["stage"], self.stages)
        if self.programme is not None:
            found = found & (table["programme"] == self.programme)
        if not self.place:
            return found
        if "place" in table:  # blood or an organ that it passes through
            return np.asarray(found & (table["place"] == PLACES.index(self.place)))
        sites = world.target_site if self.place == "tissue" else world.niche
        return np.asarray(found & sites[table["x"], table["y"]])


def kinds_of(scenario: "Scenario") -> dict[str, Kind]:
    """Cell kinds that can be followed, by their words."""
    blood = scenario.target is not None and scenario.target.place == "blood"
    organ: Words = ("spleen",) if blood else ("tissue",)
    if scenario.dish is not None:  # one place
        organ = ()
    kinds = {
        name: Kind(name, (), organ if name in _RESIDENT or scenario.dish else ("spleen",))
        for name, columns in COLUMNS.items()
        if not _PARTS & set(columns)
    }
    kinds |= {name: Kind("b_cell", (code,), ("spleen",)) for code, name in enumerate(STAGES)}
    kinds["plasma_cell"] = Kind("b_cell", (PLASMA_SHORT, PLASMA_LONG), ("spleen",))
    walked = ("tissue", *NICHE) if scenario.dish is None else ()
    kinds["t_effector"] = Kind("t_cell", (EFFECTOR,), walked)
    kinds["th17"] = Kind("t_cell", (EFFECTOR,), walked, programme=TH17)
    kinds["treg"] = Kind("t_cell", (TREG,), walked)
    kinds["t_cell"] = Kind("t_cell", (), walked)
    kinds["target_cell"] = Kind(
        "target_cell", (), ("blood", *_passed(scenario)) if blood else organ
    )
    if scenario.target is not None:
        kinds[scenario.target.kind] = kinds["target_cell"]
    return kinds


def _passed(scenario: "Scenario") -> Words:
    """Organs that the circulating targets of a scenario pass through."""
    assert scenario.target is not None
    cells = {name: getattr(scenario.target.organs, name) for name in ORGANS}
    return tuple(name for name, number in cells.items() if number)


def followed(what: str, name: str, place: Words, scenario: "Scenario") -> Kind:
    """A cell kind that is followed at that place."""
    kinds = kinds_of(scenario)
    if name not in kinds:
        raise unknown(f"{what}: cell kind", name, kinds, NotExpressible)
    found = kinds[name]
    if place and place[0] not in found.home:
        where = f"in {', '.join(found.home)} only" if found.home else "in all places together"
        raise NotExpressible(
            f"{what}: in scenario '{scenario.name}' the model follows {name} {where}, "
            f"found '{place[0]}'"
        )
    if not place or len(found.home) == 1:
        return found
    return replace(found, place=place[0])


def _cells(which: Words, scenario: "Scenario") -> Probe:
    """Living cells of a kind, agents of the section."""
    kind = followed("cells", which[0], which[1:], scenario)
    return lambda world: float(np.count_nonzero(kind.rows(world)))


def _share_of(which: Words, scenario: "Scenario") -> Probe:
    """Cells of the first kind over those of the second."""
    part, whole = (followed("share_of", name, (), scenario) for name in which)

    def read(world: "World") -> float:
        number = np.count_nonzero(whole.rows(world))
        return float(np.count_nonzero(part.rows(world)) / number) if number else float("nan")

    return read


def _activation(which: Words, scenario: "Scenario") -> Probe:
    """Mean activation of the living cells of a kind, 0 to 1.

    Of dendritic cells it is their maturity; of B cells what drives their activation and division,
    as inhibitors leave it: 1 in a body whose clone meets its antigen. Of basophils with what all
    of them follow alike.
    """
    readers: dict[str, Probe] = {}
    for name, kind in kinds_of(scenario).items():
        for column in ("activation", "maturity"):
            if column in COLUMNS[kind.table]:
                readers[name] = partial(_mean_of, column, kind)
        if kind.table == "b_cell" and not kind.stages:
            readers[name] = partial(_drive, replace(kind, stages=WITH_RECEPTOR))
    if which[0] not in readers:
        raise unknown("activation: cell kind", which[0], readers, NotExpressible)
    return readers[which[0]]


def _mean_of(column: str, kind: Kind, world: "World") -> float:
    found = mean(world.tables[kind.table][column][kind.rows(world)])
    return found + world.basophils_own if kind.table == "basophil" else found


def _drive(kind: Kind, world: "World") -> float:
    if not kind.rows(world).any():
        return float("nan")
    return BLineage.receptor_signal(world) if world.body.closed else BLineage.drive(world)


def _proliferation(which: Words, scenario: "Scenario") -> Probe:
    """Divisions per living cell of a kind and day; in a dish, as `dish_probes` says."""
    if scenario.dish is not None:
        return divided(which, scenario)
    kinds = {name: kind for name, kind in kinds_of(scenario).items() if kind.table in DIVIDING}
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


CELL_MAKERS: tuple[tuple[str, int, int, Callable[[Words, "Scenario"], Probe]], ...] = (
    ("cells", 1, 2, _cells),
    ("share_of", 2, 2, _share_of),
    ("activation", 1, 1, _activation),
    ("proliferation", 1, 1, _proliferation),
)
