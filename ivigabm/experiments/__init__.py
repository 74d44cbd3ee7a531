"""Questions asked of many runs. Each is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivigabm.experiments.attribution import Attribution, attribute, attribute_doses
    from ivigabm.experiments.findings import EvidenceResult, evidence
    from ivigabm.experiments.network import Network, network_of
    from ivigabm.experiments.runner import Arm, Results, run
    from ivigabm.experiments.sensitivity import Sensitivity, sensitivity_of
    from ivigabm.experiments.sweeps import SweepResult, sweep
    from ivigabm.experiments.twins import TwinResult, twin

__all__ = [
    "Arm",
    "Attribution",
    "EvidenceResult",
    "Network",
    "Results",
    "Sensitivity",
    "SweepResult",
    "TwinResult",
    "attribute",
    "attribute_doses",
    "evidence",
    "network_of",
    "run",
    "sensitivity_of",
    "sweep",
    "twin",
]

_PLACES = {
    "Arm": "ivigabm.experiments.runner",
    "Attribution": "ivigabm.experiments.attribution",
    "EvidenceResult": "ivigabm.experiments.findings",
    "Network": "ivigabm.experiments.network",
    "Results": "ivigabm.experiments.runner",
    "Sensitivity": "ivigabm.experiments.sensitivity",
    "SweepResult": "ivigabm.experiments.sweeps",
    "TwinResult": "ivigabm.experiments.twins",
    "attribute": "ivigabm.experiments.attribution",
    "attribute_doses": "ivigabm.experiments.attribution",
    "evidence": "ivigabm.experiments.findings",
    "network_of": "ivigabm.experiments.network",
    "run": "ivigabm.experiments.runner",
    "sensitivity_of": "ivigabm.experiments.sensitivity",
    "sweep": "ivigabm.experiments.sweeps",
    "twin": "ivigabm.experiments.twins",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'ivigabm.experiments' has no attribute '{name}'")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value
