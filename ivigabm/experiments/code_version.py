"""What a stored result was made with: the code that simulates and the libraries that count."""

from importlib.metadata import version

from ivigabm.engine.digest import source_digest

# Floors 0 to 3. A change of the page, the report or the command line makes no run stale.
_SOURCES = (
    "engine",
    "knowledge",
    "scenario.py",
    "perturbation.py",
    "agents",
    "processes",
    "mechanisms",
    "model.py",
    "outcomes.py",
)


def code_version() -> str:
    """Digest of the sources that decide a result, with the versions of NumPy, SciPy and numba."""
    return source_digest(
        _SOURCES, [f"{name} {version(name)}" for name in ("numpy", "scipy", "numba")]
    )
