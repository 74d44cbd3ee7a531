"""What a signalling contact does to the target: stripping in tissue, engulfment in blood.

Rates are those of a saturated response. They are scaled by how often an untouched section
makes contact, so that `strip_max` and `clearance_max` are rates per target cell.
A phagocyte that has eaten much eats less: its load falls off as it digests.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import exp, expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import purpose, unit

if TYPE_CHECKING:
    from ivigabm.processes.world import World

ENGULF = purpose("phagocytosis: whether a contact ends in engulfment")

NEIGHBOURHOOD = 9  # sites of a Moore neighbourhood, its centre included


@kernel
def strip(count, phagocyte, target, response, rate, load, room, attack):
    """Add each contact's stripping rate (1/day) to its target."""
    for c in range(count):
        appetite = 1.0 - load[phagocyte[c]] / room
        if appetite > 0.0:
            attack[target[c]] += rate * response[c] * appetite


@kernel
def engulf(
    count,
    phagocyte,
    target,
    response,
    c3b,
    coated,
    rate,
    room,
    dt,
    words,
    load,
    eaten,
    alive,
    attack,
):
    """Let each contact end in engulfment with chance 1 - exp(-rate * grip * dt).

    The grip is the Fcγ receptors' response and, through complement receptors, up to `coated`
    of a full response on a target covered with C3b.

    A circulating cell is in one contact at most, so no two phagocytes want the same one.
    `load` is that of the step's start; meals are collected in `eaten`. Returns the deaths.
    """
    deaths = 0
    for c in range(count):
        appetite = 1.0 - load[phagocyte[c]] / room
        if appetite <= 0.0:
            continue
        coat = c3b[target[c]] * c3b[target[c]]  # complement receptors need neighbours
        pace = rate * (response[c] + coated * coat / (1.0 + coat)) * appetite
        attack[target[c]] = pace
        if unit(words[target[c], 0]) < -expm1(-pace * dt):
            alive[target[c]] = False
            eaten[phagocyte[c]] += 1.0
            deaths += 1
    return deaths


@kernel
def digest(keep, n, load, eaten):
    """Loads fall by digestion and rise by this step's meals, which are cleared."""
    for row in range(n):
        load[row] = load[row] * keep + eaten[row]
        eaten[row] = 0.0


class Phagocytosis:
    """Phase: contacts turn into stripping or engulfment."""

    name: ClassVar[str] = "phagocytosis"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("tissue", "circulation", "inflammation_auc")

    def __init__(self, world: "World") -> None:
        ps, scenario = world.ps, world.resolved.scenario
        sites = world.shape[0] * world.shape[1]
        density = scenario.cells.macrophage / sites
        self.blood = world.contacts.blood
        if self.blood:
            reach = NEIGHBOURHOOD * scenario.cells.macrophage / sites
            met = -float(expm1(-reach))
            saturated = ps["platelet.clearance_max"]
        else:
            met = density
            saturated = ps["damage.strip_max"] if world.antigen else 0.0
        self.rate = saturated / met if met > 0.0 else 0.0
        self.room = ps["phagocyte.capacity_macrophage"]
        self.coated = ps["phagocyte.complement_share"]
        self.keep = float(exp(-world.dt))  # the capacity is per day
        self._eaten = np.zeros(0)
        self.deaths = 0

    def advance(self, world: "World") -> None:
        """Apply this step's contacts to their targets."""
        contacts, mac = world.contacts, world.tables["macrophage"]
        target, response = world.tables["target_cell"], world.signalling.response
        if len(self._eaten) < mac.n:
            self._eaten = np.zeros(mac.n)
        target["attack_phagocytic"][:] = 0.0
        self.deaths = 0
        if contacts.n == 0:
            digest(self.keep, mac.n, mac["load"], self._eaten)
            return
        if self.blood:
            words = world.streams.words(ENGULF, world.step, target["id"])
            self.deaths = engulf(
                contacts.n,
                contacts.phagocyte,
                contacts.target,
                response,
                target["c3b"],
                self.coated,
                self.rate,
                self.room,
                world.dt,
                words,
                mac["load"],
                self._eaten,
                target["alive"],
                target["attack_phagocytic"],
            )
        else:
            strip(
                contacts.n,
                contacts.phagocyte,
                contacts.target,
                response,
                self.rate,
                mac["load"],
                self.room,
                target["attack_phagocytic"],
            )
        digest(self.keep, mac.n, mac["load"], self._eaten)
