"""What a table of published experiments came to, as plain data and as a tidy table."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ivigabm.experiments.contrast import variance
from ivigabm.experiments.draws import Draw
from ivigabm.experiments.findings.beside import Unwritten
from ivigabm.experiments.findings.conflicts import Conflict, conflicting
from ivigabm.experiments.findings.disputes import Dispute, disputes_of
from ivigabm.experiments.findings.relations import Judgement
from ivigabm.experiments.findings.spread import Spread
from ivigabm.experiments.findings.table import Fault
from ivigabm.experiments.findings.verdicts import (
    AGREE,
    NOT_EXPRESSIBLE,
    VERDICTS,
    Finding,
)


@dataclass(frozen=True)
class EvidenceResult:
    """Verdicts of a table.

    Attributes
    ----------
    findings : one for each readable row, in the order of the table.
    faults : rows that are bad input. conflicts : rows that contradict each other.
    computed, cached : runs simulated, and found in the store.
    draws : values of the calibrated parameters at which every claim was run as well.
    diagnoses : row id -> why it fails. unwritten : findings that the language has no words for.
    """

    findings: tuple[Finding, ...] = field(repr=False)
    faults: tuple[Fault, ...]
    computed: int
    cached: int
    wall_s: float
    seeds: tuple[int, int]  # the first one, and the most replicates
    conflicts: tuple[Conflict, ...] = ()
    draws: tuple[Draw, ...] = ()
    diagnoses: Mapping[str, str] = field(default_factory=dict, repr=False)
    unwritten: tuple[Unwritten, ...] = field(default=(), repr=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by verdict."""
        found = Counter(finding.verdict.word for finding in self.findings)
        return {word: found[word] for word in VERDICTS}

    @property
    def score(self) -> tuple[int, int]:
        """Rows that agree, of those that are expressible, uncontested and in no conflict."""
        apart = conflicting(self.conflicts)
        counted = [
            finding.verdict.word
            for finding in self.findings
            if not finding.row.contested_by and finding.row.id not in apart
        ]
        tried = [word for word in counted if word != NOT_EXPRESSIBLE]
        return tried.count(AGREE), len(tried)

    @property
    def positions(self) -> Mapping[str, tuple[int, int]]:
        """`ID:POSITION` -> contested rows that agree there, of those that were tried there."""
        found: dict[str, list[str]] = defaultdict(list)
        for finding in self.findings:
            for name, verdict in finding.positions.items():
                if verdict.word != NOT_EXPRESSIBLE:
                    found[name].append(verdict.word)
        return {name: (words.count(AGREE), len(words)) for name, words in sorted(found.items())}

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """Contested pairs, and whether one model holds both sides."""
        return disputes_of(self.findings)

    @property
    def crashed(self) -> tuple[Finding, ...]:
        """Rows of which a run failed, though their input is not at fault."""
        return tuple(finding for finding in self.findings if finding.verdict.crashed)

    def diagnosis(self, finding: Finding) -> str:
        """Why a row that was tried does not agree, where somebody has said so."""
        if finding.verdict.word in (AGREE, NOT_EXPRESSIBLE):
            return ""
        return self.diagnoses.get(finding.row.id, "")

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON; undefined figures are None."""
        verdicts = [finding.verdict for finding in self.findings]
        return {
            "rows": len(self.findings),
            **self.counts,
            "without_control": sum(verdict.without_control for verdict in verdicts),
            "undecided": sum(verdict.undecided for verdict in verdicts),
            "proxy": sum(finding.proxy for finding in self.findings),
            **({"posterior": len(self.draws)} if self.draws else {}),
            "details": [_detail(finding) for finding in self.findings],
        }

    def table(self) -> pd.DataFrame:
        """One row per finding: the row as written, its verdict, figures and intervals."""
        return pd.DataFrame(
            [
                {**_record(finding), "diagnosis": self.diagnosis(finding)}
                for finding in self.findings
            ]
        )


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _detail(finding: Finding) -> dict[str, Any]:
    verdict = finding.verdict
    claim = verdict.claim
    value, low, high = (claim.value, claim.low, claim.high) if claim else [math.nan] * 3
    return {
        "id": finding.row.id,
        "verdict": verdict.word,
        "simulated": _plain(value),
        "ci95": [_plain(low), _plain(high)],
        "control_verdict": verdict.control_verdict or None,
        "positions": {name: one.word for name, one in finding.positions.items()},
        **({} if finding.spread is None else {"posterior": _spread(finding.spread)}),
    }


def _spread(found: Spread) -> dict[str, Any]:
    return {
        "simulated": _plain(found.value),
        "ci95": [_plain(found.low), _plain(found.high)],
        "agree": _plain(found.agree),
        "variance": variance(found.parameters),
    }


def _record(finding: Finding) -> dict[str, Any]:
    row, verdict = finding.row, finding.verdict
    return {
        "id": row.id,
        "group": row.group,
        "place": row.place,
        "scenario": row.scenario,
        "arm": row.arm,
        "versus": row.versus,
        "readout": row.readout,
        "relation": row.relation,
        "low": row.low,
        "high": row.high,
        "mechanism": ";".join(row.mechanism),
        "citation": row.citation,
        "confidence": row.confidence,
        "contested_by": ";".join(row.contested_by),
        "verdict": verdict.word,
        "reason": verdict.reason,
        "undecided": verdict.undecided,
        "without_control": verdict.without_control,
        "proxy": finding.proxy,
        **_figures("", verdict.claim),
        "control_verdict": verdict.control_verdict,
        **_figures("control_", verdict.control),
        "positions": json.dumps({name: one.word for name, one in finding.positions.items()}),
        "seconds": round(finding.seconds, 3),
        **({} if finding.spread is None else _over_draws(finding.spread)),
    }


def _over_draws(found: Spread) -> dict[str, float]:
    return {
        "posterior_simulated": found.value,
        "posterior_low": found.low,
        "posterior_high": found.high,
        "posterior_agree": found.agree,
        "parameter_share": found.parameters,
    }


def _figures(prefix: str, found: Judgement | None) -> dict[str, Any]:
    names = {
        "simulated": "value", "ci_low": "low", "ci_high": "high", "figure_arm": "arm",
        "figure_versus": "versus",
    }  # fmt: skip
    figures = {
        f"{prefix}{name}": math.nan if found is None else getattr(found, field)
        for name, field in names.items()
    }
    return {**figures, f"{prefix}replicates": found.replicates if found else 0}
