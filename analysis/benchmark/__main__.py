"""Run the benchmark: see the package's first lines."""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console

PARTS = ("engines", "objects", "phases", "scenarios", "scaling", "c", "replicates", "start-up")
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # the reference lives with the tests


def main() -> int:
    """Measure, print, write; status 1 when an accepted ratio has halved."""
    from . import (
        against_c,
        engines,
        objects,
        phases,
        replicates,
        report,
        scaling,
        scenarios,
        startup,
    )

    parser = argparse.ArgumentParser(prog="python -m analysis.benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten")
    parser.add_argument("--out", type=Path, help="folder for table and picture")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may repeat")
    parser.add_argument("--accept", action="store_true", help="keep these ratios as accepted")
    asked = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])  # for the processes it starts
    console, measures, points = Console(), [], []
    works = (
        engines.measure, objects.measure, phases.measure, scenarios.measure,
        lambda quick: scaling.measure(quick, points), against_c.measure, replicates.measure,
        startup.measure,
    )  # fmt: skip
    for name, part in zip(PARTS, works, strict=True):
        if asked.only and name not in asked.only:
            continue
        started = time.perf_counter()
        measures += list(part(asked.quick))
        console.print(f"{name}: {time.perf_counter() - started:.0f} s", style="dim")
        if asked.out:
            report.write(measures, points, asked.out)
        if asked.accept:
            report.accept(measures)
    report.show(measures, console)
    halved = report.lost(measures)
    for line in halved:
        console.print(f"halved: {line}", style="bold red")
    return 1 if halved else 0


if __name__ == "__main__":
    sys.exit(main())
