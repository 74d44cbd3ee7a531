"""What the user is told when the input is at fault."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """The input is at fault: one readable message, exit status 2, never a traceback."""


class NotExpressible(InputError):
    """The word is of the evidence language, or may be, but the model has nothing that it names."""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """'; did you mean X?' with the valid name nearest to `word`, or nothing."""
    names = {name.lower(): name for name in allowed}
    close = difflib.get_close_matches(word.lower(), list(names), n=1, cutoff=0.5)
    return f"; did you mean '{names[close[0]]}'?" if close else ""


def unknown(
    what: str, word: str, allowed: Iterable[str], kind: type[InputError] = InputError
) -> InputError:
    """The error for a name that does not exist, with the nearest one and the whole list."""
    names = sorted(allowed)
    return kind(f"{what} '{word}' is not known{nearest(word, names)} (known: {', '.join(names)})")
