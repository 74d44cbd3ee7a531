"""Questions asked of many runs. Each is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivigabm.experiments.runner import Arm, Results, run
    from ivigabm.experiments.sweeps import SweepResult, sweep
    from ivigabm.experiments.twins import TwinResult, twin

__all__ = ["Arm", "Results", "SweepResult", "TwinResult", "run", "sweep", "twin"]

_PLACES = {
    "Arm": "ivigabm.experiments.runner",
    "Results": "ivigabm.experiments.runner",
    "SweepResult": "ivigabm.experiments.sweeps",
    "TwinResult": "ivigabm.experiments.twins",
    "run": "ivigabm.experiments.runner",
    "sweep": "ivigabm.experiments.sweeps",
    "twin": "ivigabm.experiments.twins",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'ivigabm.experiments' has no attribute '{name}'")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value
