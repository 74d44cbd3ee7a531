"""One individual as objects, and a step phase by phase."""

from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid

from ivigabm.build import active_mechanisms
from ivigabm.engine.columns import Table
from ivigabm.processes.amyloid import Amyloid
from ivigabm.processes.b_lineage import BLineage
from ivigabm.processes.blood_leukocytes import BloodLeukocytes
from ivigabm.processes.circulation import Circulation
from ivigabm.processes.complement import Complement
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.dendritic import Dendritic
from ivigabm.processes.dosing import Plasma
from ivigabm.processes.neutrophils import Neutrophils
from ivigabm.processes.opsonization import Opsonization
from ivigabm.processes.sensing import Sensing
from ivigabm.processes.suspension import Suspension
from ivigabm.processes.t_cells import TCells
from ivigabm.processes.tissue import Tissue
from ivigabm.processes.transport import Transport
from ivigabm.processes.world import COLUMNS, World
from reference import (
    adaptive,
    b_cells,
    contacts,
    docking,
    neutrophils,
    ports,
    response,
    sensing,
    targets,
    walk,
)
from reference.agents import KINDS

HOSTS = {
    "fcg_receptor": "macrophage", "neutrophil_receptor": "neutrophil", "nk_receptor": "nk_cell",
}  # fmt: skip
IDENTITY = {"id", "alive", "x", "y", "host_row"}  # columns that an object is or is asked for


class Individual(mesa.Model):
    """Agents as objects, made from the tables of a world.

    The world stays on as the holder of what is shared: pools, fields, ports, the drug and the
    clock. Its tables are emptied, so that no rule can read them by mistake.

    Attributes
    ----------
    kinds : living agents by kind, in birth order.
    constants : the package's processes, asked only for numbers they worked out when made.
    contacts : who touches whom in this step, by kind of phagocyte.
    linked_by_complexes : receptors that soluble complexes cross-link, by kind of phagocyte.
    antibody_scale : nmol/day of each antibody that a unit of secretion stands for.
    """

    def __init__(self, world: World) -> None:
        super().__init__(seed=0)  # of Mesa's own generator, which no rule reads
        self.world = world
        self.constants = _constants(world)
        self.mechanisms = active_mechanisms(world.resolved)
        self.grid = OrthogonalMooreGrid(world.shape, torus=True, random=self.random)
        self._columns = {
            kind: {n: (table[n].dtype, table[n].shape[1:]) for n in table.names if n != "alive"}
            for kind, table in world.tables.items()
        }
        self.kinds: dict[str, list[Any]] = {}
        for kind in KINDS:
            self.kinds[kind] = self._objects(kind)
        world.tables = {kind: Table(kind, table.code, COLUMNS[kind])
                        for kind, table in world.tables.items()}  # fmt: skip
        self.contacts: dict[str, list[contacts.Contact]] = {}
        self.linked_by_complexes: dict[str, list[float]] = {}
        self.antibody_scale = np.zeros(0)

    def _objects(self, kind: str) -> list[Any]:
        """An object for each living row of a table."""
        table = self.world.tables[kind]
        if kind in HOSTS:
            rows = np.flatnonzero(self.world.tables[HOSTS[kind]]["alive"]).tolist()
            hosts = dict(zip(rows, self.kinds[HOSTS[kind]], strict=True))
            places = [hosts.get(row) for row in table["host_row"].tolist()]
        else:
            sites = zip(table["x"].tolist(), table["y"].tolist(), strict=True)
            places = [self.grid[site] for site in sites]
        names = [name for name in table.names if name not in IDENTITY]
        columns = zip(*(table[name].tolist() for name in names), strict=True)
        rows = zip(table["id"].tolist(), table["alive"].tolist(), places, columns, strict=True)
        return [
            KINDS[kind](self, number, place, **dict(zip(names, state, strict=True)))
            for number, alive, place, state in rows
            if alive
        ]

    def bury(self, kind: str) -> None:
        """Take the dead of a kind out of the model."""
        dead = [agent for agent in self.kinds[kind] if not agent.alive]
        for agent in dead:
            agent.remove()
        if dead:
            self.kinds[kind] = [agent for agent in self.kinds[kind] if agent.alive]

    def advance(self) -> None:
        """All phases of a step, in order; the clock is the caller's."""
        self.constants.plasma.advance(self.world)
        walk.everyone(self)
        ports.write(self)
        contacts.meet(self)
        docking.bind(self)
        response.signal(self)
        docking.express(self)
        self.constants.blood_leukocytes.advance(self.world)  # of a pool: not written twice
        sensing.sense(self)
        adaptive.educate(self)
        adaptive.meet_amyloid(self)
        response.eat(self)
        targets.fix_complement(self)
        sensing.secrete_cytokines(self)
        b_cells.live(self)
        adaptive.live(self)
        neutrophils.live(self)
        targets.perish(self)
        targets.circulate(self)
        targets.opsonise(self)
        targets.damage_and_repair(self)

    def snapshot(self) -> dict[str, dict[str, np.ndarray]]:
        """The living as columns: one array per kind and column, in birth order."""
        host = {id(m): row for kind in HOSTS.values() for row, m in enumerate(self.kinds[kind])}
        said_otherwise = {
            "id": lambda agent: agent.unique_id,
            "host_row": lambda agent: host[id(agent.host)],
        }
        return {
            kind: {
                name: np.array(
                    [said_otherwise.get(name, attrgetter(name))(a) for a in self.kinds[kind]],
                    dtype,
                ).reshape(-1, *shape)
                for name, (dtype, shape) in columns.items()
            }
            for kind, columns in self._columns.items()
        }


def _constants(world: World) -> SimpleNamespace:
    return SimpleNamespace(
        plasma=Plasma(world),
        transport=Transport(world),
        blood_leukocytes=BloodLeukocytes(world),
        sensing=Sensing(world),
        dendritic=Dendritic(world),
        amyloid=Amyloid(world),
        neutrophils=Neutrophils(world),
        complement=Complement(world),
        cytokines=Cytokines(world),
        b_lineage=BLineage(world),
        t_cells=TCells(world),
        suspension=Suspension(world),
        circulation=Circulation(world),
        opsonization=Opsonization(world),
        tissue=Tissue(world),
    )
