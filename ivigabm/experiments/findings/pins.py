"""Accepted verdicts kept in a file, so that a change of the model says which of them it moved."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ivigabm.errors import InputError
from ivigabm.experiments.findings.result import EvidenceResult

COLUMNS = ("id", "position", "verdict")
NEW, GONE, BAD_INPUT = "not pinned", "no such row", "bad input"

Pins = Mapping[tuple[str, str], str]  # (id, position or nothing) -> verdict


class Change(NamedTuple):
    """A verdict that is not the pinned one; `position` is empty for the row as stated."""

    id: str
    position: str
    before: str
    now: str

    def __str__(self) -> str:
        where = f" at {self.position}" if self.position else ""
        return f"{self.id}{where}: {self.before} -> {self.now}"


def pins_of(result: EvidenceResult) -> dict[tuple[str, str], str]:
    """Verdicts of all rows, and of contested rows at every position."""
    found: dict[tuple[str, str], str] = {}
    for finding in result.findings:
        found[finding.row.id, ""] = finding.verdict.word
        for position, verdict in finding.positions.items():
            found[finding.row.id, position] = verdict.word
    return found


def text_of(pins: Pins) -> str:
    """Pins as a table (CSV), by id and position."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((*key, verdict) for key, verdict in sorted(pins.items()))
    return text.getvalue()


def read_pins(path: Path) -> dict[tuple[str, str], str]:
    """Pins from a file.

    Raises
    ------
    InputError : it cannot be read, or is no table of pins.
    """
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as pins: {error}") from None
    if not rows or tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise InputError(f"{path}: no table of pins; expected columns {', '.join(COLUMNS)}")
    return {(name, position): verdict for name, position, verdict in rows[1:]}


def changes(pins: Pins, result: EvidenceResult, whole: bool) -> list[Change]:
    """Verdicts that differ from the pinned ones.

    Parameters
    ----------
    whole : the whole table was run, so that a pinned row that is not there is gone.
    """
    now = pins_of(result)
    faulty = {fault.id for fault in result.faults}
    ran = {name for name, _ in now} | faulty
    found = []
    for key in sorted({*pins, *now}):
        if key in now or whole or key[0] in ran:
            missing = BAD_INPUT if key[0] in faulty else GONE
            before, after = pins.get(key, NEW), now.get(key, missing)
            if before != after:
                found.append(Change(*key, before, after))
    return found
