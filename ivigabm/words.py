"""Small readers of values in the evidence language, and its words that the model lacks.

A value that cannot be read is bad input; a word that names nothing in the model is refused as
`NotExpressible`, with the nearest one that does.
"""

import math
from collections.abc import Iterable
from typing import Any

from ivigabm.errors import InputError, NotExpressible, shortened, unknown
from ivigabm.knowledge import load_preparation, preparation_names

AMOUNTS = {"dose": "g/kg", "concentration": "g/L"}  # keys of how much IgG, and their units

# species and strains whose own numbers do not exist: the mouse's stand for them
PROXY_SPECIES = ("rat", "guinea_pig", "rabbit", "hamster")
STRAINS = ("BALB/c", "C57BL/6", "Lewis", "DA")

GENOTYPES = {
    f"{gene}-{pair}": (receptor, pair)
    for gene, receptor, pairs in (
        ("FCGR2A", "FcgRIIA", ("131HH", "131HR", "131RR")),
        ("FCGR3A", "FcgRIIIA", ("158VV", "158FV", "158FF")),
    )
    for pair in pairs
}
_SHARE_TOLERANCE = 1e-6


def number(key: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number from `low` to `high`."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except OverflowError:
        found = math.inf
    except (TypeError, ValueError):
        shown = shortened(str(value))
        raise InputError(f"{key}: found '{shown}', a number is expected") from None
    if not math.isfinite(found) or not low <= found <= high:
        raise InputError(f"{key}: found {shortened(str(value))}, allowed is {low:g} to {high:g}")
    return found


def words(key: str, value: Any) -> list[str]:
    """A list, or a comma list, of names."""
    found = [str(part).strip() for text in listed(key, value) for part in text.split(",")]
    if not all(found):
        raise InputError(f"{key}: an empty name in '{shortened(str(value))}'")
    return found


def listed(key: str, value: Any) -> list[str]:
    """A text, or a list of texts, as a list."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise InputError(
            f"{key}: found '{shortened(str(value))}', a name, a comma list or a list is expected"
        )
    return list(texts)


def choice(what: str, word: str, allowed: Iterable[str]) -> str:
    """A word that must be one of `allowed`."""
    names = tuple(allowed)
    if word not in names:
        raise unknown(what, word, names, NotExpressible)
    return word


def shares(key: str, text: str) -> dict[str, float]:
    """`IgG1`, or `IgG2c:0.5,IgG1:0.5`, as shares."""
    parts = [part.strip().partition(":") for part in text.split(",")]
    if len(parts) == 1 and not parts[0][1]:
        return {parts[0][0]: 1.0}
    found: dict[str, float] = {}
    for name, _, share in parts:
        if name.strip() in found:
            raise InputError(f"{key}: '{name.strip()}' stands twice in '{text}'")
        found[name.strip()] = number(f"{key} {name.strip()}", share, 0.0, 1.0)
    if abs(sum(found.values()) - 1.0) > _SHARE_TOLERANCE:
        raise InputError(f"{key}: shares of '{text}' add up to {sum(found.values()):g}, not 1")
    return found


def mixture(text: str) -> dict[str, float]:
    """A preparation, or a mixture such as `fab2:0.67,fc:0.33`, as shares of the mass.

    Raises
    ------
    InputError : shares that do not add up, or a file at fault.
    NotExpressible : no such preparation.
    """
    if text.endswith(".toml"):
        load_preparation(text)  # a file at fault is said before anything runs
        return {text: 1.0}
    found = shares("preparation", text)
    for name in found:
        choice("preparation", name, preparation_names())
    return found


def genotype(word: str, others: Iterable[str] = ()) -> tuple[str, str]:
    """`FCGR2A-131HR` as receptor and alleles; `others` are named in the message."""
    choice("genotype", word, (*GENOTYPES, *others))
    return GENOTYPES[word]
