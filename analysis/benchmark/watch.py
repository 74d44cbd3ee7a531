"""CPU time of named calls, measured from outside."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Call = tuple[Any, str, str]  # who holds it, its attribute, the name that its time goes to


@contextmanager
def watched(calls: Sequence[Call], spent: dict[str, float]) -> Iterator[None]:
    """Add seconds spent in calls to `spent` while in this block."""
    kept = [(holder, method, vars(holder).get(method)) for holder, method, _ in calls]
    for holder, method, name in calls:
        setattr(holder, method, _timed(getattr(holder, method), name, spent))
    try:
        yield
    finally:
        for holder, method, own in reversed(kept):
            if own is None:
                delattr(holder, method)
            else:
                setattr(holder, method, own)


def _timed(inner: Any, name: str, spent: dict[str, float]) -> Any:
    def timed(*args: Any) -> Any:
        started = time.thread_time()
        result = inner(*args)
        spent[name] = spent.get(name, 0.0) + time.thread_time() - started
        return result

    return timed
