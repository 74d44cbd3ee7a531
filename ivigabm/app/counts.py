"""Who acted through which mechanism: sums of the acts of both arms, step by step.

The acts are those of the interaction network. A mechanism's share of a step is that of the
recipient which it moved most; its weight is counted in the unit of its first act.
"""

from array import array
from collections import deque
from typing import Any, NamedTuple

from ivigabm.experiments.acts import Act, is_there
from ivigabm.experiments.standing_acts import ALWAYS
from ivigabm.experiments.tally import acts_of
from ivigabm.model import IVIgModel
from ivigabm.outcomes import CONTROL, TREATED

RECENT = 10  # steps that a glow remembers


class Standing(NamedTuple):
    """What an act that needs no drug is told apart by."""

    source: str
    target: str
    process: str
    unit: str


class Count:
    """Events of one mechanism.

    Attributes
    ----------
    unit, target : of its first act. step, total : events of this step and since the start.
    shares : of the last steps. history : events of every step from `first` on.
    """

    def __init__(self, unit: str, target: str, first: int) -> None:
        self.unit, self.target, self.first = unit, target, first
        self.history = array("d")
        self.step = self.total = 0.0
        self.shares: deque[float] = deque(maxlen=RECENT)

    @property
    def share(self) -> float:
        """Mean share of the last steps."""
        return sum(self.shares) / RECENT

    def add(self, weight: float, share: float) -> None:
        """One step."""
        self.step = weight
        self.total += weight
        self.history.append(weight)
        self.shares.append(min(1.0, share))

    def as_json(self) -> dict[str, Any]:
        """Plain data of a frame."""
        return {
            "unit": self.unit,
            "step": figures(self.step),
            "last10": figures(sum(self.history[-RECENT:])),
            "total": figures(self.total),
            "share": figures(self.share),
        }


class Arm:
    """The witness of one arm."""

    def __init__(self) -> None:
        self.steps = 0
        self.mechanisms: dict[str, Count] = {}
        self.acts: dict[Standing, list[float]] = {}
        self.processes: dict[str, deque[float]] = {}

    def see(self, model: IVIgModel) -> None:
        """Count the step that a model has just taken."""
        for pair in self.acts.values():
            pair[0] = 0.0
        busy: dict[str, float] = {}
        moved: dict[str, list[Act]] = {}
        there: dict[str, bool] = {}
        treated = model.world.drug is not None
        every = acts_of(model, forms=False)
        for act in every if treated else (a for rule in ALWAYS for a in rule(model)):
            if act.target not in there:
                there[act.target] = is_there(model, act.target)
            if not there[act.target]:
                continue
            busy[act.process] = max(busy.get(act.process, 0.0), act.share)
            if act.mechanism:
                moved.setdefault(act.mechanism, []).append(act)
            else:
                pair = self.acts.setdefault(Standing(act[0], act[1], act[2], act[4]), [0.0, 0.0])
                pair[0] += act.weight
                pair[1] += act.weight
        self._mechanisms(moved)
        self.steps += 1
        for name in self.processes.keys() | busy.keys():
            recent = self.processes.setdefault(name, deque(maxlen=RECENT))
            recent.append(min(1.0, busy.get(name, 0.0)))

    def _mechanisms(self, moved: dict[str, list[Act]]) -> None:
        for name, acts in moved.items():
            first = acts[0]
            self.mechanisms.setdefault(name, Count(first.unit, first.target, self.steps))
        for name, count in self.mechanisms.items():
            shares: dict[str, float] = {}
            weight = 0.0
            for act in moved.get(name, ()):
                shares[act.target] = shares.get(act.target, 0.0) + act.share
                weight += act.weight if act.unit == count.unit else 0.0
            count.add(weight, max(shares.values(), default=0.0))


class Counts:
    """Both arms of a twin."""

    def __init__(self, treated: IVIgModel, control: IVIgModel) -> None:
        self.arms = {TREATED: Arm(), CONTROL: Arm()}
        treated.witness, control.witness = self.arms[TREATED], self.arms[CONTROL]

    @property
    def mechanisms(self) -> dict[str, Count]:
        """By id; those that have never acted are not there."""
        return self.arms[TREATED].mechanisms

    def acts(self) -> list[dict[str, Any]]:
        """Acts that need no drug, of both arms."""
        treated, control = self.arms[TREATED].acts, self.arms[CONTROL].acts
        none = [0.0, 0.0]
        return [
            {
                **key._asdict(),
                TREATED: [figures(v) for v in treated.get(key, none)],
                CONTROL: [figures(v) for v in control.get(key, none)],
            }
            for key in dict.fromkeys([*treated, *control])
        ]

    def glow(self) -> dict[str, list[float]]:
        """Activity of each process, 0 to 1: [treated, control]."""
        arms = self.arms[TREATED].processes, self.arms[CONTROL].processes
        return {
            name: [figures(sum(arm.get(name, ())) / RECENT) for arm in arms]
            for name in sorted({*arms[0], *arms[1]})
        }


def figures(value: float) -> float:
    """Four significant figures: what a page shows, and fewer bytes."""
    return float(f"{value:.4g}")
