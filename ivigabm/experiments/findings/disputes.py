"""Contested pairs: where each side agrees, and whether one model holds both.

Both sides may be right in their own setting. A pair is held by one model where, at one position of
the hypothesis that they dispute, both rows agree: dose, strain, timing or preparation alone then
tell them apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivigabm.experiments.findings.verdicts import AGREE, NOT_EXPRESSIBLE, Finding


@dataclass(frozen=True)
class Dispute:
    """Two rows that dispute each other.

    Attributes
    ----------
    verdicts : of both rows as they are stated.
    together : positions at which both agree; empty text stands for both as they are stated, where
        what they state leaves room for both.
    """

    rows: tuple[str, str]
    verdicts: tuple[str, str]
    together: tuple[str, ...]

    @property
    def apart(self) -> bool:
        """Each side agrees where it states its own position, and no one model holds both."""
        return self.verdicts == (AGREE, AGREE) and not self.together


def disputes_of(findings: Iterable[Finding]) -> tuple[Dispute, ...]:
    """Every pair of rows that names the other as contesting it and that both could be tried."""
    tried = {f.row.id: f for f in findings if f.verdict.word != NOT_EXPRESSIBLE}
    pairs = {
        tuple(sorted((name, other)))
        for name, finding in tried.items()
        for other in finding.row.contested_by
        if other in tried and other != name
    }
    return tuple(_dispute(tried[one], tried[other]) for one, other in sorted(pairs))


def _dispute(first: Finding, second: Finding) -> Dispute:
    words = first.verdict.word, second.verdict.word
    shared = _ids(first.positions) & _ids(second.positions)
    together: tuple[str, ...]
    if shared:
        together = tuple(
            name
            for name in first.positions
            if name.partition(":")[0] in shared
            and name in second.positions
            and first.positions[name].word == second.positions[name].word == AGREE
        )
    else:
        together = ("",) if words == (AGREE, AGREE) else ()
    return Dispute((first.row.id, second.row.id), words, together)


def _ids(positions: Mapping[str, object]) -> set[str]:
    return {name.partition(":")[0] for name in positions}
