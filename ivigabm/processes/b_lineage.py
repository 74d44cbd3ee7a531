"""B cells: naive, activated, plasmablast, short- and long-lived plasma cell.

Activated cells divide; each stage matures or dies at its rates. Short-lived plasma cells come
from activation and answer to what reaches activated cells; long-lived ones do not. What the
section secretes, scaled to the body, is the production of the pathogenic antibody.
Anti-idiotype that binds a B cell's receptor keeps it from antigen and lets it die.
In a dish naive cells live on BAFF and are activated by what is added to cross-link their receptor.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import EPOCH, newborn_id, purpose, unit
from ivigabm.errors import InputError
from ivigabm.processes.circulation import bear

if TYPE_CHECKING:
    from ivigabm.knowledge import ParameterSet
    from ivigabm.processes.world import World

FATE = purpose("b_lineage: fate of a B cell")
DIVISION = purpose("b_lineage: id of a daughter")
INFLUX = purpose("b_lineage: how many naive cells enter")
ARRIVAL = purpose("b_lineage: id and place of a naive cell")

NAIVE, ACTIVATED, PLASMABLAST, PLASMA_SHORT, PLASMA_LONG = range(5)
STAGES = ("naive", "activated", "plasmablast", "plasma_short", "plasma_long")


@kernel
def decide(
    words, rates, free, silencing, dt, seed, number, step, n, ids, alive, stage, clone, x, y
):
    """Fate of every B cell: stay, die, mature or divide; daughters are appended.

    rates : (stages, 4), 1/day: death, maturation, division, share that becomes long-lived.
    free : (clones,), share of the idiotype receptors that anti-idiotype leaves free.
    Returns the new number of rows. The caller has reserved one row per cell.
    """
    born = n
    for row in range(n):
        if not alive[row]:
            continue
        s = stage[row]
        death, mature, divide = rates[s, 0], rates[s, 1], rates[s, 2]
        if s <= 1:  # carries its receptor on the surface
            death += silencing * (1.0 - free[clone[row]])
            mature *= free[clone[row]] if s == 0 else 1.0
        total = death + mature + divide
        if unit(words[row, 0]) >= -expm1(-total * dt):
            continue
        which = unit(words[row, 1]) * total
        if which < death:
            alive[row] = False
        elif which < death + mature:
            if s == 2 and unit(words[row, 2]) < rates[s, 3]:
                stage[row] = 4
            else:
                stage[row] = s + 1
        else:
            ids[born] = newborn_id(ids[row], seed, number, step, np.uint64(0))
            alive[born] = True
            stage[born] = s
            clone[born] = clone[row]
            x[born] = x[row]
            y[born] = y[row]
            born += 1
    return born


@kernel
def secretion(weight, stage, clone, alive, n, total):
    """Secretion of each clone's living cells, in units of one plasma cell; fills `total`."""
    total[:] = 0.0
    for row in range(n):
        if alive[row]:
            total[clone[row]] += weight[stage[row]]


@kernel
def produce(weight, stage, clone, alive, n, total, clones, scale, pools, production):
    """Production of each antibody's pool from what its clone secretes now; `total` is scratch."""
    secretion(weight, stage, clone, alive, n, total)
    for k in range(len(pools)):
        production[pools[k]] = scale[k] * total[clones[k]]


def stage_rates(ps: "ParameterSet") -> "np.typing.NDArray[np.float64]":
    """Death, maturation, division (1/day) and long-lived share, shape (stages, 4)."""
    return np.array(
        [
            [ps["b_cell.naive_death"], ps["b_cell.activation"], 0.0, 0.0],
            [
                ps["b_cell.activated_death"],
                ps["b_cell.differentiation"],
                ps["b_cell.division"],
                0.0,
            ],
            [0.0, ps["b_cell.plasmablast_maturation"], 0.0, ps["b_cell.long_lived_share"]],
            [ps["b_cell.plasma_short_death"], 0.0, 0.0, 0.0],
            [ps["b_cell.plasma_long_death"], 0.0, 0.0, 0.0],
        ]
    )


def steady_numbers(rates: "np.typing.NDArray[np.float64]") -> "np.typing.NDArray[np.float64]":
    """Shares of the stages in the steady state that a constant influx holds.

    Raises
    ------
    InputError : activated cells divide faster than they mature and die.
    """
    death, mature, divide, _ = rates[ACTIVATED]
    if divide >= death + mature:
        raise InputError(
            f"b_cell.division is {divide:g} per day: below b_cell.activated_death + "
            f"b_cell.differentiation ({death + mature:g}) is allowed, or the clone runs away"
        )
    numbers = np.zeros(len(STAGES))
    numbers[NAIVE] = 1.0
    numbers[ACTIVATED] = numbers[NAIVE] * rates[NAIVE, 1] / (death + mature - divide)
    blast = rates[PLASMABLAST]
    numbers[PLASMABLAST] = numbers[ACTIVATED] * mature / (blast[0] + blast[1])
    made = numbers[PLASMABLAST] * blast[1]
    numbers[PLASMA_SHORT] = made * (1.0 - blast[3]) / rates[PLASMA_SHORT, 0]
    numbers[PLASMA_LONG] = made * blast[3] / rates[PLASMA_LONG, 0]
    return numbers / np.sum(numbers)


def drawn_clones(
    words: "np.typing.NDArray[np.uint64]", upto: "np.typing.NDArray[np.float64]"
) -> "np.typing.NDArray[np.int64]":
    """A clone for each word; `upto` are their cumulative shares, up to 1."""
    lots = np.array([unit(word) for word in words])
    return np.minimum(np.searchsorted(upto, lots, side="right"), len(upto) - 1)


class BLineage:
    """Phase: fate of B cells, and the antibody that they secrete."""

    name: ClassVar[str] = "b_lineage"
    reads: ClassVar[tuple[str, ...]] = (
        "idiotype_neutraliser",
        "b_cell_drive",
        "cd22_ligand",
        "baff_sink",
    )
    drives: ClassVar[tuple[str, ...]] = ("plasma",)

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.rates = stage_rates(ps)
        self.weight = np.array(
            [
                0.0,
                ps["b_cell.secretion_activated"],
                ps["b_cell.secretion_plasmablast"],
                ps["b_cell.secretion_plasma_cell"],
                ps["b_cell.secretion_plasma_cell"],
            ]
        )
        self.baff_fold, self.baff = ps["b_cell.baff_death_fold"], world.present("BAFF")
        self.silencing = ps["b_cell.silencing"]
        self.culture_death = ps["culture.death_b_cell"]
        self.rescue = ps["culture.baff_rescue"]
        self.culture_activation = ps["culture.activation_b_cell"]
        naive = world.founding_b_cells[NAIVE]
        total = float(np.sum(naive))
        self.clones = np.cumsum(naive) / total if total > 0.0 else np.ones(max(1, len(naive)))
        entering = 0.0 if world.body.closed else total
        self.influx = entering * (self.rates[NAIVE, 0] + self.rates[NAIVE, 1]) * world.dt
        self._last = (1.0, 1.0, 0.0), self.rates  # what reached B cells, and the rates under it
        self._secreted = np.zeros(len(self.clones))
        self.scale = np.zeros(0)  # nmol/day of each antibody per unit of its clone's secretion
        code = world.tables["b_cell"].code
        self.marrow = np.array([(code << 56) | ((1 << 55) - 1)], np.uint64)

    def settle(self, world: "World") -> None:
        """Fix the scale from section to body so that the founders hold the untreated titre."""
        antigen = world.antigen
        if antigen is None:
            return
        made = self.secreted(world)[antigen.clone]
        held = antigen.endogenous & (made > 0.0)
        needed = np.where(held, world.own.production[antigen.pools], 0.0)
        self.scale = needed / np.where(made > 0.0, made, 1.0)
        world.own.production[antigen.pools] = self.scale * made

    def current_rates(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Rates under what reaches B cells now: drive of activation and division, free BAFF."""
        if world.body.closed:
            return self._in_a_dish(world)
        drive = self.drive(world)
        reached = drive, self.starved(world), world.comparators.b_cell_kill
        if reached != self._last[0]:
            rates = self.rates.copy()
            rates[NAIVE, 1] *= drive
            rates[ACTIVATED, 2] *= drive
            rates[: PLASMABLAST + 1, 0] *= reached[1]
            rates[: ACTIVATED + 1, 0] += world.comparators.b_cell_kill
            self._last = reached, rates
        return self._last[1]

    def starved(self, world: "World") -> float:
        """Fold of the death rate by BAFF over its level in health; more of it spares cells."""
        sink = float(world.ports["baff_sink"][0])
        lacking = sink + (1.0 - self.baff) - world.given["baff"]
        if lacking >= 0.0:
            return 1.0 + (self.baff_fold - 1.0) * lacking / (1.0 + sink)
        more = -lacking / (1.0 + sink)
        return 1.0 / (1.0 + (self.baff_fold - 1.0) * more / (1.0 + more))

    @staticmethod
    def drive(world: "World") -> float:
        """Activation and division of B cells left, by CD22 and by the other inhibitors."""
        ligand = float(world.ports["cd22_ligand"][0])
        restraint = 1.0 - world.ps["b_cell.inhibition_cd22"] * ligand / (1.0 + ligand)
        return restraint * float(world.ports["b_cell_drive"][0])

    @staticmethod
    def receptor_signal(world: "World") -> float:
        """Signal of the cross-linked receptor in a dish, 0..1, as inhibitors leave it."""
        level = world.stimulus("BCR")
        return level / (1.0 + level) * BLineage.drive(world)

    def _in_a_dish(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Rates under added BAFF and cross-linking of the receptor."""
        signal = self.receptor_signal(world)
        baff = world.stimulus("BAFF") + world.given["baff"]
        baff /= 1.0 + float(world.ports["baff_sink"][0])
        rates = self.rates.copy()
        rates[: PLASMABLAST + 1, 0] = self.culture_death * (1.0 - self.rescue * baff / (1.0 + baff))
        rates[NAIVE, 1] = self.culture_activation * signal
        rates[ACTIVATED, 2] *= signal
        return rates

    def secreted(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Secretion of each clone in the section now, units of one plasma cell, (clones,)."""
        table, total = world.tables["b_cell"], np.zeros(len(self.clones))
        secretion(self.weight, table["stage"], table["clone"], table["alive"], table.n, total)
        return total

    def advance(self, world: "World") -> None:
        """One step of fate, influx and secretion."""
        antigen, table, streams = world.antigen, world.tables["b_cell"], world.streams
        if antigen is None and not world.body.closed:
            return
        if table.n == 0 and self.influx == 0.0:
            return
        free = world.free_clones if len(world.free_clones) else np.ones(len(self.clones))
        step = np.uint64(EPOCH + world.step)
        table.reserve(table.n)
        words = streams.words(FATE, world.step, table["id"])
        before = table.n
        columns = [table.full(c) for c in ("id", "alive", "stage", "clone", "x", "y")]
        table.grown(
            decide(
                words,
                self.current_rates(world),
                free,
                self.silencing,
                world.dt,
                streams.seed,
                np.uint64(DIVISION),
                step,
                table.n,
                *columns,
            )
        )
        world.born[table.kind] = table["stage"][before:].copy()
        self._arrive(world, step)
        if antigen is not None:
            produce(
                self.weight,
                table["stage"],
                table["clone"],
                table["alive"],
                table.n,
                self._secreted,
                antigen.clone,
                self.scale,
                antigen.pools,
                world.own.production,
            )

    def _arrive(self, world: "World", step: np.uint64) -> None:
        """Naive cells enter the niche."""
        table, streams = world.tables["b_cell"], world.streams
        drawn = streams.unit(INFLUX, world.step, self.marrow[0])
        count = int(self.influx + drawn)
        if count == 0:
            return
        table.reserve(count)
        first = table.n
        table.grown(
            bear(
                count,
                self.marrow[0],
                streams.seed,
                np.uint64(ARRIVAL),
                step,
                first,
                table.full("id"),
                table.full("alive"),
            )
        )
        words = streams.words(ARRIVAL, world.step, table["id"][first:])
        spot = ((words[:, 0] * np.uint64(len(world.niche_x))) >> np.uint64(32)).astype(np.int64)
        table["stage"][first:] = NAIVE
        table["clone"][first:] = drawn_clones(words[:, 1], self.clones)
        table["x"][first:] = world.niche_x[spot]
        table["y"][first:] = world.niche_y[spot]
