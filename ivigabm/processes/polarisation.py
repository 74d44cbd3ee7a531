"""Which effector T cells make IL-17: a programme that a cell takes up and may leave again.

A new effector takes it up with chance p; every effector decides anew at the rate of plasticity.

    p = left x (b + (1 - b) L / (1 + L))        left = programme / (1 + IL-11)

b is the share without a stimulus, L that of a dish, programme what the drug leaves of it. IL-11 is
made in a body, not by T cells in a dish. Plasticity: Hirota 2011 Nat Immunol 12:255.
"""

from typing import TYPE_CHECKING

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import purpose, unit

if TYPE_CHECKING:
    from ivigabm.processes.world import World

DECISION = purpose("polarisation: whether and how an effector decides")
UNDECIDED, TH17, OTHER = range(3)
STIMULUS = "Th17_polarising"


@kernel
def polarise(words, n, alive, stage, effector, chance, share, programme):
    """Let effectors take up the IL-17 programme or another; who is none has none.

    chance : to decide anew in this step. share : of those that decide that take up IL-17.
    """
    for row in range(n):
        if not alive[row]:
            continue
        if stage[row] != effector:
            programme[row] = 0
        elif programme[row] == 0 or unit(words[row, 0]) < chance:
            programme[row] = 1 if unit(words[row, 1]) < share else 2


class Polarisation:
    """Programme of effector T cells: a part of their phase."""

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.base = ps["t_cell.th17_share"]
        self.chance = -float(expm1(-world.dt * ps["t_cell.plasticity"]))
        self.il11_receptor = world.present("IL-11R")

    def share(self, world: "World") -> float:
        """Share of deciding effectors that take up the IL-17 programme now."""
        level = world.stimulus(STIMULUS)
        il11 = world.given["il11"]
        if not world.body.closed:
            il11 += float(world.ports["th17_restraint"][0])
        left = float(world.ports["t_cell_programme"][0]) / (1.0 + il11 * self.il11_receptor)
        return left * (self.base + (1.0 - self.base) * level / (1.0 + level))

    def advance(self, world: "World", effector: int) -> None:
        """One step of decisions of the cells in the stage `effector`."""
        table = world.tables["t_cell"]
        polarise(
            world.streams.words(DECISION, world.step, table["id"]),
            table.n,
            table["alive"],
            table["stage"],
            effector,
            self.chance,
            self.share(world),
            table["programme"],
        )
