"""A clearance test: labelled red cells that carry IgG, too few to change anything.

The clinic injects red cells coated with anti-D and counts how fast they leave the blood. Here
the mean resident phagocyte meets one such cell as it meets any other circulating cell: its
receptors, what competes for them and its appetite are those of the moment.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import expm1, hill
from ivigabm.processes.binding_rules import average, gather
from ivigabm.processes.equilibrium import patch_affinity, patch_equilibrium, patch_work
from ivigabm.processes.molecule import Molecule
from ivigabm.processes.phagocytosis import NEIGHBOURHOOD

if TYPE_CHECKING:
    from ivigabm.processes.world import World

HOURS_PER_DAY = 24.0


class SensitisedCell:
    """A red cell with IgG of its donor's species on it, in the blood of an individual."""

    COAT: ClassVar[dict[str, str]] = {"human": "IgG1", "mouse": "IgG2a"}

    def __init__(self, world: "World") -> None:
        ps, species = world.ps, world.resolved.scenario.species
        self.group = world.phagocytes[0]
        coat = Molecule(species=species, subclass=self.COAT[species])
        area = ps["contact.patch_area"]
        self.kappa = patch_affinity(world.fcgr_affinity((coat,)), ps["contact.gap"], area)
        self.density = np.array([ps["red_cell.opsonin_density"] * area])
        self.fastest = ps["platelet.clearance_max"]  # the same phagocytes, met as often
        self.founded = world.resolved.scenario.cells.macrophage

    def rate(self, world: "World") -> float:
        """How fast such cells are engulfed now, 1/h; undefined without phagocytes."""
        cells = self.group.cells(world)
        if cells.living == 0:
            return float("nan")
        net = float(np.sum(self.group.signalling.weight * self._linked(world)))
        response = float(
            hill(max(net, 0.0), self.group.signalling.half, self.group.signalling.power)
        )
        full = cells["load"][cells["alive"]] / self.group.phagocytosis.room
        appetite = float(np.mean(np.maximum(0.0, 1.0 - full)))
        met = self._met(world, cells.living) / self._met(world, self.founded)
        return self.fastest * met * response * appetite / HOURS_PER_DAY

    def _linked(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Receptors that the mean phagocyte holds to the cell in one patch, by type."""
        binding, receptors = self.group.binding, self.group.receptors(world)
        cells, types = self.group.cells(world), len(world.receptors)
        copies, mean = np.zeros((cells.n, types)), np.zeros(types)
        gather(
            receptors["host_row"],
            receptors["receptor"],
            receptors["copies"],
            binding.function,
            receptors.n,
            copies,
        )
        average(copies, cells["alive"], cells.n, mean)
        brought = world.ports["fcgr_competitor"].mean(axis=(2, 3))[:, :types]
        rival = binding.own_competition(world) + brought[0] + binding.dimer_weight * brought[1]
        free, pairs = np.zeros(1), np.zeros((1, types))
        patch_equilibrium(
            self.kappa, self.density, mean * binding.per_patch, rival, 1, types, pairs, free,
            patch_work(1, types),
        )  # fmt: skip
        return np.asarray(pairs[0])

    def _met(self, world: "World", number: int) -> float:
        """Share of passages through the section in which a phagocyte is met."""
        return -float(expm1(-NEIGHBOURHOOD * number / (world.shape[0] * world.shape[1])))
