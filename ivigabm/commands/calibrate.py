"""The command `ivigabm calibrate`: its options, its order of work, its exit status."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from ivigabm.commands.shared import Json, Workers, compile_first

Plan = Annotated[
    Path | None,
    typer.Argument(metavar="[PLAN.toml]", help="A plan of one's own; otherwise the shipped one."),
]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder for sample, tables, store; resumes.")
]
Samples = Annotated[
    int | None,
    typer.Option("--samples", help="Points of the design; more go on with the same design."),
]
Replicates = Annotated[int | None, typer.Option("--replicates", help="Seeds per arm.")]
Trials = Annotated[
    int, typer.Option("--best", min=0, help="Then look for a best point, with so many trials.")
]


def calibrate(
    out: Out,
    plan: Plan = None,
    samples: Samples = None,
    replicates: Replicates = None,
    best: Trials = 0,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Fit the numbers that no source measures to shared rows of the evidence, all at once.

    Writes a posterior sample, `posterior.csv`, for `--posterior`, with `posterior.json`.
    """
    from ivigabm.experiments.calibration import CalibrationPlan
    from ivigabm.experiments.calibration import calibrate as fit
    from ivigabm.experiments.calibration.best import look_for_best, need_optuna
    from ivigabm.report import calibration, console
    from ivigabm.report.folder import check_out

    asked = CalibrationPlan.load(plan)
    if samples is not None:
        asked = dataclasses.replace(asked, samples=samples)
    if replicates is not None:
        asked = dataclasses.replace(asked, replicates=replicates)
    asked.factors(), asked.planned()  # bad input is told before anything is written
    check_out(out)
    if best:
        need_optuna()

    from ivigabm.experiments.executors import cores, local
    from ivigabm.experiments.store import Store

    compile_first()
    executor, store = local(workers or cores()), Store(out / "store")
    with console.progress("calibrating") as report:
        found = fit(asked, executor, store, report)
    point = None
    if best:
        with console.progress("looking for a best point") as report:
            point = look_for_best(found, best, executor, store, report)
    calibration.write_calibration(out, found, point, ["ivigabm", *sys.argv[1:]])
    if json:
        console.print_json(calibration.about(found, point))
    else:
        calibration.print_calibration(found, point)
        console.notice(f"sample: {out / 'posterior.csv'}")
