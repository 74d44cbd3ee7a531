"""Cytokine and chemokine fields: secreted by cells, diffusing, decaying, neutralised.

Concentrations are in half-effect units: 1 moves a cell half-way. Neutralising antibody lowers
what a cell sees (bound over free is the port `cytokine_sink`), not what is secreted.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.diffusion import Operator
from ivigabm.engine.kernel import kernel
from ivigabm.processes.t_cells import EFFECTOR, TREG
from ivigabm.processes.transport import SECONDS_PER_DAY

if TYPE_CHECKING:
    from ivigabm.processes.world import World

NAMES = ("tnf", "chemokine", "il33", "il4", "ifn_gamma", "il10", "pge2", "c5a", "il1")
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
    reads: ClassVar[tuple[str, ...]] = ("cytokine_sink", "anaphylatoxin_sink")
    drives: ClassVar[tuple[str, ...]] = (
        "receptor_expression",
        "tissue",
        "transport",
        "t_cells",
        "dendritic",
    )

    def __init__(self, world: "World") -> None:
        ps, fields = world.ps, world.fields
        pitch_um = ps["scale.site_pitch"]
        spread = ps["cytokine.diffusion"] * SECONDS_PER_DAY / (pitch_um * pitch_um)
        loss = [ps[f"cytokine.decay_{name}"] for name in NAMES]
        self.loss = dict(zip(NAMES, loss, strict=True))
        self.operator = Operator.build(
            fields.shape, float(fields.pitch), np.full(len(NAMES), spread), np.array(loss), world.dt
        )
        # secretion is per site; a mesh cell of pitch^2 sites dilutes it
        per_cell = 1.0 / (fields.pitch * fields.pitch)
        present = {
            "tnf": world.present("TNF"),
            "il4": world.present("IL-4"),
            "ifn_gamma": world.present("IFN-gamma"),
            "il10": world.present("IL-10"),
            "il1": world.present("IL-1"),
        }
        self.rate = {
            name: ps[f"cytokine.secretion_{name}"] * per_cell * present.get(name, 1.0)
            for name in ("tnf", "chemokine", "il4", "ifn_gamma", "il10", "pge2")
        }
        self.neutrophil_rate = {
            name: ps[f"neutrophil.secretion_{name}"] * per_cell * present.get(name, 1.0)
            for name in ("tnf", "chemokine", "il1")
        }
        target = world.resolved.scenario.target
        released = world.quantity(target.c5a) if target and not world.blood_target else 0.0
        self.c5a_rate = released * per_cell * world.present("C5")

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
        self._from_the_adaptive_arm(world)
        self._from_neutrophils_and_complement(world)
        fields.source("il33")[...] = world.ports["il33_release"]
        self.hold(world)
        fields.values[...] = self.operator.step(fields.values, fields.sources)

    def hold(self, world: "World") -> None:
        """What a dish is stimulated with is made up for as it decays."""
        for name, level in world.held_levels().items():
            world.fields.source(name)[...] += level * self.loss[name]

    def _from_the_adaptive_arm(self, world: "World") -> None:
        """Active effector T cells, regulatory T cells, and dendritic cells with COX-2."""
        dendritic, t_cell = world.tables["dendritic_cell"], world.tables["t_cell"]
        activation, stage = t_cell["activation"], t_cell["stage"]
        effector = np.where(stage == EFFECTOR, activation, 0.0)
        sources = [(name, t_cell, effector) for name in ("tnf", "chemokine", "ifn_gamma")]
        sources.append(("il10", t_cell, np.where(stage == TREG, activation, 0.0)))
        sources.append(("pge2", dendritic, dendritic["cox2"]))
        for name, table, amount in sources:
            if table.n:
                secrete(
                    amount,
                    self.rate[name] * world.comparators.secretion_left,
                    table["alive"],
                    table["x"],
                    table["y"],
                    table.n,
                    world.fields.pitch,
                    world.fields.source(name),
                )

    def _from_neutrophils_and_complement(self, world: "World") -> None:
        """Active neutrophils, and the C5a that splits off where C5 is cleaved on a target."""
        fields, left = world.fields, world.comparators
        cell, target = world.tables["neutrophil"], world.tables["target_cell"]
        sources = [
            (name, cell, cell["activation"], rate * left.secretion_left)
            for name, rate in self.neutrophil_rate.items()
            if cell.n
        ]
        if self.c5a_rate > 0.0:
            cleaved = target["c3b"] * target["c3b"]
            sources.append(("c5a", target, cleaved, self.c5a_rate * left.c5_left))
        for name, table, amount, rate in sources:
            secrete(
                amount,
                rate,
                table["alive"],
                table["x"],
                table["y"],
                table.n,
                fields.pitch,
                fields.source(name),
            )

    @staticmethod
    def free(world: "World", name: str) -> NDArray[np.float64]:
        """What cells see of a cytokine that is neutralised in part."""
        if name == "c5a":
            sink = world.ports["anaphylatoxin_sink"][0]
        else:
            sink = world.ports["cytokine_sink"][NEUTRALISED.index(name)]
        return np.asarray(world.fields[name] / (1.0 + sink))

    @staticmethod
    def inflammatory(world: "World") -> NDArray[np.float64]:
        """What primes neutrophils and harms tissue: free TNF and IL-1."""
        return np.asarray(Cytokines.free(world, "tnf") + world.fields["il1"])
