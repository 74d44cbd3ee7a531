"""Words, and steps of work, that several commands have."""

from typing import Annotated, NoReturn

import typer

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario's name, or the path of a file.")
]
Outcome = Annotated[str, typer.Option("--outcome", metavar="NAME", help="What is explained.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes to use; otherwise one per core.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def fail(message: str, status: int) -> NoReturn:
    """End with one message on stderr and this exit status."""
    typer.echo(f"ivigabm: {message}", err=True)
    raise typer.Exit(status)


def compile_first() -> None:
    """On a first run compile all kernels at once, with a process per core."""
    from ivigabm.engine.kernel import is_cold

    if not is_cold():
        return
    from ivigabm.experiments.warm import warm
    from ivigabm.report.console import notice, progress

    notice("compiling kernels, first run only")
    with progress("compiling") as report:
        warm(report)
