"""Verdicts of published experiments on the terminal and as a folder."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivigabm.experiments.findings.verdicts import NOT_EXPRESSIBLE, Verdict
from ivigabm.report.console import notice, print_rows
from ivigabm.report.findings_page import CONTROL, over_draws, render, wanted, without_list
from ivigabm.report.numbers import figure, interval
from ivigabm.report.study_files import write_study

if TYPE_CHECKING:
    from ivigabm.experiments.findings import EvidenceResult
    from ivigabm.experiments.findings.pins import Change

_LONGEST = 60


def print_evidence(result: "EvidenceResult") -> None:
    """One line per row that ran, the others by reason, and the counts."""
    rows = []
    refused: dict[str, list[str]] = defaultdict(list)
    for finding in result.findings:
        if finding.verdict.word == NOT_EXPRESSIBLE:
            refused[without_list(finding.verdict.reason)].append(finding.row.id)
            continue
        row, verdict = finding.row, finding.verdict
        claim = verdict.claim
        rows.append(
            (
                row.id,
                row.scenario,
                row.readout,
                wanted(row.relation, claim),
                figure(claim.value) if claim else "",
                interval(claim.low, claim.high) if claim else "",
                str(claim.replicates) if claim else "",
                said(verdict),
                CONTROL[verdict.control_verdict],
                ", ".join(f"{name} {one.word}" for name, one in finding.positions.items()),
                *(over_draws(finding.spread) if result.draws else ()),
            )
        )
    columns: tuple[str, ...] = (
        "row", "scenario", "readout", "claim", "simulated", "95 % CI", "n", "verdict", "control",
        "positions",
    )  # fmt: skip
    if result.draws:
        columns += ("95 % CI, posterior", "agree, draws", "from parameters")
    if rows:
        print_rows(columns, rows)
    if refused:
        reasons = sorted(refused.items(), key=lambda item: -len(item[1]))
        print_rows(
            ("not expressible", "rows", ""),
            ((reason, str(len(ids)), ", ".join(ids)) for reason, ids in reasons),
            "" if not rows else " ",
        )
    print_rows(("", ""), ((name.replace("_", " "), str(n)) for name, n in _totals(result)))
    agree, tried = result.score
    if tried:
        share = f"{100 * agree / tried:.0f} %"
        notice(f"{agree} of {tried} ({share}) expressible, uncontested, unconflicted rows agree")
    for name, (there, of) in result.positions.items():
        notice(f"{name}: {there} of {of} contested rows agree")
    if disputes := result.disputes:
        one = sum(bool(dispute.together) for dispute in disputes)
        apart = sum(dispute.apart for dispute in disputes)
        notice(
            f"{len(disputes)} contested pairs: one model holds both rows of {one}; of {apart} "
            "each agrees only at its own position"
        )
    notice(f"{result.computed} runs, {result.cached} from the store, {result.wall_s:.1f} s")


def _totals(result: "EvidenceResult") -> list[tuple[str, int]]:
    return [(name, n) for name, n in result.summary().items() if isinstance(n, int)]


def said(verdict: Verdict) -> str:
    """The verdict in words."""
    word = verdict.word.replace("_", " ")
    if verdict.undecided:
        word += " (undecided)"
    if verdict.without_control:
        word += " (no control)"
    return word if len(verdict.reason) == 0 else f"{word}: {_short(verdict.reason)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def tell_problems(result: "EvidenceResult", moved: "Sequence[Change]") -> None:
    """Rows at fault, runs that failed and verdicts that moved, on stderr."""
    for fault in result.faults:
        notice(f"ivigabm: {fault}")
    for finding in result.crashed:
        notice(f"ivigabm: {finding.row.place}, row {finding.row.id}: {finding.verdict.reason}")
    for change in moved:
        notice(f"ivigabm: verdict moved: {change}")


def write_evidence(
    folder: Path, result: "EvidenceResult", command_line: Sequence[str] = ()
) -> None:
    """Write `evidence.parquet`, `evidence.csv`, `report.html`, manifest and RO-Crate.

    Raises
    ------
    InputError : the folder cannot be written.
    """
    table = result.table()
    first, most = result.seeds
    about = {
        "seeds": list(range(first, first + most)),
        "wall_s": round(result.wall_s, 3),
        "runs": {"computed": result.computed, "cached": result.cached},
        "evidence": {name: n for name, n in result.summary().items() if name != "details"},
        **({"draws": [dict(draw) for draw in result.draws]} if result.draws else {}),
        "faults": [str(fault) for fault in result.faults],
    }
    texts = {
        "evidence.csv": (table.to_csv(index=False), "The same table as text"),
        "report.html": (render(result), "The page, to be read in a browser"),
    }
    tables = {"evidence.parquet": (table, "One row per finding: verdict, figures, intervals")}
    write_study(folder, "Published experiments", about, tables, texts, command_line)
