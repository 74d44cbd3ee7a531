"""From free autoantibody to bound opsonin on each target cell.

    dn_i/dt = k [ N_i s_i / (1 + sum_k s_k) - n_i ],   s_i = a_i / a50_i

a_i is the free local concentration, N_i the epitope density and a50_i the concentration for
half occupancy, set through the occupancy of the untreated patient. Exact with a_i held.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal

if TYPE_CHECKING:
    from ivigabm.processes.world import World


@kernel
def opsonise(level, free, half, pitch, epitopes, relax, alive, x, y, n, seen, opsonin):
    """Move each target's opsonins towards their equilibrium.

    `level` is mol/L of antibody, shape (kinds, mesh); the share `free` of it, `half` and
    `epitopes` per kind. seen : scratch, shape of `level`.
    """
    kinds, per = len(half), reciprocal(pitch)
    for k in range(kinds):
        for i in range(seen.shape[1]):
            for j in range(seen.shape[2]):
                seen[k, i, j] = level[k, i, j] * free[k] / half[k]
    for row in range(n):
        if not alive[row]:
            continue
        i, j = coarse(x[row], per), coarse(y[row], per)
        total = 1.0
        for k in range(kinds):
            total += seen[k, i, j]
        for k in range(kinds):
            bound = epitopes[k] * seen[k, i, j] / total
            opsonin[row, k] += relax * (bound - opsonin[row, k])


class Opsonization:
    """Phase: antibody binds to and leaves the target cells."""

    name: ClassVar[str] = "opsonization"
    reads: ClassVar[tuple[str, ...]] = ("idiotype_neutraliser",)
    drives: ClassVar[tuple[str, ...]] = ("binding", "complement", "tissue")

    def __init__(self, world: "World") -> None:
        antigen = world.antigen
        self.relax = -float(expm1(-antigen.turnover * world.dt)) if antigen else 0.0
        self._seen = np.zeros((0, 0, 0))

    def free_clones(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Share of each clone that anti-idiotypes leave free at the target, shape (clones,)."""
        antigen = world.antigen
        if antigen is None:
            return np.ones(0)
        held = world.mean_at_target(world.own)[antigen.pools]
        level = np.asarray(np.bincount(antigen.clone, held), np.float64)  # in pool order
        return world.idiotypes.free(level, float(world.ports["idiotype_neutraliser"][0]))

    def advance(self, world: "World") -> None:
        """One step of binding and membrane turnover on every target."""
        antigen, table = world.antigen, world.tables["target_cell"]
        if antigen is None:
            return
        world.free_clones = self.free_clones(world)
        world.free_antibody = world.free_clones[antigen.clone]
        level = world.antibody_at_target()
        if self._seen.shape != level.shape:
            self._seen = np.zeros(level.shape)
        opsonise(
            level,
            world.free_antibody,
            antigen.half,
            world.molecule_pitch,
            antigen.epitopes,
            self.relax,
            table["alive"],
            table["x"],
            table["y"],
            table.n,
            self._seen,
            table["opsonin"],
        )
