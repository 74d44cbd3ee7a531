"""The command `ivigabm evidence`: its options, its order of work, its exit status."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigabm.commands.shared import Json, Workers
from ivigabm.errors import InputError
from ivigabm.options import POSTERIOR, draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivigabm.experiments.draws import Draw
    from ivigabm.experiments.findings import EvidenceResult

Table = Annotated[
    Path | None,
    typer.Argument(metavar="[TABLE.csv]", help="A table or a folder of tables of one's own."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for table, page and store; resumes."),
]
Most = Annotated[
    int, typer.Option("--max-replicates", min=2, help="The most seeds per arm; 8 come first.")
]
Rows = Annotated[
    str | None, typer.Option("--only-rows", metavar="ID,…", help="Run only these rows.")
]
Groups = Annotated[
    str | None, typer.Option("--group", metavar="NAME,…", help="Run only rows of these groups.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="First seed.")]
Pin = Annotated[
    Path | None,
    typer.Option("--pin", metavar="FILE", help="Write the verdicts to FILE as the accepted ones."),
]
Compare = Annotated[
    Path | None,
    typer.Option("--compare", metavar="FILE", help="Say which verdicts differ from pinned ones."),
]


def evidence(
    table: Table = None,
    out: Out = None,
    workers: Workers = None,
    max_replicates: Most = 32,
    only_rows: Rows = None,
    group: Groups = None,
    seed: Seed = 1,
    pin: Pin = None,
    compare: Compare = None,
    posterior: Annotated[int, POSTERIOR] = 0,
    json: Json = False,
) -> None:
    """Run published experiments and say row by row whether the simulator agrees.

    Exit status: 0 all rows ran; 2 a row is bad input (the others ran); 1 a run failed or a
    verdict differs from the pinned one.
    """
    from ivigabm.experiments.findings.pins import changes, pins_of, read_pins, text_of
    from ivigabm.report import console, findings
    from ivigabm.report.folder import check_out
    from ivigabm.report.wiring import check_file, write_text

    if out is not None:
        check_out(out)
    if pin is not None:
        check_file(pin, "--pin", (".csv",))
    pinned = None if compare is None else read_pins(compare)
    chosen = {"only_rows": _names("--only-rows", only_rows), "groups": _names("--group", group)}
    result = _run(table, chosen, out, workers, max_replicates, seed, draws(posterior))
    if out is not None:
        findings.write_evidence(out, result, ["ivigabm", *sys.argv[1:]])
    if pin is not None:
        write_text(pin, text_of(pins_of(result)).rstrip("\n"), "--pin")
    if json:
        console.print_json(result.summary())
    else:
        findings.print_evidence(result)
    if out is not None:
        console.notice(f"page: {out / 'report.html'}")
    moved = [] if pinned is None else changes(pinned, result, not any(chosen.values()))
    findings.tell_problems(result, moved)
    if result.faults:
        raise typer.Exit(2)
    if result.crashed or moved:
        raise typer.Exit(1)


def _run(
    table: Path | None,
    chosen: dict[str, tuple[str, ...]],
    out: Path | None,
    workers: int | None,
    most: int,
    seed: int,
    posterior: "Sequence[Draw]",
) -> "EvidenceResult":
    from ivigabm.engine.kernel import is_cold
    from ivigabm.experiments.executors import cores, local
    from ivigabm.experiments.findings import evidence as ask
    from ivigabm.experiments.store import Store
    from ivigabm.report import console

    if is_cold():  # they compile at first use: a bad table is told before that
        console.notice("compiling kernels, first run only")
    store = None if out is None else Store(out / "store")
    with console.progress("published experiments") as report:
        return ask(
            table,
            **chosen,
            max_replicates=most,
            seed=seed,
            executor=local(workers or cores()),
            store=store,
            progress=report,
            draws=posterior,
        )


def _names(option: str, text: str | None) -> tuple[str, ...]:
    names = tuple(word.strip() for word in text.split(",")) if text is not None else ()
    if not all(names):
        raise InputError(f"{option}: an empty name in '{text}'")
    return names
