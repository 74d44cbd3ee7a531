"""A saved state: one `.npz` file of named arrays and a JSON header. Nothing is pickled."""

import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivigabm.errors import InputError

FORMAT = "ivigabm state 1"
_HEADER = "header"


class State(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    header : plain data, as JSON has it.
    arrays : name -> array; a name may hold slashes.
    """

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write(path: Path | str, state: State) -> None:
    """Write a state under a temporary name beside `path`, then give it its name.

    Raises
    ------
    InputError : the folder is missing or cannot be written.
    """
    target = Path(path)
    text = json.dumps({"format": FORMAT, **state.header}, allow_nan=False)
    arrays = {_HEADER: np.frombuffer(text.encode(), np.uint8), **state.arrays}
    scratch = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.absolute().parent, prefix=f".{target.name}-", delete=False
        ) as file:
            scratch = Path(file.name)
            _pack(file, arrays)
        scratch.replace(target)
    except OSError as error:
        raise InputError(f"state '{target}' cannot be written: {error.strerror}") from None
    finally:
        if scratch is not None:
            scratch.unlink(missing_ok=True)


def _pack(file: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """As `numpy.savez` does, but with one date for all: equal states make equal files."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            with archive.open(entry, "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)


def read(path: Path | str) -> State:
    """Read a state.

    Raises
    ------
    InputError : no such file, damaged, not a saved state, or of another format.
    """
    source = Path(path)
    try:
        with np.load(source, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        header = json.loads(arrays.pop(_HEADER).tobytes())
    except OSError as error:
        raise InputError(f"state '{source}' cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile):
        raise InputError(f"state '{source}' is damaged, or no file that `save` wrote") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found_format = header.get("format") if isinstance(header, dict) else None
        raise InputError(f"state '{source}': format: found {found_format!r}, expected '{FORMAT}'")
    return State(header, arrays)
