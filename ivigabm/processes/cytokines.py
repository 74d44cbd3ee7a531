"""Cytokine and chemokine fields: secreted by cells, diffusing, decaying, neutralised.

Concentrations are in half-effect units: 1 moves a cell half-way. Neutralising antibody lowers
what a cell sees (bound over free is the port `cytokine_sink`), not what is secreted.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.diffusion import Operator, exchange
from ivigabm.engine.elementary import exp, expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.processes.t_cells import EFFECTOR, TREG
from ivigabm.processes.transport import SECONDS_PER_DAY

if TYPE_CHECKING:
    from ivigabm.engine.columns import Table
    from ivigabm.processes.world import World

# `il33` and `il4` are what sensor cells call forth for the drug, `il4_own` is all other IL-4
NAMES = ("tnf", "chemokine", "il33", "il4", "ifn_gamma", "il10", "pge2", "c5a", "il1", "il4_own")
TRAVELLING = ("il33", "il4", "il4_own")  # made in the spleen, felt elsewhere: through plasma
# those that can be injected; the last three act on their cells without a field of their own
GIVEN = (
    "tnf", "il33", "il4_own", "c5a", "ifn_gamma", "il1", "il10", "baff", "il11", "gm_csf",
)  # fmt: skip
NEUTRALISED = ("tnf", "il1", "il6")  # that the port `cytokine_sink` covers, in its order
_PLACE = {name: place for place, name in enumerate(NAMES)}
_TRAVELLING = np.array([_PLACE[name] for name in TRAVELLING])


class Fields:
    """A stack of fields on one mesh, `fields["tnf"]` of shape (nx, ny), indexed [x, y]."""

    def __init__(self, shape: tuple[int, int], pitch: int) -> None:
        self.pitch = pitch
        self.shape = shape
        self.values = np.zeros((len(NAMES), *shape))
        self.plasma = np.zeros(len(TRAVELLING))  # half-effect units
        self.sources = np.zeros_like(self.values)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return np.asarray(self.values[_PLACE[name]])

    def source(self, name: str) -> NDArray[np.float64]:
        """Amount secreted per day into each cell of the mesh in this step."""
        return np.asarray(self.sources[_PLACE[name]])

    def gather(self, *sources: "tuple[str, Table, NDArray[np.float64], float]") -> None:
        """Add what cells secrete: field, their table, an amount per row, its rate (1/day)."""
        for name, table, amount, rate in sources:
            x, y, source = table["x"], table["y"], self.source(name)
            secrete(amount, rate, table["alive"], x, y, table.n, self.pitch, source)


@kernel
def secrete(amount, rate, alive, x, y, n, pitch, source):
    """Add rate * amount of each living row to the mesh cell it stands in, in row order."""
    per = reciprocal(pitch)
    for row in range(n):
        if alive[row]:
            source[coarse(x[row], per), coarse(y[row], per)] += rate * amount[row]


class Cytokines:
    """Phase: sources are gathered from cells and ports, fields advance by one step."""

    name: ClassVar[str] = "cytokines"
    reads: ClassVar[tuple[str, ...]] = (
        "cytokine_sink",
        "anaphylatoxin_sink",
        "macrophage_output",
        "dc_maturation",
        "treg_stimulus",
    )
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
        loss = [ps[f"cytokine.decay_{name.removesuffix('_own')}"] for name in NAMES]
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
        self.il1_rate = ps["cytokine.secretion_il1"] * per_cell * present["il1"]
        self.il10_rate = ps["dendritic.secretion_il10"] * per_cell * present["il10"]
        self.il10_share = ps["dendritic.il10_share"]
        self.treg_resting = ps["culture.treg_resting"]
        self.th2 = ps["t_cell.th2_share"]
        self.th1 = (1.0 - self.th2) * world.present("IL-12")
        spared = 1.0 - world.present("GM-CSF")
        self.myeloid_call = 1.0 - ps["t_cell.gm_csf_share"] * spared
        self.exchange, self.plasma_loss = ps["cytokine.exchange"], ps["cytokine.plasma_loss"]
        self.washed = -float(expm1(-self.plasma_loss * world.dt))
        self.keep_given = float(exp(-world.dt * ps["cytokine.loss_given"]))
        target = world.resolved.scenario.target
        released = world.quantity(target.c5a) if target and not world.blood_target else 0.0
        self.c5a_rate = released * per_cell * world.present("C5")

    def advance(self, world: "World") -> None:
        """Secretion, diffusion and decay over one step."""
        fields = world.fields
        fields.sources.fill(0.0)
        mac, basophil = world.tables["macrophage"], world.tables["basophil"]
        left = world.comparators.secretion_left
        mac_left = left * float(world.ports["macrophage_output"][0])
        fields.gather(
            ("tnf", mac, mac["activation"], self.rate["tnf"] * mac_left),
            ("chemokine", mac, mac["activation"], self.rate["chemokine"] * mac_left),
            ("il4", basophil, basophil["activation"], self.rate["il4"] * left),
        )
        for name, kind, amount, rate in self.under_lps(world):
            table = world.tables[kind]
            fields.gather((name, table, np.full(table.n, amount), rate))
        if world.basophils_own:
            own = np.full(basophil.n, world.basophils_own)
            fields.gather(("il4_own", basophil, own, self.rate["il4"] * left))
        self._from_the_adaptive_arm(world)
        self._from_neutrophils_and_complement(world)
        fields.source("il33")[...] = world.ports["il33_release"]
        self.hold(world)
        self.travel(world)
        self.operator.advance(fields.values, fields.sources)

    def hold(self, world: "World") -> None:
        """What a dish is stimulated with is made up for as it decays."""
        for name, level in world.held_levels().items():
            world.fields.source(name)[...] += level * self.loss[name]

    def travel(self, world: "World") -> None:
        """Plasma takes up what the section holds and gives it back everywhere; gifts decay."""
        fields = world.fields
        exchange(
            fields.values,
            fields.sources,
            _TRAVELLING,
            fields.plasma,
            self.exchange,
            self.exchange / self.plasma_loss,
            self.washed,
        )
        for name in GIVEN:
            world.given[name] *= self.keep_given

    def by_effectors(self) -> tuple[tuple[str, float], ...]:
        """Cytokines of effector T cells and their rates: type 2 makes IL-4, not IFN-γ.

        Without IL-12 none becomes type 1. Part of the call for phagocytes goes by GM-CSF.
        """
        return (
            ("tnf", self.rate["tnf"]),
            ("chemokine", self.rate["chemokine"] * self.myeloid_call),
            ("ifn_gamma", self.rate["ifn_gamma"] * self.th1),
            ("il4_own", self.rate["il4"] * self.th2),
        )

    def under_lps(self, world: "World") -> tuple[tuple[str, str, float, float], ...]:
        """What LPS in a dish calls forth beside activation: field, kind, amount a cell, rate.

        Macrophages make IL-1. Dendritic cells make some IL-10, and more where the drug keeps
        them from maturing.
        """
        level = world.stimulus("LPS")
        if level == 0.0:
            return ()
        answer, left = level / (1.0 + level), world.comparators.secretion_left
        held_back = 1.0 - float(world.ports["dc_maturation"][0])
        calm = answer * (self.il10_share + (1.0 - self.il10_share) * held_back)
        return (
            ("il1", "macrophage", answer, self.il1_rate * left),
            ("il10", "dendritic_cell", calm, self.il10_rate * left),
        )

    def treg_alone(self, world: "World") -> float:
        """What a regulatory T cell of a culture makes without antigen, 0..1.

        Some make IL-10 by themselves, and more where the drug stimulates them. In a body they
        follow the antigen that they meet.
        """
        if not world.body.closed:
            return 0.0
        level = self.treg_resting / (1.0 - self.treg_resting)
        level += float(world.ports["treg_stimulus"][0])
        return level / (1.0 + level)

    def _from_the_adaptive_arm(self, world: "World") -> None:
        """Active effector T cells, regulatory T cells, and dendritic cells with COX-2."""
        dendritic, t_cell = world.tables["dendritic_cell"], world.tables["t_cell"]
        left = world.comparators.secretion_left
        if t_cell.n:
            activation, stage = t_cell["activation"], t_cell["stage"]
            effector = np.where(stage == EFFECTOR, activation, 0.0)
            made = [(name, t_cell, effector, rate * left) for name, rate in self.by_effectors()]
            alone = self.treg_alone(world)
            regulatory = np.where(stage == TREG, activation + (1.0 - activation) * alone, 0.0)
            made.append(("il10", t_cell, regulatory, self.rate["il10"] * left))
            world.fields.gather(*made)
        if dendritic.n:
            world.fields.gather(("pge2", dendritic, dendritic["cox2"], self.rate["pge2"] * left))

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
        fields.gather(*sources)

    @staticmethod
    def sink(world: "World", name: str) -> float:
        """Bound over free of a cytokine; 0 where nothing neutralises it."""
        if name == "c5a":
            return float(world.ports["anaphylatoxin_sink"][0])
        if name not in NEUTRALISED:
            return 0.0
        return float(world.ports["cytokine_sink"][NEUTRALISED.index(name)])

    @staticmethod
    def free(world: "World", name: str) -> NDArray[np.float64]:
        """What cells see of a cytokine that is neutralised in part."""
        seen = (world.fields[name] + world.given[name]) / (1.0 + Cytokines.sink(world, name))
        return np.asarray(seen)

    @staticmethod
    def free_il1(world: "World") -> NDArray[np.float64]:
        """IL-1 as cells with its receptor feel what antibody leaves of it."""
        return np.asarray(world.felt("il1") / (1.0 + Cytokines.sink(world, "il1")))

    @staticmethod
    def inflammatory(world: "World") -> NDArray[np.float64]:
        """What primes neutrophils and harms tissue: free TNF and IL-1."""
        return np.asarray(Cytokines.free(world, "tnf") + Cytokines.free_il1(world))
