"""Agent-based simulator of how intravenous immunoglobulin acts in autoimmune inflammation.

Public names are loaded on first use, so that `import ivigabm` and `ivigabm --help` stay quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivigabm.errors import InputError
    from ivigabm.experiments.twins import TwinResult, twin
    from ivigabm.model import IVIgModel
    from ivigabm.perturbation import Perturbation
    from ivigabm.scenario import Scenario

__version__ = "0.1.0"

_PLACES = {
    "IVIgModel": "ivigabm.model",
    "InputError": "ivigabm.errors",
    "Perturbation": "ivigabm.perturbation",
    "Scenario": "ivigabm.scenario",
    "TwinResult": "ivigabm.experiments.twins",
    "twin": "ivigabm.experiments.twins",
}

__all__ = [
    "IVIgModel",
    "InputError",
    "Perturbation",
    "Scenario",
    "TwinResult",
    "__version__",
    "twin",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'ivigabm' has no attribute '{name}'")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
