"""The therapeutic IgG as mechanisms see it: where how much of which molecule is.

Only mechanisms read this; processes read ports. The drug's own fate (dosing, transport,
catabolism) is no mechanism and always runs.
"""

import copy
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ivigabm.knowledge import ParameterSet
from ivigabm.processes.cytokines import secrete
from ivigabm.processes.molecule import Molecule
from ivigabm.processes.plasma import Pools
from ivigabm.processes.readings import Readings

if TYPE_CHECKING:
    from ivigabm.processes.world import World

Array = NDArray[np.float64]
Place = Literal["plasma", "at_target", "in_lymphoid"]
Mesh = Literal["lymphoid", "effector"]
Make = Callable[["Drug"], Array]

MICROMOLAR, NANOMOLAR = 1e-6, 1e-9  # mol/L
GRAMS = 1e3  # g/mol of 1 kg/mol


class Drug:
    """Pools, composition and local concentrations of one preparation.

    Attributes
    ----------
    molecules, share : kinds of molecule and the share of a dose's protein mass in each.
    lymphoid, effector : mol/L over the molecule mesh, shape (pools, cells of the mesh), in
        freely perfused tissue and where effector cells meet their targets.
    plasma, at_target, in_lymphoid : means, mol/L, shape (pools,).
    dimer, valency : share in dimers, and Fc parts held together, shape (pools,).
    two_armed : 1 for molecules with two paratopes, which can cross-link, shape (pools,).
    fcgr_affinity, fcgr2b_affinity : per M, shapes (pools, receptors) and (pools,).
    ps : knowledge for this individual. presence : function left of a gene product.
    sensor_release, il4 : what the drug has evoked so far, over the field mesh.
    """

    def __init__(
        self,
        molecules: Sequence[Molecule],
        share: Array,
        pools: Pools,
        fcgr_affinity: Array,
        fcgr2b_affinity: Array,
        presence: dict[str, float],
        ps: ParameterSet,
        mesh: tuple[int, int],
        field_mesh: tuple[int, int],
    ) -> None:
        self.molecules = tuple(molecules)
        self.share = share
        self.pools = pools
        self.fcgr_affinity = fcgr_affinity
        self.fcgr2b_affinity = fcgr2b_affinity
        self.presence = presence
        self.ps = ps
        self.dimer: Array = np.array([molecule.dimer for molecule in molecules])
        self.valency: Array = np.array([molecule.valency for molecule in molecules])
        self.two_armed: Array = np.array(
            [float(m.fragment in ("intact", "fab2")) for m in molecules]
        )
        self._features: dict[frozenset[str], Array] = {}
        self._either: dict[frozenset[str], Array] = {}
        self._specificity: dict[str, Array] = {}
        self._readings = {place: Readings() for place in ("plasma", "at_target", "in_lymphoid")}
        self._readings |= {place: Readings(mesh) for place in ("lymphoid", "effector")}
        self.mesh = mesh
        cells = mesh[0] * mesh[1]
        self.lymphoid = np.zeros((len(molecules), cells))
        self.effector = np.zeros((len(molecules), cells))
        self.plasma = self.at_target = self.in_lymphoid = np.zeros(len(molecules))
        self.sensor_release = np.zeros(field_mesh)
        self.il4 = np.zeros(field_mesh)

    def see(self, world: "World", local: Array) -> None:
        """Note where the drug is now; `local` is mol/L over the molecule mesh, per pool."""
        flat = (len(self.molecules), self.mesh[0] * self.mesh[1])
        self.plasma = self.pools.plasma_molar()
        self.in_lymphoid = self.pools.tissue_molar()
        self.at_target = world.mean_at_target(self.pools)
        self.lymphoid = local.reshape(flat)
        self.effector = np.ascontiguousarray(world.at_target(self.pools, local)).reshape(flat)
        sensor = world.tables["sensor_cell"]
        pitch = world.fields.pitch
        release = self.ps["cytokine.secretion_il33"] / (pitch * pitch) * world.present("IL-33")
        self.sensor_release[...] = 0.0
        secrete(
            sensor["signal"],
            release,
            sensor["alive"],
            sensor["x"],
            sensor["y"],
            sensor.n,
            pitch,
            self.sensor_release,
        )
        self.il4 = world.fields["il4"]

    def features(self, needs: frozenset[str]) -> Array:
        """Share of each pool's molecules that have all features in `needs`; not to be written."""
        if needs not in self._features:
            self._features[needs] = np.array(
                [math.prod(m.has(need) for need in sorted(needs)) for m in self.molecules]
            )
        return self._features[needs]

    def either(self, needs: frozenset[str]) -> Array:
        """Share of each pool's molecules that have at least one feature in `needs`."""
        if needs not in self._either:
            parts = [self.features(frozenset({need})) for need in sorted(needs)]
            self._either[needs] = np.asarray(np.max(parts, axis=0))
        return self._either[needs]

    def specificity(self, name: str) -> Array:
        """Share of each pool's molecules that bind a named thing; not to be written."""
        if name not in self._specificity:
            self._specificity[name] = np.array(
                [m.specificity.get(name, 0.0) for m in self.molecules], np.float64
            )
        return self._specificity[name]

    def level(self, key: str, weights: Make, place: Place) -> float:
        """Weighted sum over pools of their mean concentrations at a place, mol/L.

        key : who asks, such as a mechanism's id; a second sum needs a key of its own. weights :
        makes the weights, shape (pools,), from the composition alone; called once.
        """
        return self._readings[place].level(key, partial(weights, self), getattr(self, place))

    def levels(self, key: str, weights: Make, place: Place) -> Array:
        """The same with several weights per pool, (pools, sums); shape (sums,)."""
        return self._readings[place].many(key, partial(weights, self), getattr(self, place))

    def grams(self, key: str, weights: Make) -> float:
        """A `level` in lymphoid tissue, as g/L of 150 kg/mol, so that moles count."""
        return self.level(key, weights, "in_lymphoid") * self.ps["mass.igg"] * GRAMS

    def spread(self, key: str, weights: Make, mesh: Mesh) -> Array:
        """Weighted sum over pools on the molecule mesh, shape of the mesh; see `level`."""
        return self._readings[mesh].one(key, partial(weights, self), getattr(self, mesh))

    def channels(self, key: str, weights: Make, mesh: Mesh) -> Array:
        """Sums with several weights per pool, (pools, sums); shape (sums, *mesh)."""
        return self._readings[mesh].many(key, partial(weights, self), getattr(self, mesh))

    def part(self, mask: "NDArray[np.bool_]") -> "Drug":
        """The drug as if only these pools were there, to look at."""
        part = copy.copy(self)
        part._readings = {place: readings.again() for place, readings in self._readings.items()}
        part.lymphoid, part.effector = self.lymphoid * mask[:, None], self.effector * mask[:, None]
        part.plasma, part.at_target = self.plasma * mask, self.at_target * mask
        part.in_lymphoid = self.in_lymphoid * mask
        part.pools = copy.copy(self.pools)
        part.pools.plasma = self.pools.plasma * mask
        return part
