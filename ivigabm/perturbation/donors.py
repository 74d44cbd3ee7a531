"""Where transferred cells come from: a dish or an animal, as `transfer.KEY` words describe it.

The donor is a run of its own, with the words that any run takes. Words of a body (a dose, a plan,
a comparator) mean an animal of the host's kind without the disease; otherwise the cells were in
culture, with what is named added to the medium.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from ivigabm.errors import NotExpressible
from ivigabm.gifts import DONATED, TRANSFER
from ivigabm.knowledge import ParameterSet, nodes_of
from ivigabm.knowledge.vocabulary import load_lectins
from ivigabm.perturbation.change import Perturbation
from ivigabm.perturbation.resolved import Resolved
from ivigabm.scenario import Dish, Scenario

CULTURE = "invitro_culture"  # the scenario of a donor's dish
OF_A_BODY = ("dose", "schedule", "route")
_SENSING = ("dendritic_cell", "macrophage", "monocyte")  # donor cells that may carry its lectin
_SENSOR = next(iter(load_lectins().values())).node

Resolve = Callable[[Scenario, Perturbation], Resolved]


def donor_of(host: Scenario, change: Perturbation, resolve: Resolve) -> Resolved | None:
    """The donor's run; None where nothing sets it apart, and cells are as the host's at rest.

    Raises
    ------
    InputError, NotExpressible : what `transfer.KEY` asks for is not possible.
    """
    donor = change.donor
    if donor is None and change.knockout:  # the host lacks what cells of a wild type have
        donor = Perturbation(no_ivig=True)
    if change.transfer is None or donor is None:
        return None
    if not donor.hypothesis:  # one world
        donor = dataclasses.replace(donor, hypothesis=change.hypothesis)
    animal = donor.therapy or any(getattr(donor, key) is not None for key in OF_A_BODY)
    kind = change.transfer.cell
    source = _animal(host, kind) if animal else _dish(host, kind, _senses(host, kind, donor))
    try:
        return resolve(source, donor)
    except NotExpressible as error:
        raise NotExpressible(f"{TRANSFER}.{error}") from None


def check_transfer(host: Scenario, change: Perturbation) -> None:
    """Whether a host can be given these cells.

    Raises
    ------
    NotExpressible : a dish, or cells that would come in the middle of a run.
    """
    if change.transfer is None:
        return
    if host.dish is not None:
        raise NotExpressible(f"{TRANSFER}: scenario '{host.name}' is a dish, not a body")
    if change.treat_day is not None and change.treat_day > 0.0:
        raise NotExpressible(
            f"{TRANSFER}: the model gives donor cells at the start of a run, found treat_day "
            f"{change.treat_day:g}"
        )


def _senses(host: Scenario, kind: str, donor: Perturbation) -> bool:
    """Whether such cells carry the lectin of sensor cells: by a gift, or by nature in man."""
    gone = _SENSOR in nodes_of(donor.knockout) - nodes_of(donor.knockin)
    carried = _SENSOR in nodes_of(donor.knockin) or host.species == "human"
    return kind in _SENSING and carried and not gone


def _days(host: Scenario) -> float:
    """How long cells stay with their donor, days."""
    return ParameterSet(host.species)["transfer.days"]


def _common(host: Scenario) -> dict[str, Any]:
    """What a donor shares with its host."""
    return {
        "species": host.species,
        "receptors": host.receptors,
        "genotype": host.genotype,
        "parameters": host.parameters,
        "days": _days(host),
        "name": f"donor for {host.name}",
        "clinical": None,
        "population": None,
    }


def _dish(host: Scenario, kind: str, senses: bool) -> Scenario:
    """Cells of one kind in culture, beside as many sensors where they carry the lectin."""
    data = Scenario.load(CULTURE).model_dump() | _common(host)
    number = data["dish"]["number"]
    data["dish"]["stimulus"] = {}
    data["dish"]["phagocyte"] = kind if kind == "monocyte" else "macrophage"
    data["target"] = None
    data["cells"] |= {"target_cell": 0, _column(kind): number}
    data["cells"]["sensor_cell"] = number if senses else 0
    return Scenario.from_dict(data, source=TRANSFER)


def _animal(host: Scenario, kind: str) -> Scenario:
    """An animal of the host's kind in health, with cells of the kind."""
    data = host.model_dump() | _common(host)
    data |= {"antibody": [], "immunisation": None, "variants": {}, "run_in_days": 0.0}
    data["cells"] |= {"t_effector": 0}
    if not data["cells"][_column(kind)]:
        data["cells"][_column(kind)] = Dish().number
    return Scenario.from_dict(data, source=TRANSFER)


def _column(kind: str) -> str:
    """The key of `cells` that counts a donated kind."""
    return kind if DONATED[kind] == "t_cell" else DONATED[kind]
