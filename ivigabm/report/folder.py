"""The folder that a run leaves behind: tables, manifest and page, whole or not at all."""

import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ivigabm.errors import InputError
from ivigabm.experiments import provenance
from ivigabm.knowledge.parameters import ParameterSet
from ivigabm.mechanisms import mechanisms
from ivigabm.mechanisms.graph import wiring
from ivigabm.report import graph
from ivigabm.report.html import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivigabm.experiments.twins import TwinResult

_FILES = {
    "manifest.json": "Resolved scenario, seeds, parameters, versions and hashes",
    "timeseries.parquet": "One row per value: seed (and draw), arm, day, variable, value",
    "outcomes.parquet": "One row per value: seed (and draw), arm, outcome, unit, value",
    "report.html": "The report, to be read in a browser",
}


def check_out(folder: Path) -> None:
    """Refuse a folder that could not be written, before anything is simulated.

    A trial folder is made and taken away again where the results would go: asking for
    permissions answers wrongly for the superuser and on read-only disks.

    Raises
    ------
    InputError : it is a file, or neither it nor the nearest folder above it can be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out: '{folder}' is a file; a folder is expected")
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise InputError(f"--out: '{folder}' lies below '{place}', which is a file")
    try:
        with tempfile.TemporaryDirectory(prefix=".ivigabm-", dir=place):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"--out: cannot write into '{place}': {reason}") from None


def write_run(folder: Path, result: "TwinResult", command_line: Sequence[str] = ()) -> None:
    """Write `manifest.json`, `timeseries.parquet`, `outcomes.parquet`, `report.html`, RO-Crate.

    Raises
    ------
    InputError : as `check_out`.
    """
    check_out(folder)
    facts = manifest(result, command_line)
    crate = provenance.crate(facts, result.resolved.scenario.title, _FILES)
    drawing = graph.svg(wiring(), result.resolved.mechanisms)
    page = render(facts, result.outcomes, result.timeseries, drawing)
    write_all(
        folder,
        {
            "manifest.json": json.dumps(facts, indent=2, ensure_ascii=False).encode(),
            provenance.CRATE: json.dumps(crate, indent=2, ensure_ascii=False).encode(),
            "timeseries.parquet": parquet(result.timeseries),
            "outcomes.parquet": parquet(result.outcomes),
            "report.html": page.encode(),
        },
    )


def manifest(result: "TwinResult", command_line: Sequence[str] = ()) -> dict[str, Any]:
    """All that is needed to repeat a run and to know what it rests on, as plain data."""
    scenario, active = result.resolved.scenario, result.resolved.mechanisms
    return {
        **provenance.facts(datetime.now(UTC), command_line),
        "seeds": list(result.seeds),
        **({"draws": [dict(draw) for draw in result.draws]} if result.draws else {}),
        "days": result.days,
        "wall_s": round(result.wall_s, 3),
        "agent_steps": result.agent_steps,
        "treated": result.resolved.as_dict(),
        "mechanisms": [
            {
                "id": mechanism.id,
                "name": mechanism.name,
                "pathway": mechanism.pathway,
                "port": mechanism.port,
                "contested": mechanism.contested,
                "active": mechanism.id in active,
            }
            for mechanism in mechanisms()
        ],
        "parameters": [
            asdict(row) for row in ParameterSet(scenario.species, scenario.parameters).rows()
        ],
    }


def parquet(table: pd.DataFrame) -> bytes:
    """A table as the content of a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put all files in place at the end: a new folder appears whole, or not at all."""
    new = not folder.exists()
    home = folder.absolute().parent if new else folder
    home.mkdir(parents=True, exist_ok=True)
    with _scratch(home) as scratch:
        for name, content in files.items():
            (scratch / name).write_bytes(content)
        if new:
            scratch.chmod(0o777 & ~_umask())
            scratch.rename(folder)
        else:
            for name in files:
                (scratch / name).replace(folder / name)


@contextmanager
def _scratch(home: Path) -> "Iterator[Path]":
    scratch = Path(tempfile.mkdtemp(prefix=".ivigabm-", dir=home))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
