"""The one jit decorator.

Kernels are serial, release the GIL and follow the arithmetic rules that keep them equal to
the plain-Mesa reference: no fastmath, no parallel reduction, parameters as arguments.

A cached numba kernel does not notice that a function it calls from another file has changed.
So the cache lives in a folder named by a digest of all sources that may hold kernels: an edit
anywhere among them compiles afresh.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

from ivigabm.engine.digest import source_digest

config: Any = numba.config  # its settings are made at import, unknown to type checkers
Function = TypeVar("Function", bound=Callable[..., Any])

_SOURCES = ("engine", "agents", "processes", "mechanisms")


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ivigabm"


def _cache_folder() -> Path:
    return _cache_root() / source_digest(_SOURCES, (numba.__version__, np.__version__))


CACHE = _cache_folder()


def kernel(function: Function) -> Function:
    """Compile `function` on first call, serially, without fastmath, and keep it on disk."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)
    try:
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
    return cast(Function, compiled)


def is_cold() -> bool:
    """True when no kernel of these sources has been compiled on this machine yet."""
    return not any(CACHE.rglob("*.nbi"))
