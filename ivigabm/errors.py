"""What the user is told when the input is at fault."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """The input is at fault: one readable message, exit status 2, never a traceback."""


class NotExpressible(InputError):
    """The word is of the evidence language, or may be, but the model has nothing that it names."""


_SHOWN = 80  # characters of a bad word that a message repeats


def shortened(word: str) -> str:
    """A word as a message shows it: on one line, and no longer than one."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in word)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"


def nearest(word: str, allowed: Iterable[str]) -> str:
    """'; did you mean X?' with the valid name nearest to `word`, or nothing."""
    names = {name.lower(): name for name in allowed}
    close = difflib.get_close_matches(word[:_SHOWN].lower(), list(names), n=1, cutoff=0.5)
    return f"; did you mean '{names[close[0]]}'?" if close else ""


def unknown(
    what: str, word: str, allowed: Iterable[str], kind: type[InputError] = InputError
) -> InputError:
    """The error for a name that does not exist, with the nearest one and the whole list."""
    names = sorted(allowed)
    close, known = nearest(word, names), ", ".join(names)
    return kind(f"{what} '{shortened(word)}' is not known{close} (known: {known})")
