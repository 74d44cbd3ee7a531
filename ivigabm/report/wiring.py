"""The wiring as a file: a drawing, or a graph for other programs."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import networkx as nx

from ivigabm.errors import InputError
from ivigabm.mechanisms.graph import wiring
from ivigabm.report import graph


def check_file(path: Path, option: str, endings: Sequence[str] = (".svg", ".graphml")) -> None:
    """Refuse a file that could not be written: a drawing or graph, unless `endings` say otherwise.

    Raises
    ------
    InputError : another ending, a folder, or a folder that is not there.
    """
    if path.suffix not in endings:
        wanted = " or ".join(endings)
        raise InputError(f"{option}: found '{path}'; a name ending in {wanted} is expected")
    if path.is_dir():
        raise InputError(f"{option}: '{path}' is a folder; a file is expected")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{option}: cannot write '{path}': no folder '{path.parent}'")


def write_graph(path: Path) -> None:
    """Write the wiring of all mechanisms to `path`, as its ending says: .svg or .graphml.

    Raises
    ------
    InputError : another ending, a folder, or a place that cannot be written.
    """
    check_file(path, "--graph")
    drawn = wiring()
    svg = path.suffix == ".svg"
    write_text(path, graph.svg(drawn) if svg else "\n".join(nx.generate_graphml(drawn)), "--graph")


def write_text(path: Path, text: str, option: str) -> None:
    """Put a whole file in place, or none.

    Raises
    ------
    InputError : the place cannot be written; `option` is what named it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".ivigabm-", dir=path.absolute().parent) as scratch:
            new = Path(scratch) / path.name
            new.write_text(text + "\n", encoding="utf-8")
            new.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{option}: cannot write '{path}': {reason}") from None
