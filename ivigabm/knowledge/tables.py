"""Reading of the knowledge tables: one CSV file, fixed columns, no empty field but the note."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from ivigabm.errors import InputError

FOLDER = Path(__file__).parent
STATUSES = ("measured", "calibrated", "assumed")


def read_rows(file: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a knowledge table as mappings of column to text.

    Raises
    ------
    InputError : columns differ, a field is missing or empty, or the status is no known word.
    """
    with (FOLDER / file).open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream, strict=True)
        if tuple(reader.fieldnames or ()) != columns:
            raise InputError(f"{file}: columns are {reader.fieldnames}, not {list(columns)}")
        rows = list(reader)
    for line, row in enumerate(rows, start=2):
        for column in columns:
            if row[column] is None or (column != "note" and not row[column].strip()):
                raise InputError(f"{file}, line {line}: '{column}' is empty")
        if row["status"] not in STATUSES:
            found, allowed = row["status"], ", ".join(STATUSES)
            raise InputError(f"{file}, line {line}: status is '{found}', allowed are {allowed}")
    return rows


def number(row: Mapping[str, str], column: str, where: str) -> float:
    """A field as a finite, non-negative number.

    Raises
    ------
    InputError : it is none.
    """
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0.0):
        raise InputError(f"{where}: {column} is '{row[column]}', not a finite number from 0 up")
    return value


def ranged(row: Mapping[str, str], column: str, where: str) -> tuple[float, float, float]:
    """Value, low and high of a row, checked to stand in order.

    Raises
    ------
    InputError : one is no number, or low <= value <= high does not hold.
    """
    value, low, high = (number(row, name, where) for name in (column, "low", "high"))
    if not low <= value <= high:
        raise InputError(f"{where}: {value:g} is not within its range {low:g} to {high:g}")
    return value, low, high
