"""Cytokine and chemokine fields: secreted by cells, diffusing, decaying, neutralised.

Concentrations are in half-effect units: 1 moves a cell half-way. Neutralising antibody lowers
what a cell sees (bound over free is the port `cytokine_sink`), not what is secreted.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.diffusion import Operator
from ivigabm.engine.kernel import kernel
from ivigabm.processes.transport import SECONDS_PER_DAY

if TYPE_CHECKING:
    from ivigabm.processes.world import World

NAMES = ("tnf", "chemokine", "il33", "il4")
NEUTRALISED = ("tnf",)  # cytokines that the port `cytokine_sink` covers, in its order


class Fields:
    """A stack of fields on one mesh, `fields["tnf"]` of shape (nx, ny), indexed [x, y]."""

    def __init__(self, shape: tuple[int, int], pitch: int) -> None:
        self.pitch = pitch
        self.shape = shape
        self.values = np.zeros((len(NAMES), *shape))
        self.sources = np.zeros_like(self.values)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return np.asarray(self.values[NAMES.index(name)])

    def source(self, name: str) -> NDArray[np.float64]:
        """Amount secreted per day into each cell of the mesh in this step."""
        return np.asarray(self.sources[NAMES.index(name)])


@kernel
def secrete(amount, rate, alive, x, y, n, pitch, source):
    """Add rate * amount of each living row to the mesh cell it stands in, in row order."""
    for row in range(n):
        if alive[row]:
            source[x[row] // pitch, y[row] // pitch] += rate * amount[row]


class Cytokines:
    """Phase: sources are gathered from cells and ports, fields advance by one step."""

    name: ClassVar[str] = "cytokines"
    reads: ClassVar[tuple[str, ...]] = ("cytokine_sink",)
    drives: ClassVar[tuple[str, ...]] = ("receptor_expression", "tissue", "transport")

    def __init__(self, world: "World") -> None:
        ps, fields = world.ps, world.fields
        pitch_um = ps["scale.site_pitch"]
        spread = ps["cytokine.diffusion"] * SECONDS_PER_DAY / (pitch_um * pitch_um)
        loss = [ps[f"cytokine.decay_{name}"] for name in NAMES]
        self.operator = Operator.build(
            fields.shape, float(fields.pitch), np.full(len(NAMES), spread), np.array(loss), world.dt
        )
        # secretion is per site; a mesh cell of pitch^2 sites dilutes it
        per_cell = 1.0 / (fields.pitch * fields.pitch)
        present = {"tnf": world.present("TNF"), "il4": world.present("IL-4")}
        self.rate = {
            name: ps[f"cytokine.secretion_{name}"] * per_cell * present.get(name, 1.0)
            for name in ("tnf", "chemokine", "il4")
        }

    def advance(self, world: "World") -> None:
        """Secretion, diffusion and decay over one step."""
        fields = world.fields
        fields.sources[...] = 0.0
        mac, basophil = world.tables["macrophage"], world.tables["basophil"]
        for name, table in (("tnf", mac), ("chemokine", mac), ("il4", basophil)):
            secrete(
                table["activation"],
                self.rate[name] * world.comparators.secretion_left,
                table["alive"],
                table["x"],
                table["y"],
                table.n,
                fields.pitch,
                fields.source(name),
            )
        fields.source("il33")[...] = world.ports["il33_release"]
        fields.values[...] = self.operator.step(fields.values, fields.sources)

    @staticmethod
    def free(world: "World", name: str) -> NDArray[np.float64]:
        """What cells see of a cytokine that is neutralised in part."""
        sink = world.ports["cytokine_sink"][NEUTRALISED.index(name)]
        return np.asarray(world.fields[name] / (1.0 + sink))
