"""What a stored result was made with: the code that simulates and the libraries that count."""

from functools import cache
from importlib.metadata import entry_points, version

from ivigabm.engine.digest import PACKAGE, source_digest

# Floors 0 to 3. A change of the page, the report or the command line makes no run stale, and
# neither does a row of published evidence, which decides what is asked and not what comes of it.
_KNOWLEDGE, _EVIDENCE = "knowledge", "evidence"
_SOURCES = (
    "engine",
    "schema.py",
    "clinical.py",
    "scenario.py",
    "words.py",
    "antibody_words.py",
    "dish_words.py",
    "gifts.py",
    "variants.py",
    "reading.py",
    "systemic_probes.py",
    "perturbation",
    "agents",
    "processes",
    "mechanisms",
    "build.py",
    "founding.py",
    "zones.py",
    "donated.py",
    "model.py",
    "checkpoint.py",
    "observation.py",
    "probes.py",
    "dish_probes.py",
    "cell_probes.py",
    "receptor_probes.py",
    "plasma_probes.py",
    "outcomes.py",
)


@cache
def code_version() -> str:
    """Digest of all that decides a result: sources, libraries that count, outside mechanisms.

    It is taken once in a process: what has been imported does not change with the files.
    """
    libraries = [f"{name} {version(name)}" for name in ("numpy", "scipy", "numba")]
    return source_digest([*_SOURCES, *_knowledge()], [*libraries, *_outside_mechanisms()])


def _knowledge() -> list[str]:
    """What lies in the folder of knowledge, but for the tables of evidence."""
    found = sorted(path.name for path in (PACKAGE / _KNOWLEDGE).iterdir())
    return [f"{_KNOWLEDGE}/{name}" for name in found if not name.startswith(_EVIDENCE)]


def _outside_mechanisms() -> list[str]:
    """Mechanisms that other packages bring, with the versions of these."""
    return sorted(
        f"{point.value} {point.dist.version if point.dist else ''}"
        for point in entry_points(group="ivigabm.mechanisms")
    )
