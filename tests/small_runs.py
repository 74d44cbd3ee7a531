"""Digests of small runs, asked for by tests that start other processes.

    python tests/small_runs.py [SCENARIO ...]

prints one line for each scenario: its name and a digest of all state after some steps.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from reference.worlds import small

from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse

STEPS = 24
SCENARIOS = ("cidp", "itp", "mouse_kbxn", "mouse_eae")  # fixed, in blood, neutrophils, T cells


def made(scenario: str) -> IVIgModel:
    """A small treated individual, not yet stepped."""
    change = parse(small(scenario, **{"set.run_in_days": 0.25, "treat_day": 0}))
    return IVIgModel(scenario, rng=31, perturbation=change)


def digest(model: IVIgModel) -> str:
    """Digest of the file that a model writes of itself: all of its state, to the last bit."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "state")
        return hashlib.sha256((Path(folder) / "state").read_bytes()).hexdigest()


def run(scenario: str) -> str:
    """Digest of a small run."""
    model = made(scenario)
    for _ in range(STEPS):
        model.step()
    return digest(model)


if __name__ == "__main__":
    for name in sys.argv[1:] or SCENARIOS:
        print(name, run(name))
