"""Kinds of immunoglobulin: what one pool of identical molecules is made of."""

from dataclasses import dataclass, field
from typing import Literal

from ivigabm.knowledge import ParameterSet

Fragment = Literal["intact", "fab2", "fab", "fc", "none"]

_HAS_FC = {"intact", "fc"}
_HAS_PARATOPE = {"intact", "fab2", "fab"}
MASS_ROW = {
    "intact": "mass.igg",
    "fab2": "mass.fab2",
    "fab": "mass.fab",
    "fc": "mass.fc",
    "none": "mass.albumin",
}


@dataclass(frozen=True)
class Molecule:
    """One kind of molecule.

    species, subclass, glycoform : as in the affinity table; `fragment` says which part it is.
    n297_glycan, fc_sialic26, fab_sialic : whether (or which share) carries the sugar.
    dimer : share present as dimers. valency : Fc parts held together (1 for a monomer).
    specificity : share of these molecules that binds a named thing.
    """

    species: str
    subclass: str
    fragment: Fragment = "intact"
    glycoform: str = "native"
    n297_glycan: bool = True
    fc_sialic26: bool = False
    fab_sialic: float = 0.0
    dimer: float = 0.0
    valency: float = 1.0
    specificity: dict[str, float] = field(default_factory=dict, hash=False)

    @property
    def is_igm(self) -> bool:
        return self.subclass == "IgM"

    def has(self, feature: str) -> float:
        """Share of these molecules with a feature (0 or 1 but for sugars of the Fab)."""
        with_fc = self.fragment in _HAS_FC and not self.is_igm
        return {
            "paratope": float(self.fragment in _HAS_PARATOPE),
            "fc": float(with_fc),
            "intact": float(self.fragment == "intact"),
            "n297_glycan": float(with_fc and self.n297_glycan),
            "fc_sialic26": float(with_fc and self.n297_glycan and self.fc_sialic26),
            "fab_sialic": self.fab_sialic if self.fragment in _HAS_PARATOPE else 0.0,
        }[feature]

    def molar_mass(self, ps: ParameterSet) -> float:
        """kg/mol of one molecule."""
        if self.is_igm:
            return ps["mass.igm"]
        return ps[MASS_ROW[self.fragment]] * self.valency
