"""The state of a model as named arrays and a header, and back.

Constants are not stored: who resumes builds the same individual from the resolved scenario and
the seed, and then puts what has changed since in its place. There is no generator to store.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from ivigabm.engine.checkpoint import State
from ivigabm.engine.digest import PACKAGE, source_digest
from ivigabm.errors import InputError
from ivigabm.observation import OBSERVED
from ivigabm.perturbation import Resolved

if TYPE_CHECKING:
    from ivigabm.model import IVIgModel

_RESOLVED = TypeAdapter(Resolved)
_SHOWN = ("zone", "vessel")  # maps that the grid shows: written into, never replaced
_ABOVE = {
    "__init__.py", "__main__.py", "__pycache__", "_scenarios", "app", "cli.py", "commands",
    "evidence_arm.py", "experiments", "options.py", "py.typed", "readout", "report",
}  # fmt: skip


@cache
def code() -> str:
    """Digest of the sources and libraries that decide how a state goes on."""
    sources = {path.name for path in PACKAGE.iterdir()} - _ABOVE
    libraries = (f"{name} {version(name)}" for name in ("numpy", "scipy", "numba"))
    return source_digest(sources, libraries)


def capture(model: "IVIgModel") -> State:
    """All that a model needs to go on from its present step."""
    world, observer = model.world, model.observer
    header = {
        "code": code(),
        "resolved": _RESOLVED.dump_python(model.resolved, mode="json"),
        "seed": model.seed,
        "draw": model.draw,
        "days": model.days,
        "step": world.step,
        "steps": model.steps,
        "running": bool(model.running),
        "acted": list(model.acted),
        "agent_steps": observer.agent_steps,
        "probes": list(observer.names[len(OBSERVED) :]),
        "founders": {kind: table.founders for kind, table in world.tables.items()},
        "numbers": {f"{where}/{name}": value for where, name, value in _numbers(model)},
    }
    arrays = {
        f"table/{kind}/{name}": table[name]
        for kind, table in world.tables.items()
        for name in table.names
    }
    arrays |= {f"{where}/{name}": value for where, name, value in _arrays(model)}
    arrays |= {f"port/{name}": value for name, value in world.ports.items()}
    fields = world.fields
    arrays |= {"fields": fields.values, "fields.plasma": fields.plasma}
    arrays["observed"] = observer.table(start=True)
    return State(header, arrays)


def resolved(state: State) -> Resolved:
    """The resolved scenario of a saved state.

    Raises
    ------
    InputError : it was saved by other code, which would go on to another result.
    """
    here, there = code(), state.header.get("code")
    if there != here:
        raise InputError(
            f"the state was saved by other code ({there}) than runs here ({here}), so it could "
            "not go on to the same result; resume it with that version, or run anew"
        )
    try:
        return _RESOLVED.validate_python(state.header["resolved"])
    except (ValidationError, KeyError):
        raise InputError("the state's scenario cannot be read; the file is damaged") from None


def restore(model: "IVIgModel", state: State) -> None:
    """Put a freshly built model of the same individual into a saved state.

    Raises
    ------
    InputError : the arrays are not those of this individual.
    """
    header, arrays = state
    world, observer = model.world, model.observer
    try:
        for kind, table in world.tables.items():
            columns = {name: arrays[f"table/{kind}/{name}"] for name in table.names}
            table.restore(columns, header["founders"][kind])
        world.fields.values[...] = arrays["fields"]
        world.fields.plasma[...] = arrays["fields.plasma"]
        for name, port in world.ports.items():
            port[...] = arrays[f"port/{name}"]
        for where, place in _places(model).items():
            for name, value in _below(where, arrays).items():
                _put(place, name, value)
            for name, value in _below(where, header["numbers"]).items():
                _set(place, name, value)
        observer.restore(arrays["observed"], header["agent_steps"])
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"the state does not fit its scenario: {error}") from None
    model._acted = set(header["acted"])
    model.running = header["running"]
    model.steps = header["steps"]
    world.step = header["step"]
    model.writes += 1


def _places(model: "IVIgModel") -> dict[str, Any]:
    """What holds arrays and numbers that change as a model steps, by name."""
    world = model.world
    places: dict[str, Any] = {
        "world": world,
        "body": world.body,
        "own": world.own,
        "comparators": world.comparators,
        "levels": world.comparators.levels,
        "given": world.given,
        "b_lineage": model.b_lineage,
    }
    places |= {f"phagocytes.{group.name}": group for group in world.phagocytes}
    if world.drug is not None:
        places |= {"drug": world.drug, "drug.pools": world.drug.pools}
    return places


def _arrays(model: "IVIgModel") -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Place, name and value of every array there."""
    for where, place in _places(model).items():
        for name, value in _held(place).items():
            if isinstance(value, np.ndarray):
                yield where, name, value


def _numbers(model: "IVIgModel") -> Iterator[tuple[str, str, float]]:
    """Place, name and value of every number there."""
    for where, place in _places(model).items():
        for name, value in _held(place).items():
            if isinstance(value, int | float):
                yield where, name, value


def _held(place: Any) -> dict[str, Any]:
    return place if isinstance(place, dict) else vars(place)


def _below(where: str, named: Mapping[str, Any]) -> dict[str, Any]:
    """What is named `where/NAME`, by NAME."""
    start = f"{where}/"
    return {name.removeprefix(start): v for name, v in named.items() if name.startswith(start)}


def _put(place: Any, name: str, saved: NDArray[Any]) -> None:
    here = getattr(place, name, None)  # None: first written in a step
    if here is None and name not in type(place).__annotations__:
        raise KeyError(f"'{name}' is unknown")
    if here is not None and saved.dtype != here.dtype:
        raise ValueError(f"{name} is of type {saved.dtype}, not {here.dtype}")
    if here is not None and name in _SHOWN:
        here[...] = saved
    else:
        setattr(place, name, saved)


def _set(place: Any, name: str, value: float) -> None:
    if isinstance(place, dict):
        place[name] = value
    elif hasattr(place, name):
        setattr(place, name, value)
    else:
        raise KeyError(f"'{name}' is unknown")
