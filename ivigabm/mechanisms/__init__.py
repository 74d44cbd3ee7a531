"""How the therapeutic IgG reaches the biology: one file per mechanism.

A file placed here, or an entry point of the group `ivigabm.mechanisms` in another package, is
found by itself; nothing else lists it.
"""

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from ivigabm.errors import unknown
from ivigabm.mechanisms.base import Mechanism

__all__ = ["Mechanism", "expand", "mechanism_ids", "mechanisms"]

GROUPS = {"fab2": {"Fab2", "both"}, "fc": {"Fc", "both"}}


@cache
def mechanisms() -> tuple[Mechanism, ...]:
    """All mechanisms there are, ours and outside ones, by id."""
    modules = [
        import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)
    ]
    found: dict[str, Mechanism] = {}
    classes = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__
    ]
    classes += [point.load() for point in entry_points(group=__name__)]
    for value in classes:
        if issubclass(value, Mechanism) and value is not Mechanism:
            if value.id in found:
                raise ValueError(f"two mechanisms share the id {value.id}")
            found[value.id] = value()
    return tuple(found[key] for key in sorted(found))


def mechanism_ids() -> tuple[str, ...]:
    """Ids of all mechanisms, sorted."""
    return tuple(mechanism.id for mechanism in mechanisms())


def expand(words: Iterable[str], key: str = "mechanism") -> tuple[str, ...]:
    """Ids named by `words`; `fab2` and `fc` stand for all that need that part.

    Raises
    ------
    InputError : a word is neither an id nor a group.
    """
    chosen: set[str] = set()
    for word in words:
        if word in GROUPS:
            chosen |= {m.id for m in mechanisms() if m.pathway in GROUPS[word]}
        elif word in mechanism_ids():
            chosen.add(word)
        else:
            raise unknown(key, word, [*mechanism_ids(), *GROUPS])
    return tuple(sorted(chosen))
