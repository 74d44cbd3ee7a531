"""The engine against the plain-Mesa reference: same rules, same world, same result."""

from collections.abc import Iterator

from reference.compare import differences
from reference.engine import ReferenceModel

from ivigabm.model import IVIgModel
from ivigabm.perturbation import Perturbation

from .clock import Measure, cpu
from .worlds import SCENARIO, agents, default, sized


def measure(quick: bool) -> Iterator[Measure]:
    """Ratio of CPU time per step, at the default world and at about 1e5 agents."""
    yield from _compare("default world", default(), steps=20 if quick else 60, aim="150 ×")
    if not quick:
        yield from _compare("1e5 agents", sized(320), steps=5, aim="300 ×")


def _compare(name: str, world: Perturbation, steps: int, aim: str) -> Iterator[Measure]:
    engine = IVIgModel(SCENARIO, rng=1, perturbation=world)
    reference = ReferenceModel(SCENARIO, rng=1, perturbation=world)
    fast, slow = [], []
    for _ in range(steps):
        fast.append(cpu(engine.step))
        slow.append(cpu(reference.step))
    if found := differences(engine, reference):
        raise AssertionError(f"the engines differ: {found}")
    ratio = min(slow) / min(fast)
    part = "engine against reference"
    yield Measure(part, f"{name}: agents", agents(engine), "")
    yield Measure(part, f"{name}: engine", 1e3 * min(fast), "ms/step")
    yield Measure(part, f"{name}: reference", 1e3 * min(slow), "ms/step")
    yield Measure(part, f"{name}: reference / engine", ratio, "×", aim, kept=True)
