"""Affinities of IgG for type I Fc-gamma receptors: `affinities.csv` and `glycoforms.csv`.

A glycoform that was measured has rows of its own. Where it has none, the native row is
multiplied by the fold that `glycoforms.csv` gives for the receptor: the row of the receptor
itself wins over its group (`high` is FcgRI, `low` all others), the group over `all`.

Mouse and human data disagree about sialylation. Folds that depend on whom one believes name a
`position` of the hypothesis `glycan_affinity`; `any` holds in both. A measured row of such a
contested glycoform counts only where the position is that of its own ligand's species, so the
hypothesis is one state of the world for every antibody in it.
"""

from functools import cache

from ivigabm.errors import InputError, unknown
from ivigabm.knowledge.tables import ranged, read_rows

POSITIONS = ("human", "mouse")
NATIVE = "native"

_AFFINITIES = "affinities.csv"
_FOLDS = "glycoforms.csv"
_AFFINITY_COLUMNS = (
    "ligand_species", "subclass", "glycoform", "receptor_species", "receptor",
    "ka_per_m", "low", "high", "status", "source",
)  # fmt: skip
_FOLD_COLUMNS = (
    "glycoform", "receptor_species", "receptor_group", "fold", "position",
    "low", "high", "status", "source",
)  # fmt: skip

Key = tuple[str, str, str, str, str]


@cache
def _affinities() -> dict[Key, float]:
    """(ligand species, subclass, glycoform, receptor species, receptor) -> association per M."""
    found: dict[Key, float] = {}
    for row in read_rows(_AFFINITIES, _AFFINITY_COLUMNS):
        ligand, subclass, glycoform, species, receptor = (row[c] for c in _AFFINITY_COLUMNS[:5])
        key = (ligand, subclass, glycoform, species, receptor)
        where = f"{_AFFINITIES}, {' '.join(key)}"
        if key in found:
            raise InputError(f"{where}: stands twice")
        found[key] = ranged(row, "ka_per_m", where)[0]
    return found


@cache
def _folds() -> dict[tuple[str, str, str, str], float]:
    """(glycoform, receptor species, receptor or group, position) -> fold on the native row."""
    found: dict[tuple[str, str, str, str], float] = {}
    for row in read_rows(_FOLDS, _FOLD_COLUMNS):
        key = (row["glycoform"], row["receptor_species"], row["receptor_group"], row["position"])
        where = f"{_FOLDS}, {' '.join(key)}"
        if key in found:
            raise InputError(f"{where}: stands twice")
        if row["position"] not in ("any", *POSITIONS):
            raise InputError(f"{where}: position must be any, human or mouse")
        found[key] = ranged(row, "fold", where)[0]
    return found


def glycoforms() -> tuple[str, ...]:
    """Names of the glycoforms, `native` first."""
    return (NATIVE, *sorted({key[0] for key in _folds()}))


def subclass_names(species: str) -> tuple[str, ...]:
    """IgG subclasses of a species that have affinities."""
    return tuple(sorted({key[1] for key in _affinities() if key[0] == species}))


def receptor_names(species: str) -> tuple[str, ...]:
    """Receptors of a species, with their allele, that have affinities."""
    return tuple(sorted({key[4] for key in _affinities() if key[3] == species}))


def generic(receptor: str) -> str:
    """Receptor without its allele: `FcgRIIA-131H` -> `FcgRIIA`."""
    return receptor.split("-", 1)[0]


def _fold(glycoform: str, species: str, receptor: str, position: str) -> float:
    folds = _folds()
    name = generic(receptor)
    for group in (name, "high" if name == "FcgRI" else "low", "all"):
        for world in (position, "any"):
            if (glycoform, species, group, world) in folds:
                return folds[glycoform, species, group, world]
    raise InputError(f"glycoform '{glycoform}' has no fold for {species} {receptor} ({_FOLDS})")


@cache
def _contested(glycoform: str) -> bool:
    return any(key[0] == glycoform and key[3] != "any" for key in _folds())


@cache
def affinity(
    ligand_species: str,
    subclass: str,
    glycoform: str,
    receptor_species: str,
    receptor: str,
    glycan_position: str = "human",
) -> float:
    """Association constant of one IgG for one type I Fc-gamma receptor, per M.

    Parameters
    ----------
    ligand_species, receptor_species : `human` or `mouse`.
    subclass : as in the evidence language, `IgG1`, `IgG2c` ...
    glycoform : `native`, `sialylated`, `desialylated`, `deglycosylated`, `afucosylated`.
    receptor : with its allele where it has one, `FcgRI`, `FcgRIIA-131H`, `FcgRIV` ...
    glycan_position : position of the hypothesis `glycan_affinity`, `human` or `mouse`.

    Raises
    ------
    InputError : a name is not known; the message gives the nearest one.
    """
    if glycan_position not in POSITIONS:
        raise unknown("position of glycan_affinity", glycan_position, POSITIONS)
    if glycoform not in glycoforms():
        raise unknown("glycoform", glycoform, glycoforms())
    table = _affinities()
    native = (ligand_species, subclass, NATIVE, receptor_species, receptor)
    if native not in table:
        _refuse(ligand_species, subclass, receptor_species, receptor)
    if glycoform == NATIVE:
        return table[native]
    measured = table.get((ligand_species, subclass, glycoform, receptor_species, receptor))
    counts = not _contested(glycoform) or glycan_position == ligand_species
    if measured is not None and counts:
        return measured
    return table[native] * _fold(glycoform, receptor_species, receptor, glycan_position)


def _refuse(ligand_species: str, subclass: str, receptor_species: str, receptor: str) -> None:
    """Raise the error that names the first word not known."""
    for what, species in (("ligand species", ligand_species), ("species", receptor_species)):
        if species not in POSITIONS:
            raise unknown(what, species, POSITIONS)
    if subclass not in subclass_names(ligand_species):
        raise unknown(f"{ligand_species} IgG subclass", subclass, subclass_names(ligand_species))
    raise unknown(f"{receptor_species} receptor", receptor, receptor_names(receptor_species))
