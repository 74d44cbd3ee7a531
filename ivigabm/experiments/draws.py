"""Draws of calibrated parameters, and what one does to an arm."""

import dataclasses
from collections.abc import Mapping

from ivigabm.knowledge.parameters import Parameter
from ivigabm.perturbation import Resolved

Draw = Mapping[str, float]  # label of a parameter -> value
ANY = "any"
_OF = "@"


def label(row: Parameter) -> str:
    """How a row is named: `group.symbol`, with `@species` where it holds for one species only."""
    return row.name if row.species == ANY else f"{row.name}{_OF}{row.species}"


def drawn(resolved: Resolved, draw: Draw) -> Resolved:
    """An arm with the parameters of a draw, as far as they are of its species.

    A value that the scenario or its reader states (`parameters.NAME`) stays.
    """
    scenario = resolved.scenario
    values = {}
    for name, value in draw.items():
        symbol, _, species = name.partition(_OF)
        if species in ("", scenario.species):
            values[symbol] = value
    parameters = {**values, **scenario.parameters}
    changed = scenario.model_copy(update={"parameters": parameters})
    return dataclasses.replace(resolved, scenario=changed)
