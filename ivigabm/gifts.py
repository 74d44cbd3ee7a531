"""The keys `give` and `transfer`: molecules, complexes, coated cells and donor cells.

A gift is given on the day of treatment; transferred cells are there from the start of the run,
in the state that a preparation at a concentration leaves them in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivigabm.errors import InputError, NotExpressible
from ivigabm.words import choice, mixture, number

CYTOKINES = {"IL-33": "il33", "IL-4": "il4_own", "TNF": "tnf", "C5a": "c5a"}
COMPLEX, RED_CELL = "immune_complex", "opsonised_red_cell"
GIFTS = (*CYTOKINES, COMPLEX, RED_CELL)
DONATED = ("dendritic_cell", "t_effector", "treg")  # kinds that a transfer may hold
CONDITIONED = "dendritic_cell"  # the kind that a preparation conditions
PREFIX = "transfer."
_MOST = 1e9  # guards against a slip of the pen
_DENSEST = 300.0  # g/L


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
    """Cells of a donor and what they met before: a preparation, at a concentration (g/L)."""

    cell: str
    number: float
    preparation: str | None = None
    concentration: float = 0.0


def parse_gifts(key: str, value: Any) -> tuple[Gift, ...]:
    """Read `IL-33`, `IL-4:2`, or a list of them.

    Raises
    ------
    InputError : an amount that is no number.
    NotExpressible : no such gift.
    """
    texts = value.split(",") if isinstance(value, str) else list(value)
    found = []
    for text in texts:
        name, sign, amount = str(text).strip().partition(":")
        choice(key, name, GIFTS)
        found.append(Gift(name, number(f"{key} {name}", amount, 0.0, _MOST) if sign else None))
    return tuple(found)


def parse_transfer(words: Mapping[str, Any]) -> Transfer | None:
    """Read `transfer` and its `transfer.KEY` words; None without any.

    Raises
    ------
    InputError : no number of cells, or conditions without cells.
    NotExpressible : cells or conditions that the model does not have.
    """
    if not words:
        return None
    if "transfer" not in words:
        raise InputError(f"{next(iter(words))}: given without transfer=CELL:NUMBER")
    cell, sign, amount = str(words["transfer"]).partition(":")
    if not sign:
        raise InputError(f"transfer: found '{words['transfer']}', expected CELL:NUMBER")
    choice("transfer: cell", cell, DONATED)
    met = {key.removeprefix(PREFIX): value for key, value in words.items() if key != "transfer"}
    for key in met:
        choice("transfer: condition", key, ("preparation", "concentration"))
    preparation = met.get("preparation")
    if preparation is not None:
        mixture(str(preparation))
        if cell != CONDITIONED:
            raise NotExpressible(f"transfer.preparation: the model conditions {CONDITIONED} only")
    if (preparation is None) != ("concentration" not in met):
        raise InputError("transfer: a preparation needs a concentration, and the other way round")
    return Transfer(
        cell,
        number("transfer", amount, 0.0, _MOST),
        None if preparation is None else str(preparation),
        number("transfer.concentration", met.get("concentration", 0.0), 0.0, _DENSEST),
    )
