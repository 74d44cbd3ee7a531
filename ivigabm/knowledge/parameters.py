"""Parameters: what `parameters.csv` says, resolved for one species, with overrides.

A name is `group.symbol`. A row of species `any` holds for all; a row of the species itself
wins over it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from numbers import Real

from ivigabm.errors import InputError, nearest
from ivigabm.knowledge.tables import ranged, read_rows

_FILE = "parameters.csv"
_COLUMNS = ("name", "species", "value", "low", "high", "unit", "status", "source", "note")
SPECIES = ("human", "mouse")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row: a number, its plausible range, unit, status and source."""

    name: str
    species: str
    value: float
    low: float
    high: float
    unit: str
    status: str
    source: str
    note: str


@cache
def load_parameters() -> tuple[Parameter, ...]:
    """All rows of `parameters.csv` in file order.

    Raises
    ------
    InputError : a row is incomplete, out of its range, or stands twice.
    """
    found: dict[tuple[str, str], Parameter] = {}
    for row in read_rows(_FILE, _COLUMNS):
        name, species = row["name"], row["species"]
        where = f"{_FILE}, {name} ({species})"
        if species not in ("any", *SPECIES):
            raise InputError(f"{where}: species must be any, human or mouse")
        if (name, species) in found:
            raise InputError(f"{where}: stands twice")
        value, low, high = ranged(row, "value", where)
        found[name, species] = Parameter(
            name, species, value, low, high,
            row["unit"], row["status"], row["source"], row["note"],
        )  # fmt: skip
    return tuple(found.values())


@cache
def _resolved(species: str) -> dict[str, Parameter]:
    """Name -> row that holds for a species, in file order."""
    rows: dict[str, Parameter] = {}
    for row in load_parameters():
        if row.species == species or (row.species == "any" and row.name not in rows):
            rows[row.name] = row
    return rows


class ParameterSet:
    """Numbers for one species, by name: `ps["fcrn.k_int"]`.

    Parameters
    ----------
    species : `human` or `mouse`.
    overrides : name -> value that replaces the table's; may lie outside the row's range.

    Raises
    ------
    InputError : unknown species or name, or an override that is no finite number from 0 up.
    """

    def __init__(self, species: str, overrides: Mapping[str, float] | None = None) -> None:
        if species not in SPECIES:
            raise InputError(
                f"species '{species}' is not known{nearest(species, SPECIES)} (known: human, mouse)"
            )
        self.species = species
        self._rows = dict(_resolved(species))
        self._used: dict[str, float] = {}  # what was read; a step reads the same again
        for name, value in (overrides or {}).items():
            self._rows[name] = self._overridden(self._row(name), value)

    def _row(self, name: str) -> Parameter:
        if name in self._rows:
            return self._rows[name]
        if any(row.name == name for row in load_parameters()):
            raise InputError(f"parameter '{name}' has no value for species '{self.species}'")
        raise InputError(
            f"parameter '{name}' is not known{nearest(name, self._rows)} "
            "('ivigabm parameters' lists all)"
        )

    def _overridden(self, row: Parameter, given: object) -> Parameter:
        good = isinstance(given, Real) and not isinstance(given, bool)
        value = float(given) if good else math.nan  # type: ignore[arg-type]
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(
                f"parameter '{row.name}' is set to {given!r}, not a finite number from 0 up "
                f"({row.unit}; usual range {row.low:g} to {row.high:g})"
            )
        return replace(
            row,
            value=value,
            low=min(row.low, value),
            high=max(row.high, value),
            status="assumed",
            source="set by the user",
        )

    def __getitem__(self, name: str) -> float:
        """Value of a parameter; the name is noted as used."""
        value = self._used.get(name)
        if value is None:
            value = self._used[name] = self._row(name).value
        return value

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    @property
    def used(self) -> frozenset[str]:
        """Names read so far."""
        return frozenset(self._used)

    def rows(self) -> tuple[Parameter, ...]:
        """The rows that hold here, overrides included, in file order."""
        return tuple(self._rows.values())
