"""What phagocytes make of contacts: ITAM against ITIM, activation, stripping, engulfment.

Beside `ivigabm/processes/signalling.py` and `phagocytosis.py`.
"""

from typing import TYPE_CHECKING

from ivigabm.engine.elementary import expm1, hill
from ivigabm.processes.phagocytes import Phagocytes
from ivigabm.processes.phagocytosis import ENGULF
from ivigabm.processes.signalling import medium_drive
from reference.contacts import Contact
from reference.draws import unit, words

if TYPE_CHECKING:
    from reference.individual import Individual


def signal(model: "Individual") -> None:
    """The response to every contact; activation follows the strongest of the step."""
    for group in model.world.phagocytes:
        signal_of(model, group)


def signal_of(model: "Individual", group: Phagocytes) -> None:
    """The same for one kind of phagocyte."""
    signalling, phagocytes = group.signalling, model.kinds[group.name]
    weights, net = signalling.weight.tolist(), 0.0
    for weight, linked in zip(weights, model.linked_by_complexes[group.name], strict=True):
        net += weight * linked
    alone = hill(max(net, 0.0), signalling.half, signalling.power)
    alone += (1.0 - alone) * medium_drive(model.world, group.name)
    for phagocyte in phagocytes:
        phagocyte.response = alone
    for contact in model.contacts[group.name]:
        net = 0.0
        for weight, bound in zip(weights, contact.bound, strict=True):
            net += weight * bound
        contact.response = hill(max(net, 0.0), signalling.half, signalling.power)
        contact.phagocyte.response = max(contact.phagocyte.response, contact.response)
    for phagocyte in phagocytes:
        phagocyte.activation += signalling.relax * (phagocyte.response - phagocyte.activation)


def eat(model: "Individual") -> None:
    """Contacts end in damage (tissue) or engulfment (blood); then phagocytes digest."""
    for group in model.world.phagocytes:
        for target in model.kinds["target_cell"]:
            setattr(target, group.kind.attack, 0.0)
        if group.kind.resident and model.world.swallowed > 0.0:
            swallow(model, group)
        if model.world.blood_target:
            engulf(model, group)
        else:
            strip(model, group)
        keep = group.phagocytosis.keep
        for phagocyte in model.kinds[group.name]:
            phagocyte.load = phagocyte.load * keep + phagocyte.eaten
            phagocyte.eaten = 0.0


def swallow(model: "Individual", group: Phagocytes) -> None:
    """Coated red cells fill every phagocyte and take receptors in with them."""
    for phagocyte in model.kinds[group.name]:
        phagocyte.load += model.world.swallowed
    left = group.phagocytosis.left(model.world.swallowed)
    for receptor in model.kinds[group.kind.receptors]:
        group.ledger[1] += receptor.copies - receptor.copies * left
        receptor.copies *= left
        receptor.crosslinked *= left


def pace(group: Phagocytes, contact: Contact, grip: float) -> float:
    """Rate (1/day) at which a contact harms its target: less for a phagocyte that is full."""
    phagocytosis = group.phagocytosis
    appetite = 1.0 - contact.phagocyte.load / phagocytosis.room
    return phagocytosis.rate * grip * appetite if appetite > 0.0 else 0.0


def strip(model: "Individual", group: Phagocytes) -> None:
    """Each contact adds to the attack on its target, by the route of the kind."""
    route = group.kind.attack
    for contact in model.contacts[group.name]:
        before = getattr(contact.target, route)
        setattr(contact.target, route, before + pace(group, contact, contact.response))


def engulf(model: "Individual", group: Phagocytes) -> None:
    """Each contact ends in engulfment with chance 1 - exp(-pace * dt).

    Complement receptors hold a target that is covered with C3b, beside the Fcγ receptors.
    """
    coated, contacts = group.phagocytosis.coated, model.contacts[group.name]
    lane = group.kind.lane
    draws = words(model, ENGULF, [contact.target for contact in contacts])
    for contact, draw in zip(contacts, draws, strict=True):
        if not contact.target.alive:  # taken by an earlier kind
            continue
        coat = contact.target.c3b * contact.target.c3b  # complement receptors need neighbours
        rate = pace(group, contact, contact.response + coated * coat / (1.0 + coat))
        setattr(contact.target, group.kind.attack, rate)
        if unit(draw[lane]) < -expm1(-rate * model.world.dt):
            contact.target.alive = False
            contact.phagocyte.eaten += 1.0
            model.world.toll[lane] += 1.0
    model.bury("target_cell")
