"""What is known: numbers with unit, range, source and status, and their loaders.

Tables, one fact a row, no field empty but `note`:

- `parameters.csv`: name, species (any, human, mouse), value, low, high, unit, status, source,
  note. Rows stand in groups and are sorted within them. Low and high are the plausible range.
- `affinities.csv`: association constants per M, by ligand, glycoform and receptor.
- `glycoforms.csv`: folds on the native affinity where a glycoform was not measured.
- `receptor_copies.csv`: Fc-gamma receptors per cell, with the spread over donors.
- `preparations.toml`: products as compositions.

Status is `measured` (read in a source), `calibrated` (fitted to rows that the source names) or
`assumed` (no source; the range says how far it may be off). P, C and E with a number are rows
of the project's tables of published pharmacokinetics, clinical and mechanistic findings.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ivigabm.knowledge.affinity import (
    affinity,
    generic,
    glycoforms,
    receptor_names,
    subclass_names,
)
from ivigabm.knowledge.parameters import Parameter, ParameterSet, load_parameters
from ivigabm.knowledge.receptors import DEFAULT_GENOTYPE, cells, receptor_copies, receptor_role

if TYPE_CHECKING:
    from ivigabm.knowledge.preparation import Preparation, load_preparation, preparation_names
    from ivigabm.knowledge.vocabulary import (
        load_genotypes,
        load_hypotheses,
        load_strains,
        load_therapies,
        nodes_of,
        product_names,
    )

__all__ = [
    "DEFAULT_GENOTYPE",
    "Parameter",
    "ParameterSet",
    "Preparation",
    "affinity",
    "cells",
    "generic",
    "glycoforms",
    "load_genotypes",
    "load_hypotheses",
    "load_parameters",
    "load_preparation",
    "load_strains",
    "load_therapies",
    "nodes_of",
    "preparation_names",
    "product_names",
    "receptor_copies",
    "receptor_names",
    "receptor_role",
    "subclass_names",
]

_LATE = {
    "Preparation": "preparation",
    "load_preparation": "preparation",
    "preparation_names": "preparation",
    "load_genotypes": "vocabulary",
    "load_hypotheses": "vocabulary",
    "load_strains": "vocabulary",
    "load_therapies": "vocabulary",
    "nodes_of": "vocabulary",
    "product_names": "vocabulary",
}


def __getattr__(name: str) -> Any:
    """Load what needs pydantic on first use."""
    if name in _LATE:
        return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
