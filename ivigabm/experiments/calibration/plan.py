"""A calibration plan: a TOML file that says what is free, which rows decide, and at what cost."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivigabm.errors import InputError, unknown
from ivigabm.experiments.calibration.free import free_parameters
from ivigabm.experiments.factors import Factor
from ivigabm.experiments.findings.conflicts import conflicting, read_conflicts
from ivigabm.experiments.findings.plan import Planned
from ivigabm.experiments.findings.plan import plan as plan_row
from ivigabm.experiments.findings.table import read_tables, shipped
from ivigabm.knowledge.tables import FOLDER

NAME = "plan.toml"
KEYS = ("parameters", "rows", "samples", "replicates", "seed", "design_seed", "accept", "table")


@dataclass(frozen=True)
class CalibrationPlan:
    """What a calibration does.

    Attributes
    ----------
    parameters : labels of the free ones. rows : ids of the rows that decide.
    samples : points of the design. replicates : seeds per arm, from `seed` on.
    accept : share of the points whose distance sets the tolerance.
    table : a table or a folder of tables; otherwise those that ship with the program.
    """

    parameters: tuple[str, ...]
    rows: tuple[str, ...]
    samples: int = 64
    replicates: int = 4
    seed: int = 1
    design_seed: int = 1
    accept: float = 0.25
    table: Path | None = None

    def __post_init__(self) -> None:
        least = {"samples": 8, "replicates": 2, "seed": 0, "design_seed": 0}
        for name, low in least.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < low:
                raise InputError(f"{name}: found {value!r}; a whole number from {low} is expected")
        if not 0.0 < self.accept <= 1.0:
            raise InputError(f"accept: found {self.accept!r}; a share above 0, at most 1")

    @classmethod
    def load(cls, path: Path | str | None = None) -> "CalibrationPlan":
        """Read a plan file, or the one that ships with the program.

        Raises
        ------
        InputError : no such file, not TOML, or a key or value that is not allowed.
        """
        file = folder() / NAME if path is None else Path(path)
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"plan '{file}' cannot be read: {error.strerror}") from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"{file}: cannot be read as TOML: {error}") from None
        try:
            return cls(**_fields(data, file.parent))
        except InputError as error:
            raise InputError(f"{file.name}: {error}") from None

    def factors(self) -> tuple[Factor, ...]:
        """The free parameters."""
        return free_parameters(self.parameters)

    def planned(self) -> list[Planned]:
        """The rows made ready, in the order of the plan.

        Raises
        ------
        InputError : a row that is not there, not expressible, contested or in conflict.
        """
        home = shipped() if self.table is None else self.table
        known = {row.id: row for row in read_tables(home)[0]}
        apart = conflicting(read_conflicts(home))
        found = []
        for name in self.rows:
            if name not in known:
                raise unknown("row", name, known)
            if known[name].contested_by or name in apart:
                raise InputError(f"row {name}: contested rows do not calibrate")
            one = plan_row(known[name])
            if one.case is None:
                raise InputError(f"row {name}: {one.refused}")
            found.append(one)
        return found


def folder() -> Path:
    """Where the plan and the posterior that ship with the program lie."""
    return FOLDER / "evidence_posterior"


def _fields(data: Mapping[str, Any], beside: Path) -> dict[str, Any]:
    for key in data:
        if key not in KEYS:
            raise unknown("key", key, KEYS)
    fields = dict(data)
    for key in ("parameters", "rows"):
        words = data.get(key)
        if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
            raise InputError(f"{key}: found {words!r}; a list of names is expected")
        if len(set(words)) < len(words):
            raise InputError(f"{key}: a name stands twice")
        fields[key] = tuple(words)
    if not isinstance(data.get("accept", 0.5), float | int):
        raise InputError(f"accept: found {data['accept']!r}; a number is expected")
    if "table" in data:
        fields["table"] = beside / str(data["table"])
    return fields
