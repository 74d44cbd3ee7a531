"""What each phase of a step costs, the field operator apart."""

from collections.abc import Iterator

from ivigabm.engine.diffusion import Operator, Smoother
from ivigabm.model import IVIgModel

from .clock import Measure, cpu
from .watch import Call, watched
from .worlds import SCENARIO, agents

PHASES = (
    "plasma", "transport", "sensing", "dendritic", "complement", "cytokines", "b_lineage",
    "t_cells", "neutrophils", "circulation", "opsonization", "tissue",
)  # fmt: skip
BY_KIND = ("contacts", "binding", "signalling", "receptor_expression", "phagocytosis")
FIELD_OPERATOR = "of it, field operator"


def measure(quick: bool) -> Iterator[Measure]:
    """A treated default run: time of 28 days, then the share of each phase."""
    days = 4.0 if quick else 28.0
    IVIgModel(SCENARIO, rng=1, days=0.5).run()
    rounds = 2 if quick else 5
    treated = min(cpu(lambda: IVIgModel(SCENARIO, rng=1, days=days).run()) for _ in range(rounds))
    control = min(
        cpu(lambda: IVIgModel(SCENARIO, rng=1, days=days, no_ivig=True).run())
        for _ in range(rounds)
    )
    part = "default twin"
    aim = "1 s" if days == 28.0 else ""
    yield Measure(part, f"treated, {days:g} days", treated, "s CPU")
    yield Measure(part, f"control, {days:g} days", control, "s CPU")
    yield Measure(part, f"both, {days:g} days", treated + control, "s CPU", aim)
    model = IVIgModel(SCENARIO, rng=1, days=days)
    spent = _timed(model)
    steps = model.world.step
    part = "phases of a treated step"
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        yield Measure(part, name, 1e6 * seconds / steps, "µs/step")
    rate = agents(model) * steps / spent["whole step"] / 1e6
    yield Measure(part, "all tables", rate, "million agent-steps/s")


def _timed(model: IVIgModel) -> dict[str, float]:
    """Run a model to its end; seconds spent in each phase."""
    spent: dict[str, float] = {}
    calls: list[Call] = [(getattr(model, name), "advance", name) for name in PHASES]
    calls += [
        (getattr(group, name), "advance", name)
        for group in model.world.phagocytes
        for name in BY_KIND
    ]
    calls += [
        (model, "write_ports", "ports and mechanisms"),
        (model, "tidy", "compaction"),
        (model.observer, "observe", "observation"),
        (model.datacollector, "collect", "data collector"),
        (model, "step", "whole step"),
        (Operator, "advance", FIELD_OPERATOR),
        (Smoother, "__call__", FIELD_OPERATOR),
    ]
    with watched(calls, spent):
        model.run()
    return spent
