"""Findings that contradict each other: no single model can hold them all, so they score apart."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ivigabm.experiments.findings.beside import read_list

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
    """The contradictions between rows of a folder's tables; raises as `read_list`."""
    return tuple(
        Conflict(row["group"], _ids(row["ids"]), _ids(row["against"]), row["reason"])
        for row in read_list(folder, FILE, COLUMNS)
    )


def _ids(text: str) -> tuple[str, ...]:
    return tuple(filter(None, _LISTS.split(text)))


def conflicting(conflicts: Iterable[Conflict]) -> frozenset[str]:
    """Ids of all rows that stand in a contradiction."""
    return frozenset(name for conflict in conflicts for name in conflict.rows)
