"""What a folder of results was made with: facts for its manifest, and its RO-Crate."""

import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from ivigabm import __version__
from ivigabm.experiments.code_version import code_version

PACKAGES = ("mesa", "numpy", "numba", "networkx", "pandas", "scipy", "pydantic", "pyarrow")
CRATE = "ro-crate-metadata.json"

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_LICENCE = "Not stated; those who made the results decide."
_MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
}


def facts(ended: datetime, command_line: Sequence[str] = ()) -> dict[str, Any]:
    """Program, versions, machine and time, as plain data: the head of every manifest."""
    return {
        "program": "ivigabm",
        "version": __version__,
        "code": code_version(),
        "date": ended.isoformat(timespec="seconds"),
        "command_line": list(command_line),
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "packages": {name: version(name) for name in PACKAGES},
    }


def crate(
    manifest: Mapping[str, Any], title: str, files: Mapping[str, str], inputs: Sequence[str] = ()
) -> dict[str, Any]:
    """A Process Run Crate (RO-Crate 1.1) of a folder of results.

    Parameters
    ----------
    manifest : holds what `facts` gives, `wall_s` and `seeds`.
    files : name -> what it holds, of all files in the folder but the crate itself.
    inputs : which of them were read rather than written.
    """
    ended = datetime.fromisoformat(manifest["date"])
    started = ended - timedelta(seconds=float(manifest["wall_s"]))
    command = " ".join(manifest["command_line"]) or "from Python"
    seeds = ", ".join(str(seed) for seed in manifest["seeds"])
    return {
        "@context": _CONTEXT,
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "conformsTo": {"@id": _CRATE},
                "about": {"@id": "./"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": title,
                "description": f"Results of a simulation with ivigabm {manifest['version']}.",
                "datePublished": manifest["date"],
                "license": _LICENCE,
                "conformsTo": {"@id": _PROFILE},
                "hasPart": _ids(files),
                "mentions": {"@id": "#run"},
            },
            {
                "@id": _PROFILE,
                "@type": "CreativeWork",
                "name": "Process Run Crate",
                "version": "0.5",
            },
            {
                "@id": "#ivigabm",
                "@type": "SoftwareApplication",
                "name": "ivigabm",
                "softwareVersion": manifest["version"],
                "identifier": manifest["code"],
                "softwareRequirements": [
                    f"{name} {number}" for name, number in manifest["packages"].items()
                ],
                "operatingSystem": manifest["platform"],
            },
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": command,
                "instrument": {"@id": "#ivigabm"},
                "object": [*_ids(inputs), {"@id": "#seeds"}],
                "result": _ids(name for name in files if name not in inputs),
                "startTime": started.isoformat(timespec="seconds"),
                "endTime": manifest["date"],
                "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            },
            {"@id": "#seeds", "@type": "PropertyValue", "name": "seeds", "value": seeds},
            *(_file(name, text) for name, text in files.items()),
        ],
    }


def _ids(names: Any) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def _file(name: str, text: str) -> dict[str, str]:
    media = _MEDIA[name[name.rindex(".") :]]
    return {"@id": name, "@type": "File", "description": text, "encodingFormat": media}
