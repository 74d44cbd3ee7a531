"""Published pharmacokinetics of IgG: what the running model is measured against.

The rows of `igg_pharmacokinetics.csv` are findings, not parameters: nothing in the model reads
them. Ids are those of the project's table of published pharmacokinetics; a letter tells two
figures of one finding apart. P002, P022, P024, P031, P040 and P044 have the range that this
project holds itself to; elsewhere low and high are the printed range, the mean and twice the
printed spread, or 25 % to either side of a bare figure (40 % of a recalled one).
"""

import csv
from dataclasses import dataclass
from functools import cache

from ivigabm.errors import InputError
from ivigabm.knowledge.tables import FOLDER, number

_FILE = "igg_pharmacokinetics.csv"
CONFIDENCE = ("verified", "recalled")


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure: a range with its unit and source."""

    id: str
    quantity: str
    low: float
    high: float
    unit: str
    citation: str
    confidence: str
    note: str

    def holds(self, value: float) -> bool:
        """True when a value lies within the range."""
        return self.low <= value <= self.high


@cache
def published_pharmacokinetics() -> dict[str, Published]:
    """All rows by id, in file order.

    Raises
    ------
    InputError : a row stands twice, its range is empty, or its confidence is no known word.
    """
    found: dict[str, Published] = {}
    with (FOLDER / _FILE).open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream, strict=True):
            where = f"{_FILE}, {row['id']}"
            low, high = number(row, "low", where), number(row, "high", where)
            if row["id"] in found:
                raise InputError(f"{where}: stands twice")
            if not low < high:
                raise InputError(f"{where}: the range {low:g} to {high:g} is empty")
            if row["confidence"] not in CONFIDENCE:
                allowed = ", ".join(CONFIDENCE)
                raise InputError(
                    f"{where}: confidence is '{row['confidence']}', allowed are {allowed}"
                )
            found[row["id"]] = Published(
                row["id"], row["quantity"], low, high, row["unit"], row["citation"],
                row["confidence"], row["note"],
            )  # fmt: skip
    return found
