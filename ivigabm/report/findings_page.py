"""The page of published experiments: verdicts by group, with pictures, filters and citations."""

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ivigabm import __version__
from ivigabm.experiments.findings.relations import Judgement
from ivigabm.experiments.findings.verdicts import HOLDS_WITHOUT, VERDICTS, WORKS, Finding
from ivigabm.report.console import per_cent
from ivigabm.report.forest import picture
from ivigabm.report.html import template
from ivigabm.report.numbers import figure, interval

if TYPE_CHECKING:
    from ivigabm.experiments.findings import EvidenceResult
    from ivigabm.experiments.findings.spread import Spread

CONTROL = {WORKS: "works", HOLDS_WITHOUT: "holds without it", "": ""}


def render(result: "EvidenceResult") -> str:
    """The page as HTML that fetches nothing."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in result.findings:
        shown = {**_shown(finding), "diagnosis": result.diagnosis(finding)}
        groups[finding.row.group].append(shown)
    return template("findings.html.j2").render(
        groups=dict(sorted(groups.items())),
        verdicts=VERDICTS,
        counts=result.counts,
        summary=result.summary(),
        score=result.score,
        positions=result.positions,
        disputes=result.disputes,
        conflicts=result.conflicts,
        draws=len(result.draws),
        unwritten=result.unwritten,
        found={finding.row.id: finding.verdict.word for finding in result.findings},
        faults=[str(fault) for fault in result.faults],
        runs=result.computed + result.cached,
        wall=figure(result.wall_s),
        seeds=result.seeds,
        version=__version__,
    )


def _shown(finding: Finding) -> dict[str, Any]:
    verdict, claim = finding.verdict, finding.verdict.claim
    control = verdict.control
    return {
        "row": finding.row,
        "verdict": verdict,
        "proxy": finding.proxy,
        "picture": Markup(picture(claim, control)) if claim else "",
        "reason": without_list(verdict.reason),
        "claim": wanted(finding.row.relation, claim),
        "figure": figure(claim.value) if claim else "",
        "ci": interval(claim.low, claim.high) if claim else "",
        "replicates": claim.replicates if claim else "",
        "control": CONTROL[verdict.control_verdict],
        "control_figure": figure(control.value) if control else "",
        "positions": {name: one.word for name, one in finding.positions.items()},
        "draws": over_draws(finding.spread),
    }


def over_draws(found: "Spread | None") -> tuple[str, str, str]:
    """Interval over draws and seeds, share of draws that agree, share of variance they make."""
    if found is None:
        return "", "", ""
    return interval(found.low, found.high), per_cent(found.agree), per_cent(found.parameters)


def without_list(reason: str) -> str:
    """A reason without the list of all words that would have been known."""
    return reason.partition(" (known:")[0]


def wanted(relation: str, claim: Judgement | None) -> str:
    """The claim in short: the relation and the band of its figure."""
    if claim is None:
        return relation
    low, high = figure(claim.band_low), figure(claim.band_high)
    if claim.band_low == -math.inf:
        return f"{relation}  ≤ {high}"
    if claim.band_high == math.inf:
        return f"{relation}  ≥ {low}"
    return f"{relation}  {low} to {high}"
