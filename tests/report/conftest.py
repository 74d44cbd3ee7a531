"""Results to report on, made without simulating."""

import pytest

from ivigabm.experiments.twins import TwinResult, twin
from ivigabm.scenario import Scenario


@pytest.fixture
def result(scripted_model: type, disease: Scenario) -> TwinResult:
    """Three replicates of the scripted model."""
    return twin(disease, seeds=(1, 2, 3))
