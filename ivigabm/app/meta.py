"""What can be shown and chosen, from the same declarations that the model runs on."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from ivigabm import __version__
from ivigabm.app.lessons import load_lessons
from ivigabm.app.palette import DAMAGE, FIELD_LABELS, GROUPS, KINDS, SIALYLATED
from ivigabm.app.settings import SIZES, Config, carried
from ivigabm.knowledge.parameters import load_parameters
from ivigabm.mechanisms import Mechanism, mechanisms
from ivigabm.mechanisms.graph import LAYERS, wiring
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import OBSERVABLES, OUTCOMES
from ivigabm.perturbation import parse_schedule
from ivigabm.processes.cytokines import NAMES as FIELDS
from ivigabm.processes.ports import PORTS
from ivigabm.report.graph import ordered
from ivigabm.scenario import Scenario, scenario_names
from ivigabm.zones import ZONES

SPEEDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 0.0)  # of 8 steps per second; 0: every frame
DOSED = "pk.infusion_hours"  # the row whose source stands behind a dose given by hand


@cache
def page() -> dict[str, Any]:
    """What the page shows first, as its file says."""
    return tomllib.loads((Path(__file__).parent / "page.toml").read_text(encoding="utf-8"))


@cache
def references() -> dict[str, str]:
    """Key -> publication: sources of mechanisms, of scenarios and of dosing."""
    texts = [source for m in mechanisms() for source in m.sources]
    texts += [row.source for row in load_parameters() if row.name == DOSED]
    texts += [source for name in scenario_names() for source in Scenario.load(name).sources]
    return {f"R{i}": text for i, text in enumerate(dict.fromkeys(texts), start=1)}


def keys_of(sources: tuple[str, ...] | list[str]) -> list[str]:
    """Keys of publications."""
    known = {text: key for key, text in references().items()}
    return [known[source] for source in sources if source in known]


def dose_references() -> list[str]:
    """Keys of what a dose rests on."""
    return keys_of([row.source for row in load_parameters() if row.name == DOSED][:1])


@cache
def meta() -> dict[str, Any]:
    """`/api/meta`; see PROTOCOL.md. Not to be written."""
    return {
        "version": __version__,
        "defaults": Config(mechanisms=carried(Config().preparation)).as_json(),
        "sizes": list(SIZES),
        "speeds": list(SPEEDS),
        "scenarios": [scenario_json(Scenario.load(name)) for name in scenario_names()],
        "groups": list(GROUPS),
        "mechanisms": [_mechanism(m) for m in mechanisms()],
        "references": references(),
        "variables": [_variable(name) for name in OBSERVED],
        "fields": [{"id": name, "label": FIELD_LABELS.get(name, name)} for name in FIELDS],
        "zones": list(ZONES),
        "kinds": [look.as_json() for look in KINDS],
        "sialylated": SIALYLATED,
        "damage": DAMAGE,
        "graph": _graph(),
        "presets": [
            preset | {"mechanisms": carried(preset["preparation"])} for preset in page()["preset"]
        ],
        "cards": page()["cards"],
        "lessons": [lesson.as_json() for lesson in load_lessons()],
        "sweep": page()["sweep"],
    }


def scenario_json(scenario: Scenario) -> dict[str, Any]:
    """What the page says of a scenario."""
    clinical, therapy = scenario.clinical, scenario.therapy
    return {
        "id": scenario.name,
        "title": scenario.title,
        "species": scenario.species,
        "days": scenario.days,
        "measure": clinical.measure if clinical else "function of the target",
        "unit": clinical.unit if clinical else "share",
        "better": clinical.better if clinical else "higher",
        "schedule": therapy.schedule,
        "first_dose_day": parse_schedule(therapy.schedule)[0].day,
        "note": scenario.note,
        "references": keys_of(scenario.sources),
    }


def _mechanism(mechanism: Mechanism) -> dict[str, Any]:
    short = page()["headline"].get(mechanism.id)
    return {
        "id": mechanism.id,
        "title": mechanism.name,
        "short": short or mechanism.name,
        "headline": short is not None,
        "claim": mechanism.claim,
        "falsified_by": mechanism.falsified_by,
        "group": mechanism.pathway,
        "needs": sorted(mechanism.needs),
        "port": mechanism.port,
        "process": PORTS[mechanism.port].process,
        "contested": mechanism.contested,
        "evidence": "disputed" if mechanism.contested else "agreed",
        "references": keys_of(mechanism.sources),
    }


def _variable(name: str) -> dict[str, Any]:
    known = OUTCOMES.get(name) or OBSERVABLES[name]
    chart = page()["charts"].get(name, 0)
    return {"id": name, "label": known.label, "unit": known.unit, "chart": chart}


def _graph() -> dict[str, Any]:
    """The wiring with places from 0 to 1, a column per layer."""
    graph = wiring()
    columns = ordered(graph, LAYERS)
    last = max(1, len(columns) - 1)
    nodes = [
        {
            "id": name,
            "layer": layer,
            "label": graph.nodes[name]["label"],
            "x": round(i / last, 4),
            "y": round((j + 0.5) / len(names), 4),
            "pathway": graph.nodes[name].get("pathway", ""),
        }
        for i, (layer, names) in enumerate(columns.items())
        for j, name in enumerate(names)
    ]
    return {"nodes": nodes, "edges": [list(edge) for edge in graph.edges]}
