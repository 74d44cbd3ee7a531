"""Measures that are read off a world only when somebody asks: `fcgr[FcgRIIB, macrophage]`.

A probe is a word of the evidence language with what it is about in brackets. Each has a maker
that checks the words against scenario and model and gives a function of the world; makers stand
with what they are about and are registered here. What the model does not have is refused, never
faked. A mean over nobody is NaN: it is undefined.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ivigabm.cell_probes import CELL_MAKERS
from ivigabm.dish_probes import DISH_MAKERS
from ivigabm.errors import InputError, NotExpressible, unknown
from ivigabm.plasma_probes import PLASMA_MAKERS, SUBSTANCES
from ivigabm.receptor_probes import RECEPTOR_MAKERS
from ivigabm.systemic_probes import SYSTEMIC_MAKERS

if TYPE_CHECKING:
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

__all__ = ["MAKERS", "SUBSTANCES", "Words", "canonical", "join", "probe", "split"]

Probe = Callable[["World"], float]
Words = tuple[str, ...]
Maker = Callable[[Words, "Scenario"], Probe]

_FORM = re.compile(r"(?P<word>\w+)\s*(\[(?P<which>[^\[\]]*)\])?")


def split(text: str) -> tuple[str, Words]:
    """`fcgr[FcgRIIB, macrophage]` as a word and the words in its brackets.

    Raises
    ------
    InputError : the text does not read so.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise InputError(f"measure '{text}' cannot be read; expected WORD or WORD[NAME, NAME]")
    if match["which"] is None:
        return match["word"], ()
    which = tuple(part.strip() for part in match["which"].split(","))
    if not all(which):
        raise InputError(f"measure '{text}': an empty name in the brackets")
    return match["word"], which


def join(word: str, which: Iterable[str]) -> str:
    """The canonical spelling of a measure."""
    inside = ", ".join(which)
    return f"{word}[{inside}]" if inside else word


def canonical(text: str) -> str:
    """A measure as tables of observations name it."""
    return join(*split(text))


def probe(text: str, scenario: "Scenario") -> Probe:
    """The function that reads a measure off a world of this scenario.

    Raises
    ------
    NotExpressible : no such measure, or the scenario or the model has nothing that it names.
    """
    word, which = split(text)
    if word not in MAKERS:
        raise unknown("measure", word, MAKERS, NotExpressible)
    return MAKERS[word](which, scenario)


def _checked(word: str, fewest: int, most: int, make: Maker) -> Maker:
    """The maker of a word, which takes `fewest` to `most` names in the brackets."""

    def checked(which: Words, scenario: "Scenario") -> Probe:
        if not fewest <= len(which) <= most:
            wanted = str(most) if fewest == most else f"{fewest} to {most}"
            found = join(word, which)
            raise InputError(f"measure '{found}': {wanted} names in the brackets are expected")
        return make(which, scenario)

    return checked


MAKERS: dict[str, Maker] = {
    word: _checked(word, names, names, make)
    for word, names, make in (*DISH_MAKERS, *SYSTEMIC_MAKERS)
} | {
    word: _checked(word, fewest, most, make)
    for word, fewest, most, make in (*CELL_MAKERS, *RECEPTOR_MAKERS, *PLASMA_MAKERS)
}
