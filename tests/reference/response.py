"""What phagocytes make of contacts: ITAM against ITIM, activation, stripping, engulfment.

Beside `ivigabm/processes/signalling.py` and `phagocytosis.py`.
"""

from typing import TYPE_CHECKING

from ivigabm.engine.elementary import expm1, hill
from ivigabm.processes.phagocytosis import ENGULF
from reference.contacts import Contact
from reference.draws import unit, words

if TYPE_CHECKING:
    from reference.individual import Individual


def signal(model: "Individual") -> None:
    """The response to every contact; activation follows the strongest of the step."""
    signalling = model.constants.signalling
    weights = signalling.weight.tolist()
    macrophages = model.kinds["macrophage"]
    for macrophage in macrophages:
        macrophage.response = 0.0
    for contact in model.contacts:
        net = 0.0
        for weight, bound in zip(weights, contact.bound, strict=True):
            net += weight * bound
        contact.response = hill(max(net, 0.0), signalling.half, signalling.power)
        contact.phagocyte.response = max(contact.phagocyte.response, contact.response)
    for macrophage in macrophages:
        macrophage.activation += signalling.relax * (macrophage.response - macrophage.activation)


def eat(model: "Individual") -> None:
    """Contacts end in stripping (tissue) or engulfment (blood); then phagocytes digest."""
    for target in model.kinds["target_cell"]:
        target.attack_phagocytic = 0.0
    if model.world.blood_target:
        engulf(model)
    else:
        strip(model)
    keep = model.constants.phagocytosis.keep
    for macrophage in model.kinds["macrophage"]:
        macrophage.load = macrophage.load * keep + macrophage.eaten
        macrophage.eaten = 0.0


def pace(model: "Individual", contact: Contact, grip: float) -> float:
    """Rate (1/day) at which a contact harms its target: less for a phagocyte that is full."""
    phagocytosis = model.constants.phagocytosis
    appetite = 1.0 - contact.phagocyte.load / phagocytosis.room
    return phagocytosis.rate * grip * appetite if appetite > 0.0 else 0.0


def strip(model: "Individual") -> None:
    """Each contact adds to the attack on its target."""
    for contact in model.contacts:
        contact.target.attack_phagocytic += pace(model, contact, contact.response)


def engulf(model: "Individual") -> None:
    """Each contact ends in engulfment with chance 1 - exp(-pace * dt).

    Complement receptors hold a target that is covered with C3b, beside the Fcγ receptors.
    """
    coated = model.constants.phagocytosis.coated
    draws = words(model, ENGULF, [contact.target for contact in model.contacts])
    for contact, draw in zip(model.contacts, draws, strict=True):
        coat = contact.target.c3b * contact.target.c3b  # complement receptors need neighbours
        rate = pace(model, contact, contact.response + coated * coat / (1.0 + coat))
        contact.target.attack_phagocytic = rate
        if unit(draw[0]) < -expm1(-rate * model.world.dt):
            contact.target.alive = False
            contact.phagocyte.eaten += 1.0
    model.bury("target_cell")
