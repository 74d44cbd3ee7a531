"""Movement: IgG parcels diffuse, cells walk, and what a cell sees of the parcels.

In an hour an IgG diffuses hundreds of micrometres, so a cell sees the step-averaged local
concentration, not the parcels that happen to share its site. Parcels jump by the displacement
of that diffusion (a uniform square with its variance); their amounts are put on a mesh and
smoothed with the time-averaged heat kernel. The total is kept.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import Table
from ivigabm.engine.diffusion import Smoother
from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.engine.streams import bounded, purpose, unit
from ivigabm.processes.plasma import Pools

if TYPE_CHECKING:
    from ivigabm.processes.world import World

WALK_PARCEL = purpose("transport: parcel displacement")
WALK_CELL = purpose("transport: cell step")

HOURS_PER_DAY = 24.0
SECONDS_PER_DAY = 86400.0


@kernel
def walk_parcels(words, n, reach, x, y, width, height):
    """Move each parcel by -reach..reach sites along both axes of the torus."""
    span = np.uint64(2 * reach + 1)
    for row in range(n):
        i = x[row] + bounded(words[row, 0], span) - reach
        j = y[row] + bounded(words[row, 1], span) - reach
        x[row] = i + width if i < 0 else (i - width if i >= width else i)
        y[row] = j + height if j < 0 else (j - height if j >= height else j)


@kernel
def exchange_parcels(pool, amount, x, y, n, vessel, stay, inflow, at_vessel, total):
    """Each parcel keeps its share; what flows in goes to the parcels at vessels.

    Where a pool has no parcel at a vessel, all its parcels share the inflow. `at_vessel` is
    scratch; `total` receives the sum of each pool's parcels, in row order.
    """
    everywhere = len(at_vessel) // 2
    for p in range(everywhere):
        at_vessel[p] = 0.0
        at_vessel[everywhere + p] = 0.0
        total[p] = 0.0
    for row in range(n):
        at_vessel[everywhere + pool[row]] += 1.0
        if vessel[x[row], y[row]]:
            at_vessel[pool[row]] += 1.0
    for row in range(n):
        p = pool[row]
        kept = amount[row] * stay[p]
        if at_vessel[p] == 0.0:
            kept += inflow[p] / at_vessel[everywhere + p]
        elif vessel[x[row], y[row]]:
            kept += inflow[p] / at_vessel[p]
        amount[row] = kept
        total[p] += kept


@kernel
def move(words, n, reach, x, y, pool, amount, vessel, stay, inflow, at_vessel, total, held, tissue):
    """Parcels walk and exchange; the pools that they hold become the sums of their parcels.

    `at_vessel` and `total` are scratch of `exchange_parcels`. held : pools with parcels.
    """
    walk_parcels(words, n, reach, x, y, vessel.shape[0], vessel.shape[1])
    exchange_parcels(pool, amount, x, y, n, vessel, stay, inflow, at_vessel, total)
    for p in held:
        tissue[p] = total[p]


@kernel
def deposit(group, amount, x, y, n, pitch, mesh):
    """Add each row's amount to `mesh[group]`, in row order; the mesh is cleared first."""
    for g in range(mesh.shape[0]):
        for i in range(mesh.shape[1]):
            for j in range(mesh.shape[2]):
                mesh[g, i, j] = 0.0
    per = reciprocal(pitch)
    for row in range(n):
        mesh[group[row], coarse(x[row], per), coarse(y[row], per)] += amount[row]


@kernel
def lean(before, after):
    """Relative difference of an attractant ahead and behind, in (-1, 1)."""
    return (after - before) / (after + before + 1.0)


@kernel
def walk_cells(words, n, alive, hop, taxis, field, pitch, allowed, x, y):
    """A biased random walk of at most one site along each axis.

    A cell moves with chance `hop`; along each axis it then steps back, stays or steps ahead,
    the odds leaning up the attractant `field` by `taxis`. A step to a site that is not
    `allowed` is not taken.
    """
    width, height = allowed.shape
    nx, ny = field.shape
    per = reciprocal(pitch)
    for row in range(n):
        if not alive[row] or unit(words[row, 2]) >= hop:
            continue
        i, j = coarse(x[row], per), coarse(y[row], per)
        left, right = i - 1 if i > 0 else nx - 1, i + 1 if i < nx - 1 else 0
        below, above = j - 1 if j > 0 else ny - 1, j + 1 if j < ny - 1 else 0
        along_x = taxis * lean(field[left, j], field[right, j])
        along_y = taxis * lean(field[i, below], field[i, above])
        u, v = 3.0 * unit(words[row, 0]), 3.0 * unit(words[row, 1])
        a, b = x[row], y[row]
        if u < 1.0 - along_x:
            a = a - 1 if a > 0 else width - 1
        elif u >= 2.0 - along_x:
            a = a + 1 if a < width - 1 else 0
        if v < 1.0 - along_y:
            b = b - 1 if b > 0 else height - 1
        elif v >= 2.0 - along_y:
            b = b + 1 if b < height - 1 else 0
        if allowed[a, b]:
            x[row] = a
            y[row] = b


@kernel
def follow(host, n, host_x, host_y, x, y):
    """A receptor goes where its cell goes."""
    for row in range(n):
        x[row], y[row] = host_x[host[row]], host_y[host[row]]


def parcel_reach(diffusion: float, dt: float, limit: int) -> int:
    """Half-width (sites) of the square jump with the variance of diffusion over dt.

    `diffusion` in sites squared per day, dt in days. A uniform jump over -r..r has variance
    r (r + 1) / 3 along each axis; `limit` keeps it on one turn of the torus.
    """
    variance = 2.0 * diffusion * dt
    return min(limit, int((float(np.sqrt(1.0 + 12.0 * variance)) - 1.0) / 2.0 + 0.5))


class Transport:
    """Phase: parcels and cells move; parcels exchange with plasma."""

    name: ClassVar[str] = "transport"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("contacts", "opsonization")

    def __init__(self, world: "World") -> None:
        ps, section = world.ps, world.resolved.scenario.section
        pitch_um = ps["scale.site_pitch"]
        diffusion = ps["motion.diffusion_igg"] * SECONDS_PER_DAY / (pitch_um * pitch_um)
        limit = min(section.width, section.height) // 2 - 1
        self.reach = parcel_reach(diffusion, world.dt, limit)
        self.pitch = section.molecule_pitch
        shape = (section.width // self.pitch, section.height // self.pitch)
        self.smooth = Smoother.build(shape, float(self.pitch), diffusion, world.dt)
        self.shape = shape
        rates = {
            "macrophage": ps["motion.hop_rate_macrophage"],
            "neutrophil": ps["motion.hop_rate_neutrophil"],
            "nk_cell": ps["motion.hop_rate_nk_cell"],
            "b_cell": ps["motion.hop_rate_b_cell"],
        }
        self.hop = {
            kind: -float(expm1(-rate * HOURS_PER_DAY * world.dt)) for kind, rate in rates.items()
        }
        taxis = ps["motion.taxis"]
        self.taxis = {"macrophage": taxis, "neutrophil": taxis, "nk_cell": taxis, "b_cell": 0.0}
        self._room = {"autoantibody": self._made_room(world, world.own)}
        if world.drug is not None:
            self._room["therapeutic_igg"] = self._made_room(world, world.drug.pools)

    @staticmethod
    def _made_room(
        world: "World", pools: Pools
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Scratch of `exchange_parcels`, twice, and the pools that parcels hold."""
        n = len(pools.tissue)
        return np.zeros(2 * n), np.zeros(n), world.parcelled(pools)

    def advance(self, world: "World") -> None:
        """Move everything by one step."""
        self.move_parcels(world, world.tables["autoantibody"], world.own)
        if world.drug is not None:
            self.move_parcels(world, world.tables["therapeutic_igg"], world.drug.pools)
        walkers = [world.tables[kind] for kind in self.hop if world.tables[kind].n]
        attractant = world.attractant() if walkers else None
        for table in walkers:
            self.move_cells(world, table, attractant)
        for group in world.phagocytes:
            receptor, host = group.receptors(world), group.cells(world)
            rows, n = receptor["host_row"], receptor.n
            follow(rows, n, host["x"], host["y"], receptor["x"], receptor["y"])

    def move_parcels(self, world: "World", table: Table, pools: Pools) -> None:
        """Walk, exchange with plasma, and set the pools' tissue content to the parcels' sum."""
        if table.n == 0:
            return
        move(
            world.streams.words(WALK_PARCEL, world.step, table["id"]),
            table.n,
            self.reach,
            table["x"],
            table["y"],
            table["pool"],
            table["amount_nmol"],
            world.vessel,
            pools.stay,
            pools.inflow,
            *self._room[table.kind],
            pools.tissue,
        )

    def move_cells(
        self, world: "World", table: Table, attractant: NDArray[np.float64] | None
    ) -> None:
        """Walk the cells of one kind, up the attractant."""
        words = world.streams.words(WALK_CELL, world.step, table["id"])
        walk_cells(
            words,
            table.n,
            table["alive"],
            self.hop[table.kind],
            self.taxis[table.kind],
            attractant,
            world.fields.pitch,
            world.allowed[table.kind],
            table["x"],
            table["y"],
        )

    def local_molar(self, *held: tuple[Table, Pools]) -> list[NDArray[np.float64]]:
        """What a cell sees of each pool's parcels in perfused tissue, mol/L.

        Of every table of parcels with its pools an array of shape (pools, *molecule mesh). All
        are smoothed in one go.
        """
        mesh = np.empty((sum(len(pools.tissue) for _, pools in held), *self.shape))
        sites = self.shape[0] * self.shape[1]
        parts, first = [], 0
        for table, pools in held:
            part = slice(first, first + len(pools.tissue))
            x, y = table["x"], table["y"]
            deposit(table["pool"], table["amount_nmol"], x, y, table.n, self.pitch, mesh[part])
            parts.append(part)
            first = part.stop
        seen = self.smooth(mesh)
        for part, (_, pools) in zip(parts, held, strict=True):
            if pools.mixed:  # a stirred dish has no parcels
                seen[part] = pools.plasma_molar()[:, None, None]
            else:
                seen[part] *= (sites * 1e-9 / pools.volume)[:, None, None]
        return [seen[part] for part in parts]
