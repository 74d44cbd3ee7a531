"""Who touches whom. Beside `ivigabm/processes/contacts.py`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesa.discrete_space import Cell

from ivigabm.processes.contacts import PASSAGE, PICK
from reference.agents import KINDS, Phagocyte, TargetCell
from reference.draws import bounded, lot, words

if TYPE_CHECKING:
    from reference.individual import Individual


@dataclass
class Contact:
    """A phagocyte and an opsonised cell that meet in this step.

    bound : copies of each receptor type that the target's opsonin holds in the patch.
    response : what the phagocyte makes of it, 0..1.
    """

    phagocyte: Phagocyte
    target: TargetCell
    bound: list[float] = field(default_factory=list)
    response: float = 0.0


def meet(model: "Individual") -> None:
    """Draw the contacts of this step."""
    model.contacts = {}
    for group in model.world.phagocytes:
        kind = group.name
        model.contacts[kind] = []
        if model.world.antigen is None or not model.kinds[kind]:
            continue
        if not model.world.blood_target:
            engage_tissue(model, kind)
        elif group.kind.resident or model.world.body.closed:  # others come from the blood
            engage_blood(model, kind)


def engage_tissue(model: "Individual", kind: str) -> None:
    """Each phagocyte engages one site of its Moore neighbourhood, its own included."""
    phagocytes = model.kinds[kind]
    for phagocyte, draw in zip(phagocytes, words(model, PICK, phagocytes), strict=True):
        k = bounded(draw[0], 9)
        site = neighbour(phagocyte.cell, k // 3 - 1, k % 3 - 1)
        for agent in site.agents:
            if isinstance(agent, TargetCell):
                model.contacts[kind].append(Contact(phagocyte, agent))


def neighbour(site: Cell, dx: int, dy: int) -> Cell:
    """The site one step away; a site is its own neighbour at (0, 0)."""
    return site if dx == dy == 0 else site.connections[dx, dy]


def engage_blood(model: "Individual", kind: str) -> None:
    """Send each circulating cell past a drawn site, where one phagocyte of a kind may engage it.

    Of those around the site the one with the lowest lot does.
    """
    world, circulating = model.world, model.kinds["target_cell"]
    sinus = list(zip(world.sinus_x.tolist(), world.sinus_y.tolist(), strict=True))
    for target, draw in zip(circulating, words(model, PASSAGE, circulating), strict=True):
        if target.place > 0:  # in an organ
            continue
        target.cell = model.grid[sinus[bounded(draw[0], len(sinus))]]
        around = [target.cell, *target.cell.connections.values()]
        lots = {
            lot(draw[1], agent.unique_id): agent
            for site in around
            for agent in site.agents
            if isinstance(agent, KINDS[kind])
        }
        if lots:
            model.contacts[kind].append(Contact(lots[min(lots)], target))
