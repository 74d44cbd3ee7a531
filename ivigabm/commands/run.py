"""The command `ivigabm run`."""

import sys
from typing import TYPE_CHECKING

from ivigabm.commands.shared import ScenarioName, compile_first
from ivigabm.options import Simulation, draws, simulating

if TYPE_CHECKING:
    from ivigabm.experiments.twins import TwinResult


@simulating
def run(
    scenario: ScenarioName,
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

    compile_first()
    with progress(f"simulating {scenario.name}") as report:
        return twin(
            scenario, perturbation, options.seeds, options.days, report,
            workers=options.workers, draws=chosen,
        )  # fmt: skip
