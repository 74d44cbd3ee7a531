"""Tables of published experiments: one finding per row, in the language of evidence.

A row that cannot be read is named with its file, line and reason; the others are kept.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivigabm.errors import InputError, nearest
from ivigabm.words import number

COLUMNS = (
    "id", "scenario", "arm", "versus", "readout", "relation", "low", "high", "mechanism",
    "citation", "confidence", "contested_by",
)  # fmt: skip
_NEEDED = ("id", "scenario", "arm", "readout", "relation", "mechanism")
_LISTS = re.compile(r"[;,\s]+")


@dataclass(frozen=True)
class Row:
    """One published finding as written, and where it stands."""

    id: str
    scenario: str
    arm: str
    versus: str
    readout: str
    relation: str
    low: float | None
    high: float | None
    mechanism: tuple[str, ...]
    citation: str
    confidence: str
    contested_by: tuple[str, ...]
    group: str
    place: str


@dataclass(frozen=True)
class Fault:
    """A row that is bad input: where, whose and why."""

    place: str
    id: str
    message: str
    group: str = ""

    def __str__(self) -> str:
        return f"{self.place}{f', row {self.id}' if self.id else ''}: {self.message}"


def at_fault(row: Row, message: str) -> Fault:
    """The fault of a row that could be read as a row."""
    return Fault(row.place, row.id, message, row.group)


def shipped() -> Path:
    """The folder of tables that ship with the program."""
    from ivigabm.knowledge.vocabulary import HERE

    return HERE / "evidence"


def read_tables(place: Path) -> tuple[list[Row], list[Fault]]:
    """Read a table, or all tables of a folder.

    A row's group is its table, or its scenario where there is only one table. Of a folder, lists
    without a column `scenario` are no tables of findings and are passed over.

    Raises
    ------
    InputError : no such file, no table in the folder, or columns that are not those of a table.
    """
    files = [f for f in sorted(place.glob("*.csv")) if _is_table(f)] if place.is_dir() else [place]
    if not files:
        raise InputError(f"evidence: '{place}' holds no table (*.csv)")
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for file in files:
        for found in _read(file, file.stem if len(files) > 1 else ""):
            if isinstance(found, Row) and found.id in seen:
                found = at_fault(found, f"id: '{found.id}' stands twice")
            if isinstance(found, Fault):
                faults.append(found)
            else:
                seen.add(found.id)
                rows.append(found)
    return rows, faults


def _is_table(file: Path) -> bool:
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        return "scenario" in [name.strip() for name in next(csv.reader(lines), [])]


def _read(file: Path, group: str) -> Iterator[Row | Fault]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.reader(lines, strict=True)
            columns = [name.strip() for name in next(reader, [])]
            _check_columns(file, columns)
            line = reader.line_num + 1
            for cells in reader:
                here, line = f"{file.name}, line {line}", reader.line_num + 1
                if any(cell.strip() for cell in cells):
                    yield _row(here, group, columns, [cell.strip() for cell in cells])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file}: cannot be read as a table: {error}") from None


def _check_columns(file: Path, columns: Sequence[str]) -> None:
    for name in columns:
        if name not in COLUMNS:
            raise InputError(
                f"{file.name}, line 1: column '{name}' is not known{nearest(name, COLUMNS)} "
                f"(allowed: {', '.join(COLUMNS)})"
            )
    lacking = [name for name in COLUMNS if columns.count(name) != 1]
    if lacking:
        raise InputError(
            f"{file.name}, line 1: every column stands once; found '{', '.join(columns)}', "
            f"at fault: {', '.join(lacking)}"
        )


def _row(place: str, group: str, columns: Sequence[str], cells: Sequence[str]) -> Row | Fault:
    found = dict(zip(columns, cells, strict=False))
    name = found.get("id", "")
    try:
        if len(cells) != len(columns):
            raise InputError(
                f"{len(cells)} cells, {len(columns)} are expected; "
                "a cell that holds a comma is quoted"
            )
        for column in _NEEDED:
            if not found[column]:
                raise InputError(f"{column}: the cell is empty")
        low, high = _limit("low", found["low"]), _limit("high", found["high"])
    except InputError as error:
        return Fault(place, name, str(error), group or found.get("scenario", ""))
    return Row(
        id=name,
        scenario=found["scenario"],
        arm=found["arm"],
        versus=found["versus"],
        readout=found["readout"],
        relation=found["relation"],
        low=low,
        high=high,
        mechanism=tuple(filter(None, (w.strip() for w in found["mechanism"].split(";")))),
        citation=found["citation"],
        confidence=found["confidence"],
        contested_by=tuple(filter(None, _LISTS.split(found["contested_by"]))),
        group=group or found["scenario"],
        place=place,
    )


def _limit(column: str, text: str) -> float | None:
    return number(column, text) if text else None
