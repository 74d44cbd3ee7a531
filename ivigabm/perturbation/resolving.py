"""The one place where changes are applied to a scenario."""

import dataclasses
import math
from collections.abc import Iterable
from typing import Any

from ivigabm.antibody_words import check_antibodies, set_antibody
from ivigabm.dish_words import KEYS as DISH_KEYS
from ivigabm.dish_words import OF_BINDING, set_binding, set_contents
from ivigabm.errors import InputError, NotExpressible, unknown
from ivigabm.knowledge import load_preparation, nodes_of, receptor_names
from ivigabm.knowledge.vocabulary import load_lectins
from ivigabm.mechanisms import mechanism_ids
from ivigabm.perturbation.change import Perturbation
from ivigabm.perturbation.checks import check_names
from ivigabm.perturbation.donors import check_transfer, donor_of
from ivigabm.perturbation.resolved import Resolved
from ivigabm.perturbation.schedules import Dose, parse_course, parse_schedule
from ivigabm.scenario import Scenario
from ivigabm.variants import expand as expand_variants
from ivigabm.variants import of_strain
from ivigabm.words import choice, mixture, number

MEDIUM = "medium"  # the route of a dish
BLOOD_CELLS = ("platelet", "red_cell")  # words of cells that only a target can be
# words of depletion that stand for several kinds, or for another name of one
_KINDS_OF = {"lymphocyte": ("b_cell", "t_cell", "nk_cell"), "monocyte": ("macrophage",)}


def resolve(scenario: Scenario, perturbation: Perturbation | None = None) -> Resolved:
    """Apply a perturbation to a scenario.

    Raises
    ------
    InputError : a setting names no key of the scenario or has a value that is not allowed.
    NotExpressible : what the words ask for has no counterpart in this scenario.
    """
    change = _one_transfer(perturbation or Perturbation())
    _check_proxies(scenario, change)
    scenario = _with_settings(scenario, change.settings)
    check_names(scenario)
    active = set(change.only) if change.only else set(mechanism_ids())
    active -= set(change.without)
    planned = _doses(scenario, change)
    therapies = tuple(parse_course(text) for text in change.therapy)
    watched = [parse_course(text) for text in change.therapy + change.watched]
    first = parse_schedule(scenario.therapy.schedule)[0].day
    day = first if change.treat_day is None else change.treat_day
    gifts = tuple(dataclasses.replace(gift, day=day) for gift in change.give)
    days = [dose.day for dose in planned]
    days += [portion.day for course in watched for portion in course.doses]
    preparation = None if change.no_ivig else change.preparation or scenario.therapy.preparation
    _check_host(scenario, change)
    check_transfer(scenario, change)
    return Resolved(
        scenario=scenario,
        preparation=preparation,
        composition=_composition(preparation, change),
        molar=preparation is not None and change.dose_basis == "molar",
        doses=() if change.no_ivig else planned,
        therapies=therapies,
        gifts=gifts,
        transfer=change.transfer,
        donor=donor_of(scenario, change, resolve),
        start_day=min([0.0, *(float(math.floor(day)) for day in days)]),
        mechanisms=tuple(sorted(active)),
        absent=frozenset(change.knockout),
        added=frozenset(change.knockin),
        depleted=_depleted(scenario, change.deplete),
        function={name: 1.0 - share for name, share in change.block},
        hypothesis=dict(change.hypothesis),
        proxies=change.proxies,
        population=bool(change.population),
    )


def _one_transfer(change: Perturbation) -> Perturbation:
    """Cells that make the disease replace the scenario's, and are not there without it."""
    donor = change.transfer
    if donor is None or ("induction", "transfer") not in change.settings:
        return change
    if ("disease", "off") in change.settings:
        return dataclasses.replace(change, transfer=None, donor=None)
    if donor.cell != "t_effector":
        return change
    return dataclasses.replace(change, settings=(*change.settings, ("cells.t_effector", 0)))


def _composition(preparation: str | None, change: Perturbation) -> dict[str, float]:
    """Replaced values of the preparation, known to give a possible one."""
    if preparation is None or not change.composition:
        return {}
    values = dict(change.composition)
    if len(mixture(preparation)) > 1:
        raise InputError(f"composition.{next(iter(values))}: '{preparation}' is a mixture")
    load_preparation(preparation, dict(change.hypothesis)).changed(values)
    return values


def _depleted(scenario: Scenario, words: Iterable[str]) -> frozenset[str]:
    """Kinds of cell that words of depletion take.

    Raises
    ------
    NotExpressible : cells that this scenario does not have.
    """
    there = {
        "microglia": scenario.amyloid is not None,
        "monocyte": scenario.dish is not None,
        **dict.fromkeys(BLOOD_CELLS, False),
    }
    if scenario.target is not None and scenario.target.place in ("blood", "medium"):
        there[scenario.target.kind] = True
    for word in words:
        if not there.get(word, True):
            raise NotExpressible(f"deplete: scenario '{scenario.name}' has no {word}")
    return frozenset(kind for word in words for kind in _KINDS_OF.get(word, (word,)))


def _check_proxies(scenario: Scenario, change: Perturbation) -> None:
    """Whether the mouse's numbers may stand for this animal: not in a person.

    In a dish the dish's own tables stand for another species.
    """
    if change.proxies and scenario.species != "mouse" and scenario.dish is None:
        raise NotExpressible(
            f"'{change.proxies[0]}': scenario '{scenario.name}' is not of an animal"
        )


def _check_host(scenario: Scenario, change: Perturbation) -> None:
    """Whether this host can have these alleles and added products."""
    if scenario.dish is not None and change.therapy + change.watched:
        raise NotExpressible(f"therapy: scenario '{scenario.name}' is a dish, not a body")
    if change.population and scenario.population is None:
        raise NotExpressible(f"population: scenario '{scenario.name}' does not describe any")
    if scenario.genotype and scenario.receptor_species != "human":
        raise NotExpressible(f"genotype: scenario '{scenario.name}' has mouse receptors")
    receptor = scenario.dish.receptor if scenario.dish is not None else None
    if receptor is not None:
        known = (*receptor_names(scenario.receptor_species), *load_lectins())
        choice(f"receptor of {scenario.receptor_species}", receptor, known)
    lectins = {lectin.node for lectin in load_lectins().values()}
    for product in change.knockin:
        if not nodes_of([product]) & (nodes_of(change.knockout) | lectins):
            raise NotExpressible(
                f"knockin '{product}': the model adds lectins, and what is knocked out or has "
                "the function of what is knocked out"
            )


def _in_medium(scenario: Scenario, change: Perturbation) -> tuple[Dose, ...]:
    """What is added to a dish, at once."""
    for key in ("dose", "schedule", "route"):
        if getattr(change, key) is not None:
            raise NotExpressible(
                f"{key}: scenario '{scenario.name}' is a dish; use concentration, in g/L"
            )
    amount = change.concentration
    if amount is None:
        amount = scenario.therapy.concentration or 0.0
    day = 0.0 if change.treat_day is None else change.treat_day
    return (Dose(day, amount, MEDIUM),) if amount > 0.0 else ()


def _doses(scenario: Scenario, change: Perturbation) -> tuple[Dose, ...]:
    if scenario.dish is not None:
        return _in_medium(scenario, change)
    if change.concentration is not None:
        raise NotExpressible(
            f"concentration: scenario '{scenario.name}' is no dish; use dose, in g/kg"
        )
    route = change.route or scenario.therapy.route
    doses = parse_schedule(change.schedule or scenario.therapy.schedule, route)
    if change.dose is not None:
        doses = (Dose(doses[0].day, change.dose, route),)
    if change.treat_day is not None:
        shift = change.treat_day - (0.0 if change.schedule else doses[0].day)
        doses = tuple(dataclasses.replace(dose, day=dose.day + shift) for dose in doses)
    return tuple(dose for dose in doses if dose.g_per_kg > 0)


# how an antibody is delivered decides what its dose means, whose receptors there are which can be
# named; what it is comes before its absence
_FIRST = ("antibody.delivery", "receptors", "species", "cells")
_ORDER = dict.fromkeys(_FIRST, -1) | {"disease": 1}


def _with_settings(scenario: Scenario, settings: Iterable[tuple[str, Any]]) -> Scenario:
    data = scenario.model_dump()
    settings = expand_variants(scenario, settings)
    ordered = sorted(settings, key=lambda setting: _ORDER.get(setting[0], 0))
    for key, value in ordered:
        if key == "disease":
            if value == "off":
                data["antibody"] = []
                data["immunisation"] = None
                if data["dish"] is not None:
                    data["dish"]["stimulus"] = {}
                    data["dish"]["complexes"]["concentration"] = 0.0
                else:
                    data["cells"]["t_effector"] = 0
            else:
                choice("disease", str(value), ("on", "off"))
        elif key == "strain":  # what a scenario says of its own animals goes before
            data["parameters"] = {**of_strain(value), **data["parameters"]}
        elif key == "baseline_igg":
            data["baseline_igg"] = number(key, value, 0.0, 100.0)
        elif key in DISH_KEYS:
            set_contents(data, key, value)
        elif key in OF_BINDING:
            set_binding(data, key, value)
        elif key.startswith("antibody."):
            set_antibody(data, key.removeprefix("antibody."), value)
        elif key.startswith(("parameters.", "genotype.")):
            table, _, name = key.partition(".")
            data[table] = {**data[table], name: value}
        else:
            _set_dotted(data, key, value)
    if any(key.startswith("antibody.") for key, _ in ordered):
        check_antibodies(data)
    return Scenario.from_dict(data, source="set")


def _set_dotted(data: dict[str, Any], key: str, value: Any) -> None:
    place: Any = data
    *path, last = key.split(".")
    for word in path:
        if not isinstance(place, dict) or not isinstance(place.get(word), dict):
            known = [k for k, v in place.items() if isinstance(v, dict)]
            raise unknown("set: key", key, [*known, "parameters"])
        place = place[word]
    if last not in place:
        raise unknown("set: key", key, [".".join([*path, name]) for name in place])
    place[last] = value
