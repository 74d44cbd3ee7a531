"""What a signalling contact does to the target: stripping in tissue, engulfment in blood.

Rates are those of a saturated response. Of macrophages they are scaled by how often an untouched
section makes contact, so that `strip_max` and `clearance_max` are rates per target cell. A cell
that came from the blood attacks whom it touches with its oxidants, at a rate per contact, and an
NK cell kills whom it touches. In a dish all rates are per contact.
A phagocyte that has eaten much eats less: its load falls off as it digests. An NK cell that has
killed is short of granules for a while in the same way.
Coated red cells that are given take the membrane they are wrapped in with them, and its Fcγ
receptors.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ivigabm.engine.elementary import exp, expm1
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import purpose, unit

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

ENGULF = purpose("phagocytosis: whether a contact ends in engulfment")

NEIGHBOURHOOD = 9  # sites of a Moore neighbourhood, its centre included


@kernel
def strip(count, phagocyte, target, response, rate, load, room, attack):
    """Add each contact's rate of damage (1/day) to its target."""
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
    lane,
    load,
    eaten,
    alive,
    attack,
):
    """Let each contact end in engulfment with chance 1 - exp(-rate * grip * dt).

    The grip is the Fcγ receptors' response and, through complement receptors, up to `coated`
    of a full response on a target covered with C3b.

    A circulating cell is in one contact of a kind at most, so no two phagocytes want the same
    one; kinds draw from words of their own (`lane`), and what an earlier kind took is gone.
    `load` is that of the step's start; meals are collected in `eaten`. Returns the deaths.
    """
    deaths = 0
    for c in range(count):
        appetite = 1.0 - load[phagocyte[c]] / room
        if appetite <= 0.0 or not alive[target[c]]:
            continue
        coat = c3b[target[c]] * c3b[target[c]]  # complement receptors need neighbours
        pace = rate * (response[c] + coated * coat / (1.0 + coat)) * appetite
        attack[target[c]] = pace
        if unit(words[target[c], lane]) < -expm1(-pace * dt):
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


@kernel
def wrap(alive, left, n, copies, linked, ledger):
    """Leave this share of every receptor on the membrane; ledger gets the copies lost."""
    for row in range(n):
        if alive[row]:
            ledger[1] += copies[row] - copies[row] * left
            copies[row] *= left
            linked[row] *= left


class Phagocytosis:
    """Phase: contacts turn into stripping, engulfment or damage by oxidants."""

    name: ClassVar[str] = "phagocytosis"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("tissue", "circulation", "inflammation_auc")

    def __init__(self, world: "World", group: "Phagocytes") -> None:
        ps, self.group = world.ps, group
        self.rate = self._rate(world)
        self.room = ps[f"phagocyte.capacity_{group.name}"]
        self.coated = ps["phagocyte.complement_share"] if group.kind.coated else 0.0
        self.keep = float(exp(-world.dt))  # the capacity is per day
        membrane = ps[f"contact.membrane_area_{group.name}"]
        self.wrapped = ps["phagocyte.red_cell_membrane"] / membrane
        self._eaten = np.zeros(0)
        self.deaths = 0

    def _rate(self, world: "World") -> float:
        """Damage, clearance or killing at a saturated response, 1/day, per contact."""
        ps, cells = world.ps, world.resolved.scenario.cells
        if world.body.closed:
            return ps[f"phagocyte.rate_{self.group.name}"]
        if self.group.kind.rate:
            return ps[self.group.kind.rate]
        sites = world.shape[0] * world.shape[1]
        density = cells.macrophage / sites
        if world.blood_target:
            reach = NEIGHBOURHOOD * cells.macrophage / sites
            met = -float(expm1(-reach))
            saturated = ps["platelet.clearance_max"]
        else:
            met = density
            saturated = ps["damage.strip_max"] if world.antigen else 0.0
        return saturated / met if met > 0.0 else 0.0

    def _swallow(self, world: "World") -> None:
        """Coated red cells fill the phagocytes and leave them with fewer receptors."""
        self.group.cells(world)["load"][:] += world.swallowed
        receptor = self.group.receptors(world)
        wrap(
            receptor["alive"],
            self.left(world.swallowed),
            receptor.n,
            receptor["copies"],
            receptor["crosslinked"],
            self.group.ledger,
        )

    def left(self, swallowed: float) -> float:
        """Share of the receptors left after so many red cells."""
        return float(exp(-swallowed * self.wrapped))

    def advance(self, world: "World") -> None:
        """Apply this step's contacts to their targets."""
        contacts, cells = self.group.contacts, self.group.cells(world)
        target, response = world.tables["target_cell"], self.group.signalling.response
        attack = target[self.group.kind.attack]
        if len(self._eaten) < cells.n:
            self._eaten = np.zeros(cells.n)
        attack[:] = 0.0
        self.deaths = 0
        if self.group.kind.resident and world.swallowed > 0.0:
            self._swallow(world)
        if contacts.n == 0:
            digest(self.keep, cells.n, cells["load"], self._eaten)
            return
        if world.blood_target:
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
                self.group.kind.lane,
                cells["load"],
                self._eaten,
                target["alive"],
                attack,
            )
            world.toll[self.group.kind.lane] += self.deaths
        else:
            strip(
                contacts.n,
                contacts.phagocyte,
                contacts.target,
                response,
                self.rate,
                cells["load"],
                self.room,
                attack,
            )
        digest(self.keep, cells.n, cells["load"], self._eaten)
