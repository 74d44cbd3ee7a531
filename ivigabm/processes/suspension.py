"""Cells in suspension in a dish: lysed by C5b-9, dead through Fas or of age.

    lysis = k M^h / (M^h + K^h)         M : C5b-9 on the cell
    death = a + f s x / (1 + x)         x = g^2 + L / (1 + block)

A cell with a nucleus survives few hits, hence the power. g is cross-linking of Fas by the drug, L
the ligand or antibody that was added, s how much Fas the cell shows.
"""

from typing import TYPE_CHECKING, ClassVar

from ivigabm.engine.elementary import expm1, hill
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import purpose, unit
from ivigabm.processes.neutrophils import fas_ligand

if TYPE_CHECKING:
    from ivigabm.processes.world import World

FATE = purpose("suspension: death, and of what")
LYSED, DIED = 3, 4  # places among the fates of `world.FATES`


@kernel
def perish(words, c5b9, rate, half, power, pace, dt, n, alive, toll):
    """Let cells be lysed or die otherwise; `toll` counts both.

    rate : lysis at saturation, 1/day. pace : death of other causes, 1/day.
    """
    for row in range(n):
        if not alive[row]:
            continue
        lysis = rate * hill(c5b9[row], half, power)
        total = lysis + pace
        if unit(words[row, 0]) < -expm1(-total * dt):
            alive[row] = False
            toll[LYSED if unit(words[row, 1]) * total < lysis else DIED] += 1.0


class Suspension:
    """Phase: death of the cells of a dish that no other cell takes."""

    name: ClassVar[str] = "suspension"
    reads: ClassVar[tuple[str, ...]] = ("fas_agonist", "fas_block")
    drives: ClassVar[tuple[str, ...]] = ("target_integrity",)

    def __init__(self, world: "World") -> None:
        ps, target = world.ps, world.resolved.scenario.target
        self.active = target is not None and target.place == "medium"
        self.rate, self.half = ps["lysis.rate"], ps["lysis.half"]
        self.power = ps["lysis.hill"]
        self.age = world.quantity(target.senescence) if target else 0.0
        self.fas = world.quantity(target.fas) * world.present("Fas") if target else 0.0
        self.most = ps["culture.death_fas"]

    def pace(self, world: "World") -> float:
        """Death of age and through Fas, 1/day; the medium is the same everywhere."""
        agonist = float(world.ports["fas_agonist"][0, 0])
        bound = agonist * agonist + fas_ligand(world) / (
            1.0 + float(world.ports["fas_block"][0, 0])
        )
        return self.age + self.most * self.fas * bound / (1.0 + bound)

    def advance(self, world: "World") -> None:
        """One step of lysis and death."""
        table = world.tables["target_cell"]
        if not self.active or table.n == 0:
            return
        perish(
            world.streams.words(FATE, world.step, table["id"]),
            table["c5b9"],
            self.rate,
            self.half,
            self.power,
            self.pace(world),
            world.dt,
            table.n,
            table["alive"],
            world.toll,
        )
