"""The command `ivigabm sweep`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ivigabm.commands.shared import Json, Workers, compile_first, fail
from ivigabm.errors import InputError
from ivigabm.options import POSTERIOR, draws


def sweep(
    plan: Annotated[Path, typer.Argument(metavar="PLAN.toml", help="What is varied, and how.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the table and the store.")
    ],
    workers: Workers = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="ADDRESS", help="Compute on this Dask scheduler instead."),
    ] = None,
    posterior: Annotated[int, POSTERIOR] = 0,
    json: Json = False,
) -> None:
    """Run all points of a plan, treated and untreated; repeated, it goes on where it stopped."""
    from ivigabm.experiments.plan import Plan
    from ivigabm.report import console
    from ivigabm.report.folder import check_out

    if dask is not None and workers is not None:
        raise InputError("--workers and --dask exclude each other; a cluster has its own workers")
    read, chosen = Plan.load(plan), draws(posterior)
    check_out(out)

    from ivigabm.experiments.executors import Dask, cores, local
    from ivigabm.experiments.store import StoreError
    from ivigabm.experiments.sweeps import sweep as run_sweep

    compile_first()
    executor = local(workers or cores()) if dask is None else Dask(dask)
    try:
        with console.progress(f"sweeping {plan.stem}") as report:
            command_line = ["ivigabm", *sys.argv[1:]]
            result = run_sweep(read, out, executor, report, command_line, chosen)
    except StoreError as problem:
        fail(str(problem), 1)
    if json:
        console.print_json(result.summary())
    else:
        console.print_sweep(result)
        console.notice(f"table: {out / 'results.parquet'}")
    if result.failed:
        first = result.failures[0]
        fail(f"{result.failed} runs failed; seed {first.seed}: {first.message}", 1)
