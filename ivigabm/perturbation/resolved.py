"""A scenario with its changes applied: all that a model needs to be built."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivigabm.gifts import Gift, Transfer
from ivigabm.perturbation.schedules import Course, Dose
from ivigabm.scenario import Scenario


@dataclass(frozen=True)
class Resolved:
    """A scenario with its perturbation applied: all that a model needs to be built."""

    scenario: Scenario
    preparation: str | None
    doses: tuple[Dose, ...]
    mechanisms: tuple[str, ...]
    composition: Mapping[str, float] = field(default_factory=dict)
    molar: bool = False  # doses count the moles of as much intact IgG
    therapies: tuple[Course, ...] = ()
    gifts: tuple[Gift, ...] = ()
    transfer: Transfer | None = None
    donor: "Resolved | None" = None  # donor animal or dish that the cells come from
    start_day: float = 0.0  # day 0, or the first planned dose before it, in the twin as well
    absent: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()  # products that give back what an absent one took
    depleted: frozenset[str] = frozenset()
    function: Mapping[str, float] = field(default_factory=dict)  # product -> share left by a block
    hypothesis: Mapping[str, str] = field(default_factory=dict)
    proxies: tuple[str, ...] = ()
    population: bool = False  # a seed is one of the population, otherwise the typical individual

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a manifest or a content hash."""
        return {
            "scenario": self.scenario.model_dump(mode="json"),
            "preparation": self.preparation,
            "composition_set": dict(sorted(self.composition.items())),
            "dose_basis": "molar" if self.molar else "mass",
            "therapies": [dataclasses.asdict(course) for course in self.therapies],
            "gifts": [dataclasses.asdict(gift) for gift in self.gifts],
            "transfer": dataclasses.asdict(self.transfer) if self.transfer else None,
            "donor": self.donor.as_dict() if self.donor else None,
            "start_day": self.start_day,
            "doses": [dataclasses.asdict(dose) for dose in self.doses],
            "mechanisms": list(self.mechanisms),
            "absent": sorted(self.absent),
            "added": sorted(self.added),
            "proxies": list(self.proxies),
            "depleted": sorted(self.depleted),
            "function": dict(sorted(self.function.items())),
            "hypothesis": dict(sorted(self.hypothesis.items())),
            "population": self.population,
        }
