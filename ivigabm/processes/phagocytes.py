"""Kinds of phagocyte and killer: whom contact, binding, signal, expression and attack run over.

A kind says where its cells and their Fcγ receptors stand, by which route it harms a target, and
whether it is resident. Its constants are rows of knowledge that end in its name. Every kind has
its own part of the processes that serve phagocytes; a phase runs them kind after kind.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigabm.knowledge import receptor_copies
from ivigabm.processes.binding import Binding
from ivigabm.processes.contacts import Contacts
from ivigabm.processes.phagocytosis import Phagocytosis
from ivigabm.processes.receptor_expression import ReceptorExpression
from ivigabm.processes.signalling import Signalling

if TYPE_CHECKING:
    from ivigabm.engine.columns import Table
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario


@dataclass(frozen=True)
class Kind:
    """What is said of a kind of phagocyte.

    receptors : table of its Fcγ receptors. attack : column of the target that its contacts fill.
    resident : lives in the section and meets circulating cells; others come from the blood.
    rate : row of what a contact does in a body, 1/day; empty where it follows from the scenario's
        section. coated : takes hold of C3b. drug_coat : reads therapeutic IgG bound to the target.
    lane : its word of a target's draw, and its place among `world.FATES`.
    """

    name: str
    receptors: str
    attack: str
    resident: bool
    rate: str
    coated: bool
    drug_coat: bool
    lane: int


MACROPHAGE = Kind(
    "macrophage", "fcg_receptor", "attack_phagocytic",
    resident=True, rate="", coated=True, drug_coat=False, lane=0,
)  # fmt: skip
NEUTROPHIL = Kind(
    "neutrophil", "neutrophil_receptor", "attack_oxidant",
    resident=False, rate="damage.oxidant_max", coated=True, drug_coat=False, lane=1,
)  # fmt: skip
NK_CELL = Kind(
    "nk_cell", "nk_receptor", "attack_nk",
    resident=True, rate="phagocyte.rate_nk_cell", coated=False, drug_coat=True, lane=2,
)  # fmt: skip


ARMED = (MACROPHAGE, NEUTROPHIL, NK_CELL)  # in the order of a world's phagocytes


class Phagocytes:
    """One kind of phagocyte, or NK cells, in one individual.

    Attributes
    ----------
    copies : what a new cell shows of each Fcγ receptor, shape (receptors,).
    ledger : receptor copies made, lost and founded.
    contacts, binding, signalling, receptor_expression, phagocytosis : this kind's part of
        those phases.
    """

    contacts: Contacts
    binding: Binding
    signalling: Signalling
    receptor_expression: ReceptorExpression
    phagocytosis: Phagocytosis

    def __init__(self, kind: Kind, copies: NDArray[np.float64]) -> None:
        self.kind = kind
        self.copies = copies
        self.ledger = np.zeros(3)

    def equip(self, world: "World") -> None:
        """Make this kind's part of each phase, once the world knows receptors and antigen."""
        self.contacts = Contacts(world, self)
        self.binding = Binding(world, self)
        self.signalling = Signalling(world, self)
        self.receptor_expression = ReceptorExpression(world, self)
        self.phagocytosis = Phagocytosis(world, self)

    @property
    def name(self) -> str:
        return self.kind.name

    def cells(self, world: "World") -> "Table":
        """Table of the cells."""
        return world.tables[self.kind.name]

    def receptors(self, world: "World") -> "Table":
        """Table of their Fcγ receptors, one row per cell and type, in the order of the cells."""
        return world.tables[self.kind.receptors]

    def compact(self, world: "World") -> None:
        """Take out dead cells with their receptors, where they have become many."""
        moved = self.cells(world).compact()
        if moved is not None:
            receptors = self.receptors(world)
            receptors.compact(0.0)
            receptors["host_row"][:] = moved[receptors["host_row"]]


def copies_shown(kind: str, scenario: "Scenario") -> dict[str, float]:
    """Receptors of a kind of cell in a scenario, with their allele -> copies per cell."""
    dish = scenario.dish
    if dish is not None and dish.receptor is not None:
        return {dish.receptor: dish.copies}
    bearer = dish.phagocyte if dish is not None and kind == MACROPHAGE.name else kind
    return receptor_copies(scenario.receptor_species, bearer, scenario.genotype)
