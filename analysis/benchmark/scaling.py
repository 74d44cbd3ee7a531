"""Cost against the number of agents, memory per agent, the building of a large world."""

from collections.abc import Iterator

import numpy as np

from ivigabm.engine.columns import Table
from ivigabm.model import IVIgModel
from ivigabm.processes.world import COLUMNS

from .clock import Measure, cpu
from .worlds import SCENARIO, agents, sized

SIDES = (72, 128, 224, 320, 512, 768, 1024)  # about 5e3 to 1e6 agents
QUICK_SIDES = (72, 160)


def measure(quick: bool, points: list[tuple[int, float]]) -> Iterator[Measure]:
    """Slope of log time on log agents; `points` receives (agents, seconds per step)."""
    part, model = "scaling", None
    for side in QUICK_SIDES if quick else SIDES:
        world = sized(side)
        built = cpu(lambda w=world: IVIgModel(SCENARIO, rng=1, perturbation=w))  # type: ignore[misc]
        model = IVIgModel(SCENARIO, rng=1, perturbation=world)
        steps = max(5, min(40, 2_000_000 // (side * side)))
        seconds = min(cpu(model.step) for _ in range(steps))
        points.append((agents(model), seconds))
        yield Measure(part, f"{points[-1][0]} agents", 1e3 * seconds, "ms/step")
    assert model is not None
    aims = {False: "at most 1.25", True: "at most 1.1"}
    for small, name in ((True, "up to 1e5"), (False, "up to 1e6")):
        some = [p for p in points if p[0] < 1.2e5 or not small]
        if len(some) > 1 and not (quick and not small):
            yield Measure(part, f"slope {name}", _slope(some), "", aims[small])
    yield Measure(part, f"build {points[-1][0]} agents", built, "s CPU", "" if quick else "0.2 s")
    for kind in ("therapeutic_igg", "autoantibody"):
        each = model.tables[kind].nbytes / model.tables[kind].capacity
        yield Measure(part, f"memory of {kind}", each, "bytes/agent", "under 200")
    whole = sum(t.nbytes for t in model.tables.values()) / agents(model)
    yield Measure(part, "tables over living agents", whole, "bytes/agent")
    rows = 1_000_000
    table = Table("macrophage", 1, COLUMNS["macrophage"])
    founding = cpu(lambda: table.add_founders(rows, x=np.zeros(rows, np.int32)))
    yield Measure(part, "a table of 1e6 rows", founding, "s CPU")


def _slope(points: list[tuple[int, float]]) -> float:
    """Least-squares slope of log seconds on log agents."""
    count, seconds = np.log(np.array(points)).T
    return float(np.polyfit(count, seconds, 1)[0])
