"""Sensor cells and basophils: from the lectin on a sensor to IL-4 in the tissue."""

from typing import TYPE_CHECKING, ClassVar

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.processes.signalling import free_anaphylatoxin

if TYPE_CHECKING:
    from ivigabm.processes.world import World


@kernel
def sense(own, occupancy, lectin, pitch, relax, alive, x, y, n, signal):
    """Each sensor's signal follows the rise of its lectin occupancy above the body's own.

    `own` and `occupancy` are ligand over half occupancy, of the body and of what the port adds,
    the latter at full function of the lectin.
    """
    base, per = own / (1.0 + own), reciprocal(pitch)
    for row in range(n):
        if alive[row]:
            ligand = own + occupancy[coarse(x[row], per), coarse(y[row], per)] * lectin
            signal[row] += relax * (ligand / (1.0 + ligand) - base - signal[row])


@kernel
def respond(own, field, pitch, relax, alive, x, y, n, activation):
    """Each basophil's activation follows what drug-evoked IL-33 adds to its other stimuli."""
    base, per = own / (1.0 + own), reciprocal(pitch)
    for row in range(n):
        if alive[row]:
            level = own + field[coarse(x[row], per), coarse(y[row], per)]
            activation[row] += relax * (level / (1.0 + level) - base - activation[row])


class Sensing:
    """Phase: sensors read their lectin, basophils read IL-33."""

    name: ClassVar[str] = "sensing"
    reads: ClassVar[tuple[str, ...]] = (
        "sensor_occupancy",
        "il33_release",
        "basophil_ige",
        "anaphylatoxin_sink",
    )
    drives: ClassVar[tuple[str, ...]] = ("cytokines",)

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.relax = -float(expm1(-world.dt / ps["signal.activation_time"]))
        self.lectin = world.present("sensor_lectin")
        self.half = ps["sensor.half_disialylated"] * 1e-6
        self.own_share = ps["baseline.fc_sialic26"]
        self.ige = world.present("IgE")
        self.primed_fold = ps["basophil.il3_fold"]
        self.by_il3 = ps["basophil.il3_drive"]
        self.c5a_receptor = world.present("C5aR")

    def stimuli(self, world: "World") -> float:
        """What all basophils follow alike, in half-effect units.

        Injected IL-33, cross-linked IgE, which IL-3 makes them answer more, and in a dish IL-3
        and anaphylatoxins.
        """
        il3 = world.stimulus("IL-3")
        primed = il3 / (1.0 + il3)
        ige = self.ige * float(world.ports["basophil_ige"][0])
        level = world.given["il33"] + ige * (1.0 + (self.primed_fold - 1.0) * primed)
        level += self.by_il3 * primed + free_anaphylatoxin(world, "C3a")
        level += self.c5a_receptor * free_anaphylatoxin(world, "C5a")
        world.basophils_own += self.relax * (level / (1.0 + level) - world.basophils_own)
        return level

    def advance(self, world: "World") -> None:
        """Update sensor signals and basophil activation."""
        own = 0.0
        for molar in world.own.tissue_molar().tolist():
            own += molar
        own *= self.own_share / self.half
        sensor, basophil = world.tables["sensor_cell"], world.tables["basophil"]
        sense(
            own * self.lectin,
            world.ports["sensor_occupancy"],
            self.lectin,
            world.molecule_pitch,
            self.relax,
            sensor["alive"],
            sensor["x"],
            sensor["y"],
            sensor.n,
            sensor["signal"],
        )
        respond(
            self.stimuli(world),
            world.fields["il33"],
            world.fields.pitch,
            self.relax,
            basophil["alive"],
            basophil["x"],
            basophil["y"],
            basophil.n,
            basophil["activation"],
        )
