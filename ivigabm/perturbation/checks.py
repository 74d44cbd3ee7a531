"""Whether the names in a scenario mean anything: rows, subclasses, preparation and plan.

The schema knows the shape of a scenario. What its words name is looked up here, so that a file
at fault is told by its key before anything runs.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from ivigabm.errors import InputError
from ivigabm.knowledge import ParameterSet, subclass_names
from ivigabm.perturbation.schedules import parse_schedule
from ivigabm.scenario import Scenario
from ivigabm.schema import Quantity
from ivigabm.words import mixture

IGM = "IgM"


def check_names(scenario: Scenario) -> None:
    """Look up all that a scenario names.

    Raises
    ------
    InputError : a name that stands for nothing, with scenario and key.
    """
    ps = _told(scenario, "parameters", lambda: ParameterSet(scenario.species, scenario.parameters))
    for key, row in _quantities(scenario, ""):
        _told(scenario, key, lambda row=row: ps[row])  # type: ignore[misc]
    _told(scenario, "therapy.preparation", lambda: mixture(scenario.therapy.preparation))
    _told(scenario, "therapy.schedule", lambda: parse_schedule(scenario.therapy.schedule))
    for i, antibody in enumerate(scenario.antibody):
        known = (*subclass_names(antibody.species), IGM)
        for subclass in antibody.subclasses:
            if subclass not in known:
                raise InputError(
                    f"scenario '{scenario.name}', key 'antibody.{i}.subclasses': found "
                    f"'{subclass}', {antibody.species} has {', '.join(known)}"
                )


def _told(scenario: Scenario, key: str, look_up: Callable[[], Any]) -> Any:
    try:
        return look_up()
    except InputError as error:
        raise InputError(f"scenario '{scenario.name}', key '{key}': {error}") from None


def _quantities(part: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    """Key and row of every quantity of a scenario that names a row of knowledge."""
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{path}{name}"
        if field.annotation == Quantity and isinstance(value, str):
            yield key, value
        for i, inner in enumerate(value if isinstance(value, list) else ()):
            if isinstance(inner, BaseModel):
                yield from _quantities(inner, f"{key}.{i}.")
        if isinstance(value, BaseModel):
            yield from _quantities(value, f"{key}.")
