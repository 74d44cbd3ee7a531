"""The wiring as a file: a drawing, or a graph for other programs."""

import tempfile
from pathlib import Path

import networkx as nx

from ivigabm.errors import InputError
from ivigabm.mechanisms.graph import wiring
from ivigabm.report import graph


def write_graph(path: Path) -> None:
    """Write the wiring of all mechanisms to `path`, as its ending says: .svg or .graphml.

    Raises
    ------
    InputError : another ending, a folder, or a place that cannot be written.
    """
    if path.suffix not in {".svg", ".graphml"}:
        raise InputError(f"--graph: found '{path}'; a name ending in .svg or .graphml is expected")
    if path.is_dir():
        raise InputError(f"--graph: '{path}' is a folder; a file is expected")
    if path.suffix == ".svg":
        text = graph.svg(wiring())
    else:
        text = "\n".join(nx.generate_graphml(wiring()))
    try:
        with tempfile.TemporaryDirectory(prefix=".ivigabm-", dir=path.absolute().parent) as scratch:
            new = Path(scratch) / path.name
            new.write_text(text + "\n", encoding="utf-8")
            new.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"--graph: cannot write '{path}': {reason}") from None
