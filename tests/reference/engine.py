"""A scenario from its start, as plain Mesa. Beside `ivigabm/model.py`."""

import math

import numpy as np

from ivigabm.build import build
from ivigabm.model import IVIgModel
from ivigabm.perturbation import Perturbation, Resolved, resolve
from ivigabm.scenario import Scenario
from reference import b_cells
from reference.individual import Individual
from reference.targets import attack, unblocked


class ReferenceModel(Individual):
    """The counterpart of `IVIgModel`: the same scenario and seed, the same individual."""

    def __init__(
        self,
        scenario: str | Scenario = "cidp",
        rng: int = 1,
        perturbation: Perturbation | Resolved | None = None,
        days: float | None = None,
        draw: int = 0,
    ) -> None:
        if not isinstance(perturbation, Resolved):
            source = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
            perturbation = resolve(source, perturbation)
        donor = perturbation.donor and IVIgModel(rng=rng, perturbation=perturbation.donor).run()
        super().__init__(build(perturbation, rng, draw, donor.world if donor else None))
        self.days = float(perturbation.scenario.days if days is None else days)
        b_cells.settle(self)
        self._run_in(perturbation)

    def _run_in(self, resolved: Resolved) -> None:
        """A chronic patient comes to rest before the first day; an acute one falls ill."""
        world, scenario = self.world, resolved.scenario
        first = math.floor(resolved.start_day / world.dt + 1e-9)
        start = first - round(scenario.run_in_days / world.dt)
        if scenario.prodrome_days > 0.0:
            start = min(first, -round(scenario.prodrome_days / world.dt))
        attacks = []
        for step in range(start, first):
            world.step = step
            self.advance()
            if self.kinds["target_cell"]:
                attacks.append(self._mean_attack())
        world.step = first
        settled = attacks[len(attacks) // 2 :]
        if settled and scenario.prodrome_days == 0.0:
            self._settle(float(np.mean(settled)))

    def _mean_attack(self) -> float:
        return float(np.mean([attack(self, target) for target in self.kinds["target_cell"]]))

    def _settle(self, mean_attack: float) -> None:
        """Put every fixed target at the steady state of a mean attack (1/day)."""
        rule = self.constants.tissue
        if rule.fixed:
            for target in self.kinds["target_cell"]:
                room = 1.0 - target.irreversible
                target.integrity = room * (rule.repair / (rule.repair + mean_attack))
                target.function = target.integrity * unblocked(self, target)

    def step(self) -> None:
        """One step of simulated time."""
        self.advance()
        self.world.step += 1
        self.running = self.world.step * self.world.dt < self.days - 1e-9
