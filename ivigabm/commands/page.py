"""The command `ivigabm app`."""

from typing import Annotated

import typer

from ivigabm.errors import InputError


def page(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where to listen; 0 takes a free one.")
    ] = 8765,
    host: Annotated[
        str, typer.Option("--host", help="Whom to serve; otherwise this machine only.")
    ] = "127.0.0.1",
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", metavar="SCENARIO", help="What the page opens with."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only say where the page is.")
    ] = False,
) -> None:
    """Open the live page: see it, toggle it, understand it."""
    from ivigabm.report.console import notice
    from ivigabm.scenario import Scenario

    chosen = None if scenario is None else Scenario.load(scenario)
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(
            f"the page needs {error.name}: pip install 'ivigabm[app]'"
        ) from None

    from ivigabm.app.serve import serve
    from ivigabm.engine.kernel import is_cold

    if is_cold():
        notice("compiling kernels, first run only: the first picture takes a minute")
    serve(host, port, chosen, not no_browser, lambda address: notice(f"the page is at {address}"))
