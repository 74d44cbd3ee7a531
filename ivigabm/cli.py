"""The command line: thin commands, heavy imports only where a command needs them.

Exit status: 0 done; 2 the input is at fault, one readable message on stderr; 1 anything else.
"""

import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ivigabm import __version__
from ivigabm.commands.calibrate import calibrate
from ivigabm.commands.evidence import evidence
from ivigabm.commands.explain import attribute, network, sensitivity
from ivigabm.commands.listing import mechanisms, parameters, scenarios
from ivigabm.commands.page import page
from ivigabm.commands.run import run
from ivigabm.commands.shared import fail
from ivigabm.commands.sweep import sweep
from ivigabm.errors import InputError

_TRACEBACKS = "IVIGABM_DEBUG"


class _Commands(TyperGroup):
    """All commands, with one place that turns an error into a message and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            fail(str(error), 2)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(_TRACEBACKS) == "1" or _is_usage(error):
                raise
            fail(f"{type(error).__name__}: {error} ({_TRACEBACKS}=1 shows where)", 1)


def _is_usage(error: Exception) -> bool:
    """Whether the command line itself was misspelt, which typer reports with status 2."""
    return hasattr(error, "exit_code") and hasattr(error, "show")


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Simulate how intravenous immunoglobulin acts in autoimmune inflammation.",
)

def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ivigabm {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


for command in (run, sweep, attribute, sensitivity, network, evidence, calibrate):
    app.command()(command)
app.command(name="app")(page)
for command in (scenarios, mechanisms, parameters):
    app.command()(command)


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="ivigabm")
