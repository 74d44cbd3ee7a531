"""What is read off a world each step, and the outcomes made of it. No rule reads this."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.kernel import kernel
from ivigabm.engine.sums import mean_of, pairwise_sum
from ivigabm.probes import Probe, canonical, probe
from ivigabm.reading import Reading, ScaleReading, Seen

if TYPE_CHECKING:
    from ivigabm.processes.world import World

OBSERVED = (
    "clinical_score",
    "inflammation",
    "target_integrity",
    "autoantibody_titre",
    "serum_igg_g_per_l",
    "fcgr2b_to_activating_ratio",
    "complement_deposition",
    "therapeutic_igg_g_per_l",
    "macrophage_activation",
    "opsonin_density",
    "fcgr2b_copies",
    "tnf",
    "il4",
    "irreversible_loss",
)


@kernel
def mean_targets(
    phagocytic, terminal, cytokine, t_cell, oxidant, terminal_rate, c3b, opsonin, irreversible,
    function, alive, room, means,
):  # fmt: skip
    """Means over living targets: attack, C3b, opsonin, lost share, function; returns how many.

    attack : sum of all routes, in the order of `tissue.damage_and_repair`. room : scratch.
    """
    n = 0
    for row in range(len(alive)):
        if alive[row]:
            attack = phagocytic[row] + terminal_rate * terminal[row] + cytokine[row]
            room[0, n] = attack + t_cell[row] + oxidant[row]
            room[1, n] = c3b[row]
            density = 0.0
            for k in range(opsonin.shape[1]):
                density += opsonin[row, k]
            room[2, n] = density
            room[3, n] = irreversible[row]
            room[4, n] = function[row]
            n += 1
    for i in range(5):
        means[i] = (0.0 + pairwise_sum(room[i], 0, n)) / n if n > 0 else 0.0
    return n


@kernel
def mean_copies(copies, hosts, inhibitory, activating, means):
    """Mean copies per phagocyte, from rows in the order of their hosts: of all inhibitory
    receptor types together, and of all activating ones.
    """
    types = len(inhibitory)
    for j in range(types):
        means[j] = 0.0
    for row in range(hosts):
        for j in range(types):
            means[j] += copies[row * types + j]
    for j in range(types):
        means[j] /= hosts
    low, high = means[inhibitory], means[activating]
    return 0.0 + pairwise_sum(low, 0, len(low)), 0.0 + pairwise_sum(high, 0, len(high))


@kernel
def look(
    phagocytic, terminal, cytokine, t_cell, oxidant, terminal_rate, c3b, opsonin, irreversible,
    function, alive, room, means, copies, hosts, inhibitory, activating, kept, activation, tnf,
    il4,
):  # fmt: skip
    """All that is averaged in a row, see the parts: the number of living targets, inhibitory and
    activating copies, and the means of activation and of two fields.
    """
    count = mean_targets(
        phagocytic, terminal, cytokine, t_cell, oxidant, terminal_rate, c3b, opsonin,
        irreversible, function, alive, room, means,
    )  # fmt: skip
    low, high = 0.0, 0.0
    if hosts > 0:
        low, high = mean_copies(copies, hosts, inhibitory, activating, kept)
    return count, low, high, mean_of(activation), mean_of(tnf.ravel()), mean_of(il4.ravel())


def interpolated(x: float, points: list[float], values: list[float]) -> float:
    """What `np.interp` gives for one number, to the same bits and without an array."""
    right = bisect_right(points, x)
    if right == 0:
        return values[0]
    if right == len(points):
        return values[-1]
    low = right - 1
    slope = (values[right] - values[low]) / (points[right] - points[low])
    return slope * (x - points[low]) + values[low]


class Observer:
    """Reads one row of observables per step, and one before the first.

    Parameters
    ----------
    probes : further measures to read, such as `cells[b_cell]`; see `ivigabm.probes`.

    Attributes
    ----------
    names : the observables, then the probes in their canonical spelling.
    last : the newest row, by name.
    agent_steps : living rows of all tables, summed over the steps observed.
    """

    def __init__(self, world: "World", probes: Iterable[str] = ()) -> None:
        self.world = world
        self.agent_steps = 0
        asked = tuple(dict.fromkeys(canonical(text) for text in probes))
        self._probes = [self._reader(text) for text in asked]
        self.names = (*OBSERVED, *asked)
        self.last: dict[str, float] = dict.fromkeys(self.names, 0.0)
        self._rows: list[tuple[float, ...]] = []
        self._start: tuple[float, ...] = ()
        self._at_start: float | None = None
        self._seen = Seen(0.0, 0.0, 0.0)
        scenario = world.resolved.scenario
        roles = [receptor.role for receptor in world.receptors]
        self._inhibitory = np.array([role == "inhibitory" for role in roles])
        self._activating = np.array([role == "activating" for role in roles])
        scale = scenario.clinical.scale if scenario.clinical else [(0.0, 0.0), (1.0, 1.0)]
        self._function, self._score = (list(map(float, axis)) for axis in zip(*scale, strict=True))
        self._reading = Reading(world, np.array(self._score))
        self._room, self._means = np.zeros((5, 0)), np.zeros(5)
        self._copies = np.zeros(len(roles))
        self._normal = world.circulating_in_health() * (1.0 + sum(world.organs().values()))
        self._reference = sum(
            world.quantity(antibody.concentration) / 1e3 for antibody in scenario.antibody
        )  # g/L
        target = scenario.target
        self._terminal = world.quantity(target.lysis) if target else 0.0
        self._start = self._row()

    def _reader(self, text: str) -> Probe:
        """What reads a probe, or a scale of the scenario, off the world."""
        scenario = self.world.resolved.scenario
        scale = scenario.scale(text)
        if scale is None:
            return probe(text, scenario)
        reading = ScaleReading(self.world, scale)
        return lambda world: reading.of(self._seen, world.step * world.dt)

    def observe(self) -> None:
        """Read the world now."""
        self._rows.append(self._row())
        self.agent_steps += sum(table.living for table in self.world.tables.values() if table.n)

    def _row(self) -> tuple[float, ...]:
        """Day and every observable; `last` becomes this row."""
        world = self.world
        count, inhibitory, activating, activation, tnf, il4 = self._look()
        integrity, inflammation, complement, opsonin, lost = self._targets(count)
        self._seen = Seen(integrity, lost, self._before(integrity))
        ratio = inhibitory / activating if activating > 0.0 else 0.0
        drug = world.drug
        infused = float(drug.pools.grams_per_litre().sum()) if drug else 0.0
        own = world.own.grams_per_litre()
        values = (
            self.score(integrity),
            inflammation,
            integrity,
            self._titre(own),
            float(own.sum()) + infused,
            ratio,
            complement,
            infused,
            activation,
            opsonin,
            inhibitory,
            tnf,
            il4,
            lost,
            *(read(world) for read in self._probes),
        )
        self.last = dict(zip(self.names, values, strict=True))
        return world.step * world.dt, *values

    def _before(self, function: float) -> float:
        """Function just before day 0, of all rows so far; until then, the function now."""
        if self.world.step <= 0:
            return function
        if self._at_start is None:
            rows = (row for row in reversed(self._rows) if row[0] <= 0.0)
            self._at_start = next(rows, self._start)[1 + OBSERVED.index("target_integrity")]
        return self._at_start

    def score(self, integrity: float) -> float:
        """The clinic's reading of the target's function, now."""
        world = self.world
        score = interpolated(integrity, self._function, self._score)
        return self._reading.of(score, world.step * world.dt)

    def _titre(self, own: NDArray[np.float64]) -> float:
        """Free pathogenic antibody over the scenario's reference."""
        antigen = self.world.antigen
        if antigen is None or self._reference == 0.0:
            return 0.0
        free = self.world.free_antibody
        held = own[antigen.pools] * (free if len(free) == len(antigen.pools) else 1.0)
        return float(held.sum()) / self._reference

    def _look(self) -> tuple[int, float, float, float, float, float]:
        """What `look` returns of the world now; means of targets are left in `_means`."""
        tables, fields = self.world.tables, self.world.fields
        table, mac = tables["target_cell"], tables["macrophage"]
        if self._room.shape[1] < table.n:
            self._room = np.zeros((5, 2 * table.n))
        found: tuple[int, float, float, float, float, float] = look(
            table["attack_phagocytic"],
            table["c5b9"],
            table["attack_cytokine"],
            table["attack_t_cell"],
            table["attack_oxidant"],
            self._terminal,
            table["c3b"],
            table["opsonin"],
            table["irreversible"],
            table["function"],
            table["alive"],
            self._room,
            self._means,
            tables["fcg_receptor"]["copies"],
            mac.n,
            self._inhibitory,
            self._activating,
            self._copies,
            mac["activation"],
            fields["tnf"],
            fields["il4"],
        )
        return found

    def _targets(self, count: int) -> tuple[float, float, float, float, float]:
        """Integrity, attack per target (1/day), C3b, opsonin density (1/um2), lost share."""
        blood = self.world.blood_target
        if count == 0:
            return 0.0 if blood else 1.0, 0.0, 0.0, 0.0, 0.0
        attack, c3b, opsonin, lost, function = self._means.tolist()
        return count / self._normal if blood else function, attack, c3b, opsonin, lost

    def rows(self) -> list[tuple[float, ...]]:
        """All rows so far, one per step: day, then every observable."""
        return self._rows

    def table(self, start: bool = False) -> NDArray[np.float64]:
        """All rows so far, shape (steps, 1 + names); `start` puts the row before them first."""
        rows = [self._start, *self._rows] if start else self._rows
        return np.array(rows).reshape(len(rows), 1 + len(self.names))

    def restore(self, table: NDArray[np.float64], agent_steps: int) -> None:
        """Go on from a table that `table(start=True)` gave."""
        start, *rows = (tuple(row) for row in table.tolist())
        if len(start) != 1 + len(self.names):
            raise ValueError(f"{len(start) - 1} observables, not {len(self.names)}")
        self._start, self._rows, self.agent_steps = start, rows, agent_steps
        self.last = dict(zip(self.names, (rows or [start])[-1][1:], strict=True))

    def outcomes(self) -> dict[str, float]:
        """Values at the end of the run so far, and the inflammation summed from day 0 on."""
        table = self.table()
        after = table[table[:, 0] > 0.0]
        column = 1 + OBSERVED.index("inflammation")
        auc = float(np.sum(after[:, column])) * self.world.dt
        names = [name for name in OBSERVED[:7] if name != "inflammation"]
        return {"inflammation_auc": auc, **{name: self.last[name] for name in names}}
