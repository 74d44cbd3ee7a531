"""The keys `give` and `transfer`: molecules, complexes, coated cells and donor cells.

A gift is given on the day of treatment; transferred cells are there from the start of the run,
in the state that their donor or their dish has left them in.
"""

from dataclasses import dataclass
from typing import Any

from ivigabm.errors import InputError, shortened
from ivigabm.words import choice, number, words

CYTOKINES = {
    "IL-33": "il33", "IL-4": "il4_own", "TNF": "tnf", "C5a": "c5a", "IFN-gamma": "ifn_gamma",
    "IL-1": "il1", "IL-10": "il10", "IL-11": "il11", "BAFF": "baff", "GM-CSF": "gm_csf",
}  # fmt: skip
COMPLEX, RED_CELL = "immune_complex", "opsonised_red_cell"
GIFTS = (*CYTOKINES, COMPLEX, RED_CELL)
TRANSFER, PREFIX = "transfer", "transfer."
# cells that a transfer may hold -> their table
DONATED = {
    "macrophage": "macrophage", "monocyte": "macrophage", "neutrophil": "neutrophil",
    "nk_cell": "nk_cell", "dendritic_cell": "dendritic_cell", "basophil": "basophil",
    "t_effector": "t_cell", "t_naive": "t_cell", "treg": "t_cell",
}  # fmt: skip
_MOST = 1e9  # guards against a slip of the pen


@dataclass(frozen=True)
class Gift:
    """What is given, how much and when; without an amount as much as saturates.

    amount : half-effect units, or coated red cells in blood for each phagocyte.
    """

    name: str
    amount: float | None
    day: float = 0.0


@dataclass(frozen=True)
class Transfer:
    """Cells of a donor, and how many."""

    cell: str
    number: float

    @property
    def table(self) -> str:
        """Table of the model that holds such cells."""
        return DONATED[self.cell]


def parse_gifts(key: str, value: Any) -> tuple[Gift, ...]:
    """Read `IL-33`, `IL-4:2`, or a list of them.

    Raises
    ------
    InputError : an amount that is no number.
    NotExpressible : no such gift.
    """
    found = []
    for text in words(key, value):
        name, sign, amount = text.partition(":")
        choice(key, name, GIFTS)
        found.append(Gift(name, number(f"{key} {name}", amount, 0.0, _MOST) if sign else None))
    return tuple(found)


def parse_transfer(text: Any) -> Transfer:
    """Read `CELL:NUMBER`.

    Raises
    ------
    InputError : no number of cells.
    NotExpressible : cells that the model does not have.
    """
    cell, sign, amount = (part.strip() for part in str(text).partition(":"))
    if not sign:
        raise InputError(f"{TRANSFER}: found '{shortened(str(text))}', expected CELL:NUMBER")
    choice(f"{TRANSFER}: cell", cell, DONATED)
    return Transfer(cell, number(f"{TRANSFER} {cell}", amount, 0.0, _MOST))
