"""Findings that contradict each other: no single model can hold them all, so they score apart."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ivigabm.errors import InputError

FILE = "conflicts.csv"
COLUMNS = ("group", "ids", "against", "reason")
_LISTS = re.compile(r"[;,\s]+")


@dataclass(frozen=True)
class Conflict:
    """Rows on both sides of a contradiction, and what it is about.

    Attributes
    ----------
    against : the other side; empty where rows of `ids` contradict each other.
    """

    group: str
    ids: tuple[str, ...]
    against: tuple[str, ...]
    reason: str

    @property
    def rows(self) -> frozenset[str]:
        """Ids of both sides."""
        return frozenset((*self.ids, *self.against))


def read_conflicts(folder: Path) -> tuple[Conflict, ...]:
    """The list of contradictions beside the tables of a folder; none where there is no list.

    Raises
    ------
    InputError : the list cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a table: {error}") from None
    for number, row in enumerate(rows, 2):
        if tuple(row) != COLUMNS or None in row.values():
            raise InputError(f"{FILE}, row {number}: expected columns {', '.join(COLUMNS)}")
    return tuple(
        Conflict(row["group"], _ids(row["ids"]), _ids(row["against"]), row["reason"])
        for row in rows
    )


def _ids(text: str) -> tuple[str, ...]:
    return tuple(filter(None, _LISTS.split(text)))


def conflicting(conflicts: Iterable[Conflict]) -> frozenset[str]:
    """Ids of all rows that stand in a contradiction."""
    return frozenset(name for conflict in conflicts for name in conflict.rows)
