"""Readers of what a page may send; anything else is refused with one clear message."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ivigabm.errors import InputError, unknown

MOST_BYTES = 64 * 1024
Message = Mapping[str, Any]


class Garbled(InputError):
    """Not a JSON object at all: the connection is closed."""


def read(text: str) -> dict[str, Any]:
    """A message.

    Raises
    ------
    Garbled : no JSON, no object, or without a type.
    """
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Garbled("message: cannot be read as JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise Garbled("message: an object with a type is expected")
    return found


def _no_constant(word: str) -> float:
    raise ValueError(word)


def integer(message: Message, key: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number from `low` to `high`."""
    value = message.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{key}: found {short(value)}, a whole number {low} to {high} is expected")
    return value


def real(message: Message, key: str, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(f"{key}: found {short(value)}, a number {low:g} to {high:g} is expected")
    return float(value)


def word(message: Message, key: str, allowed: Iterable[str], default: str | None = None) -> str:
    """One of some words."""
    value, known = message.get(key, default), tuple(allowed)
    if value not in known:
        raise unknown(key, short(value), known)
    return str(value)


def short(value: Any) -> str:
    """What was found, cut to a length that fits into a message."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
