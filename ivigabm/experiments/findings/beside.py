"""Lists that stand beside the tables of a folder, each with columns of its own.

`conflicts.csv`: findings that contradict each other. `diagnoses.csv`: why a row fails.
`not_expressible.csv`: published findings that the language has no words for.
"""

import csv
from pathlib import Path
from typing import NamedTuple

from ivigabm.errors import InputError

UNWRITTEN, DIAGNOSES = "not_expressible.csv", "diagnoses.csv"


class Unwritten(NamedTuple):
    """A published finding that is no row of a table, or only in part, and the reason."""

    id: str
    finding: str
    reason: str


def read_list(folder: Path, file: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a list; none where the folder does not have it.

    Raises
    ------
    InputError : it cannot be read, or has other columns.
    """
    path = folder / file
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a table: {error}") from None
    for number, row in enumerate(rows, 2):
        if tuple(row) != columns or None in row.values():
            raise InputError(f"{file}, row {number}: expected columns {', '.join(columns)}")
    return rows


def read_unwritten(folder: Path) -> tuple[Unwritten, ...]:
    """Findings that are not written; raises as `read_list`."""
    return tuple(Unwritten(**row) for row in read_list(folder, UNWRITTEN, Unwritten._fields))


def read_diagnoses(folder: Path) -> dict[str, str]:
    """Row id -> why it fails, in a line; raises as `read_list`."""
    rows = read_list(folder, DIAGNOSES, ("id", "diagnosis"))
    return {row["id"]: row["diagnosis"] for row in rows}
