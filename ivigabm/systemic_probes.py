"""Measures of the whole animal or patient: survival, amyloid, complement in plasma, red cells.

Makers as in `ivigabm.probes`, which registers them.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ivigabm.errors import NotExpressible, unknown
from ivigabm.processes.amyloid import STATES
from ivigabm.processes.complement import Complement
from ivigabm.processes.sensitised_cells import HOURS_PER_DAY, SensitisedCell

if TYPE_CHECKING:
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Probe = Callable[["World"], float]
Words = tuple[str, ...]

# soluble peptide is measured in plasma, aggregates in brain
LOADS = {
    "abeta": ("brain40", "brain42", "oligomer", "plaque"),
    "abeta40": ("plasma40",),
    "abeta42": ("plasma42",),
    "abeta_oligomer": ("oligomer",),
}
COMPONENTS = ("C1q", "C4", "C3")
RED_CELL = "red_cell"


def _lacks(word: str, scenario: "Scenario", what: str) -> NotExpressible:
    return NotExpressible(f"measure '{word}': scenario '{scenario.name}' has no {what}")


def _survival(which: Words, scenario: "Scenario") -> Probe:
    """1 while the individual lives, then 0."""
    if scenario.target is None or not any(
        part.get("target.vital", scenario.target.vital)
        for part in ({}, *scenario.variants.get("organ", {}).values())
    ):
        raise _lacks("survival", scenario, "function without which the individual dies")
    return lambda world: float(world.survived)


def _serum_igm(which: Words, scenario: "Scenario") -> Probe:
    """IgM in plasma, g/L: pathogenic and infused; other IgM of the body is not followed."""

    def read(world: "World") -> float:
        total = 0.0
        for pools in (world.own, world.drug.pools if world.drug else None):
            if pools is not None:
                igm = np.array([m.is_igm for m in pools.molecules])
                total += float(np.sum(pools.grams_per_litre()[igm]))
        return total

    return read


def _antigen_load(which: Words, scenario: "Scenario") -> Probe:
    """Amyloid, in units of the untreated steady state without risk genotype."""
    if scenario.amyloid is None:
        raise _lacks("antigen_load", scenario, "amyloid")
    if which[0] not in LOADS:
        raise unknown("antigen_load", which[0], LOADS, NotExpressible)
    rows = [STATES.index(name) for name in LOADS[which[0]]]
    return lambda world: float(np.sum(world.amyloid[rows]))


def _rbc_clearance(which: Words, scenario: "Scenario") -> Probe:
    """Rate at which sensitised red cells are engulfed, 1/h.

    The scenario's own targets where they are red cells, otherwise a few given as a test.
    """
    target, tested = scenario.target, cache(SensitisedCell)
    if target is None or (target.kind != RED_CELL and target.place != "blood"):
        raise _lacks("rbc_clearance", scenario, "phagocytes of the blood, nor red cells for them")
    if target.kind != RED_CELL:
        return lambda world: tested(world).rate(world)

    def read(world: "World") -> float:
        table = world.tables["target_cell"]
        rate = table["attack_phagocytic"][table["alive"]]
        return float(np.mean(rate)) / HOURS_PER_DAY if len(rate) else float("nan")

    return read


def _c5a(which: Words, scenario: "Scenario") -> Probe:
    """C5a that no antibody holds, half-effect units, mean of the section."""

    def read(world: "World") -> float:
        sink = float(world.ports["anaphylatoxin_sink"][0])
        return (float(np.mean(world.fields["c5a"])) + world.given["c5a"]) / (1.0 + sink)

    return read


def _strength(world: "World") -> tuple[float, float]:
    """Early classical activation and C3b per activation, in plasma."""
    rule = Complement(world)
    accepted = float(np.sum(world.own.plasma_molar())) * rule.grams * rule.acceptor
    richer = rule.richer(world)
    if richer > 0.0:
        # the port tells of the target's surroundings; plasma holds more of the same molecules
        accepted += float(world.ports["c3b_acceptor"][0]) * (richer - 1.0)
    activation, gain = rule.strength(world, accepted)
    return activation * rule.c4, gain


def _c3b2(which: Words, scenario: "Scenario") -> Probe:
    """Complexes that hold two C3b, relative units."""
    return lambda world: float(np.prod(_strength(world)) ** 2)


def _complement_activity(which: Words, scenario: "Scenario") -> Probe:
    """Classical pathway to C3b, relative units."""
    return lambda world: float(np.prod(_strength(world)))


def _component(which: Words, scenario: "Scenario") -> Probe:
    """Share of a component in plasma that is left; the drug takes early ones only."""
    if which[0] not in COMPONENTS:
        raise unknown("component", which[0], COMPONENTS, NotExpressible)
    if which[0] == "C3":
        return lambda world: world.present("C3")

    def read(world: "World") -> float:
        return world.early_components * world.present(which[0])

    return read


SYSTEMIC_MAKERS: tuple[tuple[str, int, Callable[[Words, "Scenario"], Probe]], ...] = (
    ("survival", 0, _survival),
    ("serum_igm", 0, _serum_igm),
    ("antigen_load", 1, _antigen_load),
    ("rbc_clearance", 0, _rbc_clearance),
    ("c5a", 0, _c5a),
    ("c3b2", 0, _c3b2),
    ("complement_activity", 0, _complement_activity),
    ("component", 1, _component),
)
