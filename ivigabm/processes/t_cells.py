"""T cells: engagement of targets, fate from naive cell to effector, regulatory T cells.

A naive cell beside mature dendritic cells is primed. Blasts divide up to a last generation and
become effectors, some regulatory cells. Effectors engage one neighbouring site a step and harm
the target there. Regulatory cells divide where antigen is shown, the more under PGE2 and other
stimuli, and secrete IL-10, which holds back priming, division and effectors.
In a dish naive cells may be primed without dendritic cells, by antibody to their receptor.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import EPOCH, bounded, newborn_id, purpose, unit
from ivigabm.processes.polarisation import Polarisation
from ivigabm.processes.t_cell_traffic import travel

if TYPE_CHECKING:
    from ivigabm.processes.world import World

ENGAGE = purpose("t_cells: which neighbour a T cell engages")
FATE = purpose("t_cells: fate of a T cell")
DIVISION = purpose("t_cells: id of a daughter")
TRAVEL = purpose("t_cells: step, exit and entry of a T cell")

NAIVE, BLAST, EFFECTOR, TREG = range(4)
STAGES = ("naive", "blast", "effector", "treg")
HOURS_PER_DAY = 24.0


@kernel
def engage(
    words, n, alive, stage, x, y, niche, target_at, shown, il10, pitch, held, relax, harm,
    activation, attack,
):  # fmt: skip
    """Effectors harm a drawn neighbour; `activation` follows the antigen that a cell meets.

    target_at : row of the target at each site, or -1. held : contacts that the drug leaves.
    attack : damage rate of each target by T cells, 1/day; cleared by the caller.
    """
    width, height = target_at.shape
    for row in range(n):
        s = stage[row]
        if not alive[row] or s < EFFECTOR:
            continue
        met, a, b = 0.0, x[row], y[row]
        if niche[a, b]:
            met = shown[a, b] / (1.0 + shown[a, b]) if s == TREG else 0.0
        else:
            k = bounded(words[row, 0], np.uint64(9))
            found = target_at[(a + k // 3 - 1) % width, (b + k % 3 - 1) % height]
            if found >= 0:
                met = 1.0
                if s == EFFECTOR:
                    met = held / (1.0 + il10[a // pitch, b // pitch])
                    attack[found] += harm * met
        activation[row] += relax * (met - activation[row])


@kernel
def decide(
    words, rates, generations, treg_share, treg_most, stimulus, shown, stimulating, niche, il10,
    pge2, pitch, dt, seed, number, step, n, ids, alive, stage, x, y, generation, activation,
):  # fmt: skip
    """Fate of every T cell: stay, die, move on a stage or divide; daughters are appended.

    rates : 1/day: priming, division, differentiation, death of blasts and of effectors, death
    by activation, turnover and division of regulatory cells. treg_share : blasts that become
    regulatory. treg_most, stimulus : fold of regulatory division at a full stimulus, and the
    drug's. Returns the new number of rows. The caller has reserved one row per cell.
    """
    born = n
    for row in range(n):
        if not alive[row]:
            continue
        s, a, b = stage[row], x[row], y[row]
        i, j = a // pitch, b // pitch
        calm = 1.0 + il10[i, j]
        death, mature, divide = 0.0, 0.0, 0.0
        if s == NAIVE:
            mature = rates[0] * stimulating[a, b] / calm
        elif s == BLAST:
            death, mature = rates[3], rates[2]
            divide = rates[1] / calm if generation[row] < generations else 0.0
        elif s == EFFECTOR:
            death = rates[4] + rates[5] * activation[row]
        else:
            push = stimulus + pge2[i, j]
            fold = 1.0 + (treg_most - 1.0) * push / (1.0 + push)
            death = rates[6]
            if niche[a, b]:
                divide = rates[6] + rates[7] * fold * shown[a, b] / (1.0 + shown[a, b])
        total = death + mature + divide
        if unit(words[row, 0]) >= -expm1(-total * dt):
            continue
        which = unit(words[row, 1]) * total
        if which < death:
            alive[row] = False
        elif which < death + mature:
            if s == NAIVE:
                stage[row] = BLAST
            else:
                stage[row] = TREG if unit(words[row, 2]) < treg_share else EFFECTOR
        else:
            if s == BLAST:
                generation[row] += 1
            ids[born] = newborn_id(ids[row], seed, number, step, np.uint64(0))
            alive[born] = True
            stage[born] = s
            generation[born] = generation[row]
            x[born], y[born] = a, b
            born += 1
    return born


class TCells:
    """Phase: T cells engage targets, decide their fate and travel."""

    name: ClassVar[str] = "t_cells"
    reads: ClassVar[tuple[str, ...]] = (
        "treg_stimulus",
        "t_cell_programme",
        "th17_restraint",
        "cell_contact",
    )
    drives: ClassVar[tuple[str, ...]] = ("cytokines", "tissue", "dendritic")

    def __init__(self, world: "World") -> None:
        ps, dt = world.ps, world.dt
        self.rates = np.array(
            [
                ps["t_cell.priming"],
                ps["t_cell.division"],
                ps["t_cell.differentiation"],
                ps["t_cell.blast_death"],
                ps["t_cell.effector_death"],
                ps["t_cell.activation_death"],
                ps["treg.turnover"],
                ps["treg.division"],
            ]
        )
        self.generations = ps["t_cell.generations"]
        self.treg_share = 0.0 if "treg" in world.resolved.depleted else ps["t_cell.treg_share"]
        self.treg_most = ps["treg.fold_max"]
        self.harm = ps["damage.t_cell"]
        self.relax = -float(expm1(-dt / ps["signal.activation_time"]))
        self.exit = ps["t_cell.exit"]
        self.leave_treg = -float(expm1(-ps["treg.exit"] * dt))
        self.recirculate = -float(expm1(-ps["t_cell.recirculation"] * dt))
        self.barrier = ps["t_cell.barrier"]
        self.il11_receptor = world.present("IL-11R")
        self.hop = -float(expm1(-ps["motion.hop_rate_t_cell"] * HOURS_PER_DAY * dt))
        self.taxis = ps["motion.taxis"]
        self.niche, self.target = world.niche, world.target_site
        self.door_x, self.door_y, self.outer = world.doors
        self.polarisation = Polarisation(world)
        self.target_at = np.full(world.shape, -1, np.int64)
        table = world.tables["target_cell"]
        if world.resolved.scenario.target is not None and not world.blood_target:
            self.target_at[table["x"], table["y"]] = np.arange(table.n)

    def current_rates(self, world: "World") -> NDArray[np.float64]:
        """Rates under what reaches T cells now: contacts, programme, IL-11."""
        contact = float(world.ports["cell_contact"][0])
        programme = float(world.ports["t_cell_programme"][0])
        il11 = float(world.ports["th17_restraint"][0]) + world.given["il11"]
        restraint = il11 * self.il11_receptor
        rates = self.rates.copy()
        rates[0] *= contact * programme
        rates[2] /= 1.0 + restraint
        return rates

    @staticmethod
    def stimulating(world: "World") -> NDArray[np.float64]:
        """What primes naive cells at each site: dendritic cells, and what is added to a dish."""
        return np.asarray(world.stimulating + world.stimulus("Th17_polarising"))

    def leave(self, world: "World") -> float:
        """Chance of this step that an effector leaves the niche."""
        return -float(expm1(-self.exit * float(world.ports["t_cell_programme"][0]) * world.dt))

    def advance(self, world: "World") -> None:
        """One step; nothing is there to answer before day 0, also for transferred cells."""
        table = world.tables["t_cell"]
        if table.n == 0 or world.step < 0:
            return
        self._engage(world)
        self._decide(world)
        self.polarisation.advance(world, EFFECTOR)
        words = world.streams.words(TRAVEL, world.step, table["id"])
        travel(
            words,
            table.n,
            table["alive"],
            table["stage"],
            self.niche,
            self.target,
            self.leave(world),
            self.leave_treg,
            self.recirculate,
            self.barrier,
            float(world.ports["cell_contact"][0]),
            world.felt("ifn_gamma"),
            self.door_x,
            self.door_y,
            self.outer,
            self.hop,
            self.taxis,
            world.fields["chemokine"],
            world.fields.pitch,
            table["x"],
            table["y"],
        )

    def _engage(self, world: "World") -> None:
        table, target = world.tables["t_cell"], world.tables["target_cell"]
        target["attack_t_cell"][:] = 0.0
        engage(
            world.streams.words(ENGAGE, world.step, table["id"]),
            table.n,
            table["alive"],
            table["stage"],
            table["x"],
            table["y"],
            self.niche,
            self.target_at,
            world.shown,
            world.felt("il10"),
            world.fields.pitch,
            float(world.ports["cell_contact"][0]),
            self.relax,
            self.harm,
            table["activation"],
            target["attack_t_cell"],
        )

    def _decide(self, world: "World") -> None:
        table, streams = world.tables["t_cell"], world.streams
        table.reserve(table.n)
        words = streams.words(FATE, world.step, table["id"])
        names = ("id", "alive", "stage", "x", "y", "generation", "activation")
        before = table.n
        table.grown(
            decide(
                words,
                self.current_rates(world),
                self.generations,
                self.treg_share,
                self.treg_most,
                float(world.ports["treg_stimulus"][0]),
                world.shown,
                self.stimulating(world),
                self.niche,
                world.felt("il10"),
                world.fields["pge2"],
                world.fields.pitch,
                world.dt,
                streams.seed,
                np.uint64(DIVISION),
                np.uint64(EPOCH + world.step),
                table.n,
                *(table.full(name) for name in names),
            )
        )
        world.born[table.kind] = table["stage"][before:].copy()
