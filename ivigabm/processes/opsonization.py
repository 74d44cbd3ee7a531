"""From free autoantibody to bound opsonin on each target cell.

    dn_i/dt = k [ N_i s_i / (1 + sum_k s_k) - n_i ],   s_i = a_i / a50_i

a_i is the free local concentration, N_i the epitope density and a50_i the concentration for
half occupancy, set through the occupancy of the untreated patient. Exact with a_i held.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel

if TYPE_CHECKING:
    from ivigabm.processes.world import World


@kernel
def opsonise(level, pitch, half, epitopes, relax, alive, x, y, n, opsonin):
    """Move each target's opsonins towards their equilibrium.

    `level` is mol/L of free antibody, shape (kinds, mesh); `half` and `epitopes` per kind.
    """
    kinds = len(half)
    for row in range(n):
        if not alive[row]:
            continue
        i, j = x[row] // pitch, y[row] // pitch
        total = 1.0
        for k in range(kinds):
            total += level[k, i, j] / half[k]
        for k in range(kinds):
            bound = epitopes[k] * (level[k, i, j] / half[k]) / total
            opsonin[row, k] += relax * (bound - opsonin[row, k])


class Opsonization:
    """Phase: antibody binds to and leaves the target cells."""

    name: ClassVar[str] = "opsonization"
    reads: ClassVar[tuple[str, ...]] = ("idiotype_neutraliser",)
    drives: ClassVar[tuple[str, ...]] = ("binding", "complement", "tissue")

    def __init__(self, world: "World") -> None:
        antigen = world.antigen
        self.relax = -float(expm1(-antigen.turnover * world.dt)) if antigen else 0.0

    def free_clones(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Share of each clone that anti-idiotypes leave free at the target, shape (clones,)."""
        antigen = world.antigen
        if antigen is None:
            return np.ones(0)
        level = np.zeros(int(antigen.clone[-1]) + 1)
        np.add.at(level, antigen.clone, world.mean_at_target(world.own)[antigen.pools])
        return world.idiotypes.free(level, float(world.ports["idiotype_neutraliser"][0]))

    def advance(self, world: "World") -> None:
        """One step of binding and membrane turnover on every target."""
        antigen, table = world.antigen, world.tables["target_cell"]
        if antigen is None:
            return
        world.free_clones = self.free_clones(world)
        world.free_antibody = world.free_clones[antigen.clone]
        level = world.antibody_at_target() * world.free_antibody[:, None, None]
        opsonise(
            level,
            world.molecule_pitch,
            antigen.half,
            antigen.epitopes,
            self.relax,
            table["alive"],
            table["x"],
            table["y"],
            table.n,
            table["opsonin"],
        )
