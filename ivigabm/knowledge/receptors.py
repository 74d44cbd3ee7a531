"""Fc-gamma receptors per cell: `receptor_copies.csv`.

The table counts human receptors without allele. A genotype says which allele the copies are;
a heterozygote carries half of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ivigabm.errors import InputError, unknown
from ivigabm.knowledge.tables import number, ranged, read_rows

_FILE = "receptor_copies.csv"
_COLUMNS = ("species", "cell", "receptor", "copies", "sd", "low", "high", "status", "source")

# The most common haplotypes; the second letter of a heterozygote follows: 131HR, 158FV.
DEFAULT_GENOTYPE: Mapping[str, str] = {"FcgRIIA": "131R", "FcgRIIIA": "158F", "FcgRIIIB": "NA2"}
_ALLELES: Mapping[str, tuple[str, str]] = {
    "FcgRIIA": ("131H", "131R"),
    "FcgRIIIA": ("158F", "158V"),
    "FcgRIIIB": ("NA1", "NA2"),
}
_FIXED: Mapping[str, str] = {"FcgRIIB": "232I"}


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of one receptor on one cell: mean, spread over donors and range."""

    copies: float
    sd: float
    low: float
    high: float
    status: str
    source: str


@cache
def load_receptor_copies() -> dict[tuple[str, str], dict[str, Copies]]:
    """(species, cell) -> receptor without allele -> its row.

    Raises
    ------
    InputError : a row is incomplete, out of its range, or stands twice.
    """
    found: dict[tuple[str, str], dict[str, Copies]] = {}
    for row in read_rows(_FILE, _COLUMNS):
        cell = found.setdefault((row["species"], row["cell"]), {})
        where = f"{_FILE}, {row['species']} {row['cell']} {row['receptor']}"
        if row["receptor"] in cell:
            raise InputError(f"{where}: stands twice")
        copies, low, high = ranged(row, "copies", where)
        spread = number(row, "sd", where)
        cell[row["receptor"]] = Copies(copies, spread, low, high, row["status"], row["source"])
    return found


@cache
def load_receptor_roles() -> dict[tuple[str, str], str]:
    """(species, receptor without allele) -> activating, inhibitory or decoy."""
    rows = read_rows("receptor_roles.csv", ("species", "receptor", "role", "status", "source"))
    return {(row["species"], row["receptor"]): row["role"] for row in rows}


def receptor_role(species: str, receptor: str) -> str:
    """What a receptor, named without allele, tells a cell."""
    return load_receptor_roles()[species, receptor]


def cells(species: str) -> tuple[str, ...]:
    """Cell kinds of a species that have receptor numbers."""
    return tuple(sorted(cell for found, cell in load_receptor_copies() if found == species))


def _alleles(receptor: str, genotype: str) -> tuple[str, ...]:
    """Alleles that a genotype names: `131HR` -> `131H`, `131R`; `158VV` or `158V` -> `158V`."""
    first, second = _ALLELES[receptor]
    stem = first[:-1]
    named = {
        first: (first,),
        second: (second,),
        first + first[-1]: (first,),
        second + second[-1]: (second,),
        stem + first[-1] + second[-1]: (first, second),
        stem + second[-1] + first[-1]: (first, second),
    }
    if genotype not in named:
        raise unknown(f"genotype of {receptor}", genotype, named)
    return named[genotype]


def receptor_copies(
    species: str, cell: str, genotype: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Receptors of a cell as `affinity` spells them -> copies per cell.

    Parameters
    ----------
    species : `human` or `mouse`.
    cell : kind, as `macrophage`, `neutrophil`, `b_cell`.
    genotype : receptor -> allele (`131H`) or pair (`131HR`) for human receptors; what is not
        named keeps the most common allele.

    Raises
    ------
    InputError : a species, cell, receptor or allele is not known.
    """
    table = load_receptor_copies()
    if species not in {key[0] for key in table}:
        raise unknown("species", species, {key[0] for key in table})
    if (species, cell) not in table:
        raise unknown(f"{species} cell with receptor numbers", cell, cells(species))
    for receptor in genotype or {}:
        if receptor not in _ALLELES:
            raise unknown("receptor with alleles", receptor, _ALLELES)
    chosen = {**DEFAULT_GENOTYPE, **(genotype or {})}
    found: dict[str, float] = {}
    for receptor, row in table[species, cell].items():
        if species != "human" or receptor not in (*_ALLELES, *_FIXED):
            found[receptor] = row.copies
        elif receptor in _FIXED:
            found[f"{receptor}-{_FIXED[receptor]}"] = row.copies
        else:
            alleles = _alleles(receptor, chosen[receptor])
            for allele in alleles:
                found[f"{receptor}-{allele}"] = row.copies / len(alleles)
    return found
