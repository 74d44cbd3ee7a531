"""Commands that list what the simulator knows: `scenarios`, `mechanisms`, `parameters`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigabm.commands.shared import Json
from ivigabm.errors import InputError

if TYPE_CHECKING:
    from ivigabm.knowledge.parameters import Parameter


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
