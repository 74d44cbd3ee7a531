"""Arms and a plan that take milliseconds a run, and what results are compared by."""

from pathlib import Path

import pandas as pd
from small_worlds import FEW, PER_SCENARIO

from ivigabm.experiments.runner import Arm
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario

SMALL = {**FEW, **PER_SCENARIO["itp"]}


def arm(name: str, days: float = 0.5, **words: object) -> Arm:
    """An arm of a small ITP world, in words of the evidence language."""
    return Arm(name, resolve(Scenario.load("itp"), parse({**SMALL, **words})), days)


def arms() -> list[Arm]:
    """Three doses and the untreated twin."""
    return [arm("control", no_ivig=True), *(arm(f"{dose} g/kg", dose=dose) for dose in (0.5, 1, 2))]


def write_plan(folder: Path, text: str = "", replicates: int = 4, doses: int = 4) -> Path:
    """A plan file; `text` stands before its tables."""
    fixed = "\n".join(f'"{key.removeprefix("set.")}" = {value}' for key, value in SMALL.items())
    path = folder / "plan.toml"
    path.write_text(
        f'scenario = "itp"\nreplicates = {replicates}\ndays = 0.5\n{text}\n'
        f"[vary]\ndose = {[0.25 * 2**i for i in range(doses)]}\n"
        f'preparation = ["ivig", "fc"]\n[fix]\n{fixed}\n'
    )
    return path


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal in every row and to the last bit."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert one["value"].to_numpy().tobytes() == other["value"].to_numpy().tobytes()
