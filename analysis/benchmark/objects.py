"""Engine against the plain-Mesa reference phase by phase, what both share apart.

The reference holds every agent as an object, but plasma pools, ports with what mechanisms bring
to them, and the field operator are the same code in both. A ratio over the whole step measures
that code as well; here it stands by itself.
"""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from reference import (
    adaptive,
    b_cells,
    contacts,
    docking,
    ports,
    response,
    sensing,
    targets,
    walk,
)
from reference.engine import ReferenceModel

from ivigabm.engine.diffusion import Operator, Smoother
from ivigabm.model import IVIgModel

from .clock import Measure
from .watch import Call, watched
from .worlds import SCENARIO, default

# phase -> the function of the reference that carries it out
BY_KIND = {
    "contacts": (contacts, "meet"),
    "binding": (docking, "bind"),
    "signalling": (response, "signal"),
    "receptor_expression": (docking, "express"),
    "phagocytosis": (response, "eat"),
}
OF_MODEL = {
    "transport": (walk, "everyone"),
    "sensing": (sensing, "sense"),
    "dendritic": (adaptive, "educate"),
    "complement": (targets, "fix_complement"),
    "cytokines": (sensing, "secrete_cytokines"),
    "b_lineage": (b_cells, "live"),
    "opsonization": (targets, "opsonise"),
    "tissue": (targets, "damage_and_repair"),
}
ON_MESH = "parcels on the mesh"
SHARED = ("plasma", "ports and mechanisms", "field operator")
LEAST = 20e-6  # seconds; below that a phase has nothing to do in this scenario


def measure(quick: bool) -> Iterator[Measure]:
    """Ratios of the phases of the default world, then of their sum, then what is shared."""
    engine = IVIgModel(SCENARIO, rng=1, perturbation=default())
    reference = ReferenceModel(SCENARIO, rng=1, perturbation=default())
    steps = 12 if quick else 40
    fast = _phases(engine, _of_engine(engine), steps)
    slow = _phases(reference, _of_reference(reference), steps)
    part, covered = "reference / engine by phase", [*OF_MODEL, *BY_KIND, ON_MESH]
    busy = [name for name in covered if slow[name] > LEAST]
    for name in sorted(busy, key=lambda name: -slow[name]):
        what = f"{name}: {1e6 * fast[name]:.0f} µs in the engine"
        yield Measure(part, what, slow[name] / fast[name], "×")
    whole = sum(slow[name] for name in covered) / sum(fast[name] for name in covered)
    yield Measure(part, "all that agents do: reference / engine", whole, "×", "150 ×", kept=True)
    for name in SHARED:
        what = f"shared: {name}, {1e6 * slow[name]:.0f} µs in the reference"
        yield Measure(part, what, 1e6 * fast[name], "µs/step")


def _phases(model: Any, calls: Sequence[Call], steps: int) -> dict[str, float]:
    """Median seconds of each phase, the shared parts taken out of those that hold them."""
    rows = []
    for _ in range(steps):
        spent: dict[str, float] = {}
        with watched(calls, spent):
            model.step()
        rows.append(spent)
    names = {name for row in rows for name in row}
    found = {name: median(row.get(name, 0.0) for row in rows) for name in names}
    found["cytokines"] -= found["of cytokines"]
    found[ON_MESH] -= found["of parcels"]
    found["ports and mechanisms"] -= found[ON_MESH] + found["of parcels"]
    found["field operator"] = found.pop("of cytokines") + found.pop("of parcels")
    return found


FIELDS = ((Operator, "advance", "of cytokines"), (Smoother, "__call__", "of parcels"))


def _of_engine(model: IVIgModel) -> list[Call]:
    groups = model.world.phagocytes
    return [
        *((getattr(model, name), "advance", name) for name in ("plasma", *OF_MODEL)),
        *((getattr(group, name), "advance", name) for name in BY_KIND for group in groups),
        (model, "write_ports", "ports and mechanisms"),
        (model.transport, "local_molar", ON_MESH),
        *FIELDS,
    ]


def _of_reference(model: ReferenceModel) -> list[Call]:
    return [
        *((module, name, phase) for phase, (module, name) in (OF_MODEL | BY_KIND).items()),
        (model.constants.plasma, "advance", "plasma"),
        (ports, "write", "ports and mechanisms"),
        (ports, "local_molar", ON_MESH),
        *FIELDS,
    ]
