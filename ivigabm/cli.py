"""The command line: thin commands, heavy imports only where a command needs them.

Exit status: 0 done; 2 the input is at fault, one readable message on stderr; 1 anything else.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from ivigabm import __version__
from ivigabm.calibrate_command import calibrate
from ivigabm.errors import InputError
from ivigabm.evidence_command import evidence
from ivigabm.options import POSTERIOR, Simulation, draws, simulating

if TYPE_CHECKING:
    from ivigabm.experiments.twins import TwinResult
    from ivigabm.knowledge.parameters import Parameter
    from ivigabm.perturbation import Perturbation
    from ivigabm.scenario import Scenario

_TRACEBACKS = "IVIGABM_DEBUG"


class _Commands(TyperGroup):
    """All commands, with one place that turns an error into a message and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            _fail(str(error), 2)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(_TRACEBACKS) == "1" or _is_usage(error):
                raise
            _fail(f"{type(error).__name__}: {error} ({_TRACEBACKS}=1 shows where)", 1)


def _is_usage(error: Exception) -> bool:
    """Whether the command line itself was misspelt, which typer reports with status 2."""
    return hasattr(error, "exit_code") and hasattr(error, "show")


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"ivigabm: {message}", err=True)
    raise typer.Exit(status)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Simulate how intravenous immunoglobulin acts in autoimmune inflammation.",
)

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario's name, or the path of a file.")
]
Outcome = Annotated[str, typer.Option("--outcome", metavar="NAME", help="What is explained.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


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


@app.command()
@simulating
def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario's name, or the path of a file.")
    ],
    options: Simulation,
) -> None:
    """Simulate one scenario, treated and its untreated twin, and show the difference."""
    from ivigabm.report import console

    if options.out is not None:
        from ivigabm.report.folder import check_out, write_run

        check_out(options.out)
    result = _twin(scenario, options)
    if options.out is not None:
        write_run(options.out, result, ["ivigabm", *sys.argv[1:]])
    if options.json:
        console.print_json(result.summary())
        return
    console.print_effects(result)
    if options.out is not None:
        console.notice(f"report: {options.out / 'report.html'}")


def _twin(name: str, options: Simulation) -> "TwinResult":
    """Read the input, all of it before anything is simulated, then simulate."""
    from ivigabm.perturbation import parse
    from ivigabm.report.console import progress
    from ivigabm.scenario import Scenario

    scenario = Scenario.load(name)
    perturbation = parse(options.words())
    chosen = draws(options.posterior)

    from ivigabm.experiments.twins import twin

    _compile_first()
    with progress(f"simulating {scenario.name}") as report:
        return twin(
            scenario, perturbation, options.seeds, options.days, report,
            workers=options.workers, draws=chosen,
        )  # fmt: skip


def _compile_first() -> None:
    """On a first run compile all kernels at once, with a process per core."""
    from ivigabm.engine.kernel import is_cold

    if not is_cold():
        return
    from ivigabm.experiments.warm import warm
    from ivigabm.report.console import notice, progress

    notice("compiling kernels, first run only")
    with progress("compiling") as report:
        warm(report)


@app.command()
def sweep(
    plan: Annotated[Path, typer.Argument(metavar="PLAN.toml", help="What is varied, and how.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the table and the store.")
    ],
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes to use; otherwise one per core."),
    ] = None,
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

    _compile_first()
    executor = local(workers or cores()) if dask is None else Dask(dask)
    try:
        with console.progress(f"sweeping {plan.stem}") as report:
            command_line = ["ivigabm", *sys.argv[1:]]
            result = run_sweep(read, out, executor, report, command_line, chosen)
    except StoreError as problem:
        _fail(str(problem), 1)
    if json:
        console.print_json(result.summary())
    else:
        console.print_sweep(result)
        console.notice(f"table: {out / 'results.parquet'}")
    if result.failed:
        first = result.failures[0]
        _fail(f"{result.failed} runs failed; seed {first.seed}: {first.message}", 1)


@app.command()
@simulating
def attribute(
    scenario: ScenarioName,
    options: Simulation,
    outcome: Outcome = "inflammation_auc",
    players: Annotated[
        str, typer.Option("--players", help="mechanisms, or groups (Fab2, Fc).")
    ] = "mechanisms",
    budget: Annotated[
        int | None, typer.Option("--budget", min=1, help="The most runs to simulate.")
    ] = None,
    time: Annotated[bool, typer.Option("--time", help="Shares over time as well.")] = False,
    doses: Annotated[
        str | None,
        typer.Option("--doses", metavar="G_PER_KG,…", help="Shares at each of these doses."),
    ] = None,
) -> None:
    """Share the effect out among mechanisms: Shapley shares, synergies and their intervals."""
    from ivigabm.report import console, studies

    read, perturbation, common = _question(scenario, options)
    chosen = studies.doses(doses)

    from ivigabm.experiments import attribution

    variables = (attribution.observable(outcome),) if time else ()
    with console.progress(f"attributing {read.name}") as report:
        common |= {
            "outcome": outcome, "seeds": options.seeds, "players": players, "budget": budget,
            "variables": variables, "progress": report,
        }  # fmt: skip
        found: dict[float | None, attribution.Attribution]
        if chosen:
            found = attribution.attribute_doses(read, chosen, perturbation, **common)
        else:
            found = {None: attribution.attribute(read, perturbation, **common)}
    studies.show_attributions(found, options.out, options.json, ["ivigabm", *sys.argv[1:]])


@app.command()
@simulating
def sensitivity(
    context: typer.Context,
    scenario: ScenarioName,
    options: Simulation,
    method: Annotated[str, typer.Option("--method", help="morris, sobol or pawn.")] = "morris",
    parameters: Annotated[
        str | None,
        typer.Option("--parameters", metavar="PATTERN,…", help="Which ones, such as fcrn.*"),
    ] = None,
    outcome: Outcome = "inflammation_auc",
    samples: Annotated[
        int | None,
        typer.Option("--samples", help="Trajectories (morris) or samples (sobol, pawn)."),
    ] = None,
) -> None:
    """Rank parameters by how much of the effect they move. Replicates are chosen by a pilot."""
    from ivigabm.report import console, studies

    read, perturbation, common = _question(scenario, options)
    given = _given(context, "replicates")

    from ivigabm.experiments.sensitivity import sensitivity_of

    with console.progress(f"varying {read.name}") as report:
        found = sensitivity_of(
            read,
            perturbation,
            method=method,
            outcome=outcome,
            parameters=[word.strip() for word in (parameters or "").split(",") if word.strip()],
            samples=samples,
            replicates=options.replicates if given else None,
            first_seed=options.seed,
            progress=report,
            **common,
        )
    studies.show_sensitivity(found, options.out, options.json, ["ivigabm", *sys.argv[1:]])


@app.command()
@simulating
def network(
    context: typer.Context,
    scenario: ScenarioName,
    options: Simulation,
    outcome: Outcome = "inflammation_auc",
) -> None:
    """Count who acts on whom through what; --out FILE.graphml or FILE.svg writes the network."""
    from ivigabm.report import console, studies
    from ivigabm.report.wiring import check_file

    if options.out is not None:
        check_file(options.out, "--out")
    studies.known_outcome(outcome)
    read, perturbation = _input(scenario, options)

    from ivigabm.experiments.network import network_of

    seeds = options.seeds if _given(context, "replicates") else (options.seed,)
    with console.progress(f"watching {read.name}") as report:
        found = network_of(read, perturbation, seeds, options.days, report)
    studies.show_network(found, outcome, options.out, options.json)


def _input(name: str, options: Simulation) -> "tuple[Scenario, Perturbation]":
    """Scenario and changes, read before anything is simulated."""
    from ivigabm.perturbation import parse
    from ivigabm.scenario import Scenario

    if options.posterior:  # run reads it itself
        raise InputError("--posterior is for run, sweep and evidence; here parameters keep values")
    scenario, perturbation = Scenario.load(name), parse(options.words())
    _compile_first()
    return scenario, perturbation


def _question(name: str, options: Simulation) -> "tuple[Scenario, Perturbation, dict[str, Any]]":
    """The same, with days, executor and store, of a question about what the therapy does."""
    from ivigabm.report.folder import check_out

    if options.no_ivig:
        raise InputError("--no-ivig leaves no effect to explain")
    if options.out is not None:
        check_out(options.out)
    scenario, perturbation = _input(name, options)

    from ivigabm.experiments.executors import local
    from ivigabm.experiments.store import Store

    store = None if options.out is None else Store(options.out / "store")
    common = {"days": options.days, "executor": local(options.workers), "store": store}
    return scenario, perturbation, common


def _given(context: typer.Context, option: str) -> bool:
    """Whether an option stands on the command line, rather than at its default."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


app.command()(evidence)
app.command()(calibrate)


@app.command(name="app")
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


@app.command()
def scenarios(json: Json = False) -> None:
    """List the diseases, mouse models and dishes that can be simulated."""
    from ivigabm.report import console
    from ivigabm.scenario import Scenario, scenario_names

    found = [Scenario.load(name) for name in scenario_names()]
    if json:
        rows = [
            {"name": s.name, "title": s.title, "species": s.species, "days": s.days} for s in found
        ]
        console.print_json({"scenarios": rows})
        return
    console.print_rows(
        ("scenario", "species", "title"), ((s.name, s.species, s.title) for s in found)
    )


@app.command()
def mechanisms(
    graph: Annotated[
        Path | None,
        typer.Option("--graph", metavar="FILE", help="Draw the wiring into FILE.svg or .graphml."),
    ] = None,
    json: Json = False,
) -> None:
    """List the ways in which therapeutic IgG reaches the biology."""
    from ivigabm.mechanisms import mechanisms as every
    from ivigabm.report import console

    if graph is not None:
        from ivigabm.report.wiring import write_graph

        write_graph(graph)
    found = every()
    if json:
        rows = [
            {
                "id": m.id,
                "name": m.name,
                "pathway": m.pathway,
                "needs": sorted(m.needs),
                "port": m.port,
                "claim": m.claim,
                "sources": list(m.sources),
                "contested": m.contested,
            }
            for m in found
        ]
        console.print_json({"mechanisms": rows})
        return
    console.print_rows(
        ("mechanism", "pathway", "port", "disputed", "name"),
        ((m.id, m.pathway, m.port, "yes" if m.contested else "", m.name) for m in found),
    )


@app.command()
def parameters(
    text: Annotated[str, typer.Argument(help="Only rows that hold this text.")] = "",
    json: Json = False,
) -> None:
    """List the numbers the simulator is built on: value, unit, spread, source and status."""
    from dataclasses import asdict

    from ivigabm.knowledge.parameters import load_parameters
    from ivigabm.report import console
    from ivigabm.report.numbers import number

    rows = [row for row in load_parameters() if _mentions(row, text)]
    if not rows:
        raise InputError(f"no parameter mentions '{text}'")
    if json:
        console.print_json({"parameters": [asdict(row) for row in rows]})
        return
    console.print_rows(
        ("parameter", "species", "value", "range", "unit", "status", "source"),
        (
            (
                row.name,
                row.species,
                number(row.value),
                f"{number(row.low)} to {number(row.high)}",
                row.unit,
                row.status,
                row.source,
            )
            for row in rows
        ),
    )


def _mentions(row: "Parameter", text: str) -> bool:
    words = (row.name, row.species, row.unit, row.status, row.source, row.note)
    return any(text.lower() in word.lower() for word in words)


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="ivigabm")
