"""What tests of several rooms share."""

import os

import pandas as pd
import pytest
from hypothesis import settings

from ivigabm.outcomes import outcome_table
from ivigabm.perturbation import Resolved
from ivigabm.scenario import Scenario

# A first call may compile; and what CI checks today it checks tomorrow.
settings.register_profile("ivigabm", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("ivigabm")

OUTCOMES = (
    "target_integrity",
    "inflammation_auc",
    "autoantibody_titre",
    "serum_igg_g_per_l",
    "fcgr2b_to_activating_ratio",
    "complement_deposition",
    "clinical_score",
)


class ScriptedModel:
    """Stands in for `IVIgModel` where only what is done with its results is tested.

    A seed moves both arms alike; the therapy halves inflammation and adds 2 to all the rest.
    """

    control_inflammation = 8.0

    def __init__(self, scenario: Scenario, rng: int, perturbation: Resolved) -> None:
        self.scenario = scenario
        self.shift = 10.0 * rng
        self.treated = perturbation.preparation is not None
        self.agent_steps = 0
        self.days = 0.0

    def run(self, days: float) -> None:
        self.days = days
        self.agent_steps = 100

    def observations(self) -> pd.DataFrame:
        days = [self.days * i / 48 for i in range(49)]
        gain = 2.0 if self.treated else 0.0
        return pd.DataFrame(
            {
                "day": days,
                "serum_igg_g_per_l": [10.0 + gain + 0.1 * self.shift for _ in days],
                "clinical_score": [self.shift + gain * day for day in days],
            }
        )

    def outcomes(self) -> pd.DataFrame:
        gain = 2.0 if self.treated else 0.0
        values = dict.fromkeys(OUTCOMES, self.shift + gain)
        values["inflammation_auc"] = self.control_inflammation / (2.0 if self.treated else 1.0)
        return outcome_table(values, self.scenario)


@pytest.fixture
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedModel]:
    """Twins run `ScriptedModel` instead of the simulator."""
    monkeypatch.setattr("ivigabm.experiments.task.IVIgModel", ScriptedModel)
    return ScriptedModel


@pytest.fixture
def disease() -> Scenario:
    """A scenario with a clinical score, without a file."""
    return Scenario.from_dict(
        {
            "name": "made_up",
            "title": "Made-up <disease> & co",
            "species": "human",
            "days": 12,
            "clinical": {
                "measure": "platelets",
                "unit": "10⁹/L",
                "better": "higher",
                "scale": [(0.0, 0.0), (1.0, 250.0)],
            },
        }
    )
