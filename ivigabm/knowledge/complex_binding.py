"""Published binding of immune complexes to cells with one Fc-gamma receptor.

Findings, not parameters: nothing in the model reads them. `evidence/binding_complexes.csv` has
one row for each condition and replicate, `binding_studies.csv` says where they come from,
`binding_lines.csv` how many receptors the cell lines carry. The refined affinities were inferred
from these very signals: they are what the published model fits with, and no input of this one.
"""

import csv
from dataclasses import dataclass
from functools import cache

from ivigabm.errors import InputError, unknown
from ivigabm.knowledge.affinity import receptor_names, subclass_names
from ivigabm.knowledge.tables import FOLDER, number, ranged, read_rows

_FOLDER = "evidence"
_SIGNALS = f"{_FOLDER}/binding_complexes.csv"
_STUDIES = f"{_FOLDER}/binding_studies.csv"
_LINES = f"{_FOLDER}/binding_lines.csv"
_REFINED = f"{_FOLDER}/binding_refined_affinities.csv"

Mixture = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """Fluorescence of cells after one complex, less the background of the same replicate.

    Attributes
    ----------
    study, replicate : signals compare within a replicate only.
    receptor : with its allele, the only one on the cell.
    igg : subclasses and their shares of the complex's IgG, adding up to 1.
    valency : nominal number of IgG in a complex.
    value : arbitrary unit; below 0 where the background was the larger.
    """

    study: str
    replicate: str
    receptor: str
    igg: Mixture
    valency: int
    value: float


@dataclass(frozen=True, slots=True)
class Known:
    """A number with its range, status and source."""

    value: float
    low: float
    high: float
    status: str
    source: str


def mixture(text: str, where: str) -> Mixture:
    """`IgG1` or `IgG1:0.9,IgG2:0.1` as subclasses with shares.

    Raises
    ------
    InputError : an unknown subclass, or shares that do not add up to 1.
    """
    parts = [part.strip().partition(":") for part in text.split(",")]
    found = []
    for name, _, share in parts:
        if name not in subclass_names("human"):
            raise unknown(f"{where}: human IgG subclass", name, subclass_names("human"))
        found.append((name, number({"share": share or "1"}, "share", where)))
    if abs(sum(share for _, share in found) - 1.0) > 1e-9:
        raise InputError(f"{where}: the shares of '{text}' do not add up to 1")
    return tuple(found)


@cache
def binding_signals() -> tuple[Signal, ...]:
    """All rows, in file order.

    Raises
    ------
    InputError : a row stands twice, or names what the tables do not hold.
    """
    found: dict[tuple[str, str, str, Mixture, int], Signal] = {}
    with (FOLDER / _SIGNALS).open(newline="", encoding="utf-8") as stream:
        for line, row in enumerate(csv.DictReader(stream, strict=True), start=2):
            where = f"{_SIGNALS}, line {line}"
            if row["receptor"] not in receptor_names("human"):
                raise unknown(f"{where}: receptor", row["receptor"], receptor_names("human"))
            if (row["study"], row["receptor"]) not in cell_lines():
                raise InputError(f"{where}: {_LINES} has no {row['receptor']} of {row['study']}")
            igg = mixture(row["igg"], where)
            valency = int(number(row, "valency", where))
            key = (row["study"], row["replicate"], row["receptor"], igg, valency)
            if key in found:
                raise InputError(f"{where}: stands twice")
            found[key] = Signal(*key, value=_signed(row["signal"], where))
    return tuple(found.values())


def _signed(text: str, where: str) -> float:
    """A finite number of either sign."""
    size = number({"signal": text.removeprefix("-")}, "signal", where)
    return -size if text.startswith("-") else size


@cache
def complex_concentrations() -> dict[str, Known]:
    """Study -> concentration of antigen, which is that of complexes at most, nmol/L."""
    columns = ("study", "complex_nmol_per_l", "low", "high", "status", "source", "note")
    return {
        row["study"]: Known(
            *ranged(row, "complex_nmol_per_l", f"{_STUDIES}, {row['study']}"),
            row["status"], row["source"],
        )
        for row in read_rows(_STUDIES, columns)
    }  # fmt: skip


@cache
def cell_lines() -> dict[tuple[str, str], Known]:
    """(study, receptor) -> receptors per cell of the line."""
    columns = ("study", "receptor", "copies", "low", "high", "status", "source")
    found = {}
    for row in read_rows(_LINES, columns):
        where = f"{_LINES}, {row['study']} {row['receptor']}"
        if row["study"] not in complex_concentrations():
            raise unknown(f"{where}: study", row["study"], complex_concentrations())
        value = ranged(row, "copies", where)
        found[row["study"], row["receptor"]] = Known(*value, row["status"], row["source"])
    return found


@cache
def refined_affinities() -> dict[tuple[str, str], float]:
    """(subclass, receptor) -> association constant per M that the published model was left with."""
    columns = ("subclass", "receptor", "ka_per_m", "low", "high", "status", "source")
    return {
        (row["subclass"], row["receptor"]): ranged(row, "ka_per_m", _REFINED)[0]
        for row in read_rows(_REFINED, columns)
    }
