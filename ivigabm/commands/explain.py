"""Commands that ask why a therapy acts: `attribute`, `sensitivity`, `network`."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivigabm.commands.shared import Outcome, ScenarioName, compile_first
from ivigabm.errors import InputError
from ivigabm.options import Simulation, draws, simulating

if TYPE_CHECKING:
    from ivigabm.perturbation import Perturbation
    from ivigabm.scenario import Scenario


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
            "variables": variables, "progress": report, "draws": draws(options.posterior),
        }  # fmt: skip
        found: dict[float | None, attribution.Attribution]
        if chosen:
            found = attribution.attribute_doses(read, chosen, perturbation, **common)
        else:
            found = {None: attribution.attribute(read, perturbation, **common)}
    studies.show_attributions(found, options.out, options.json, ["ivigabm", *sys.argv[1:]])


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

    if options.posterior:
        raise InputError(
            "--posterior: sensitivity varies the parameters itself; it is for the other commands"
        )
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

    chosen = draws(options.posterior)
    seeds = options.seeds if _given(context, "replicates") else (options.seed,)
    with console.progress(f"watching {read.name}") as report:
        found = network_of(read, perturbation, seeds, options.days, report, chosen)
    studies.show_network(found, outcome, options.out, options.json)


def _input(name: str, options: Simulation) -> "tuple[Scenario, Perturbation]":
    """Scenario and changes, read before anything is simulated."""
    from ivigabm.perturbation import parse
    from ivigabm.scenario import Scenario

    scenario, perturbation = Scenario.load(name), parse(options.words())
    compile_first()
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
