"""Questions asked of many runs. Each is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivigabm.experiments.twins import TwinResult, twin

__all__ = ["TwinResult", "twin"]

_PLACES = {"TwinResult": "ivigabm.experiments.twins", "twin": "ivigabm.experiments.twins"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'ivigabm.experiments' has no attribute '{name}'")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value
