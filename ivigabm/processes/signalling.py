"""ITAM against ITIM: what a contact's cross-linked receptors tell the phagocyte.

    net = max(0, sum_j activating - w * inhibitory)        response = net^h / (net^h + K^h)

K, h and w belong to cell kind and to the species of its receptors. Decoys and unlinked monomer
binding say nothing.
A phagocyte's activation follows its strongest contact of the step, and decays without one.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import expm1, hill
from ivigabm.engine.kernel import kernel
from ivigabm.processes.world import LECTIN

MACROPHAGE, NEUTROPHIL = "macrophage", "neutrophil"  # kinds that a medium can stimulate

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World


@kernel
def signal(count, phagocyte, bound, weight, half, power, floor, net, response, strongest):
    """Net signal and response of every contact; `strongest` per phagocyte.

    floor : the response that all have without a contact.
    """
    for row in range(len(strongest)):
        strongest[row] = floor
    for c in range(count):
        total = 0.0
        for j in range(len(weight)):
            total += weight[j] * bound[c, j]
        net[c] = total if total > 0.0 else 0.0
        response[c] = hill(net[c], half, power)
        if response[c] > strongest[phagocyte[c]]:
            strongest[phagocyte[c]] = response[c]


@kernel
def activate(strongest, relax, alive, n, activation):
    """Activation follows the strongest response of the step."""
    for row in range(n):
        if alive[row]:
            activation[row] += relax * (strongest[row] - activation[row])


def medium_drive(world: "World", kind: str) -> float:
    """Activation that a stimulus of a dish asks of a kind of cell without a contact, 0..1.

    Macrophages answer LPS (toll-like receptor 4), neutrophils C5a that antibody leaves free.
    """
    level = 0.0
    if kind == MACROPHAGE:
        level = world.stimulus("LPS")
    elif kind == NEUTROPHIL:
        level = free_anaphylatoxin(world, "C5a") * world.present("C5aR")
    return level / (1.0 + level)


def free_anaphylatoxin(world: "World", name: str) -> float:
    """C3a or C5a that a dish is stimulated with, as cells see it, half-effect units."""
    return world.stimulus(name) / (1.0 + float(world.ports["anaphylatoxin_sink"][0]))


class Signalling:
    """Phase: every contact's net signal, every phagocyte's activation."""

    name: ClassVar[str] = "signalling"
    reads: ClassVar[tuple[str, ...]] = ("anaphylatoxin_sink",)
    drives: ClassVar[tuple[str, ...]] = ("phagocytosis", "cytokines")

    def __init__(self, world: "World", group: "Phagocytes") -> None:
        ps, self.group = world.effector_ps, group
        own = f"signal.half_tissue_{group.name}"  # a kind that solid tissue has of its own
        fixed = own in ps and not world.blood_target
        self.half = ps[own if fixed else f"signal.half_{group.name}"]
        self.power = ps[f"signal.hill_{group.name}"]
        inhibition = ps["signal.inhibition_weight"]
        if ps.species == "human":
            inhibition *= ps["signal.fcgr2b_response"]
        sign = {"activating": 1.0, "inhibitory": -inhibition, "decoy": 0.0, LECTIN: 0.0}
        self.weight = np.array([sign[receptor.role] for receptor in world.receptors])
        self.relax = -float(expm1(-world.dt / ps["signal.activation_time"]))
        self.net, self.response = np.zeros(0), np.zeros(0)

    def floor(self, world: "World") -> float:
        """Response to what needs no contact: soluble complexes, and a stimulus of the medium."""
        if not world.body.closed:
            return 0.0
        net = 0.0
        for weight, linked in zip(
            self.weight.tolist(), self.group.binding.by_complexes(), strict=True
        ):
            net += weight * linked
        linked_all = float(hill(max(net, 0.0), self.half, self.power))
        return linked_all + (1.0 - linked_all) * medium_drive(world, self.group.name)

    def advance(self, world: "World") -> None:
        """Read this step's contacts."""
        contacts, cells = self.group.contacts, self.group.cells(world)
        if len(self.net) < contacts.n:
            self.net, self.response = np.zeros(2 * contacts.n), np.zeros(2 * contacts.n)
        signal(
            contacts.n,
            contacts.phagocyte,
            self.group.binding.bound,
            self.weight,
            self.half,
            self.power,
            self.floor(world),
            self.net,
            self.response,
            cells["response"],
        )
        activate(cells["response"], self.relax, cells["alive"], cells.n, cells["activation"])
