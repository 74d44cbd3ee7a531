"""What the simulator says about each row: agree, disagree, not discriminating, not expressible."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivigabm.experiments.findings.relations import DIRECTED, Judgement
from ivigabm.experiments.findings.rounds import Trial
from ivigabm.experiments.findings.spread import Spread
from ivigabm.experiments.findings.table import Row

AGREE, DISAGREE = "agree", "disagree"
NOT_DISCRIMINATING, NOT_EXPRESSIBLE = "not_discriminating", "not_expressible"
VERDICTS = (AGREE, DISAGREE, NOT_DISCRIMINATING, NOT_EXPRESSIBLE)
WORKS, HOLDS_WITHOUT = "works", "holds_without"
KEPT = 0.5  # a control that keeps less of the size of `<` or `>` works


@dataclass(frozen=True)
class Verdict:
    """The verdict of a row at one state of the world, and what it rests on.

    Attributes
    ----------
    control_verdict : `works`, `holds_without`, or empty where no control was run.
    undecided : still open with the most replicates; such a row disagrees.
    without_control : agrees, and claims nothing that could be taken away.
    reason : why it is not expressible, or has no figure. crashed : a run failed.
    """

    word: str
    claim: Judgement | None = None
    control: Judgement | None = None
    control_verdict: str = ""
    undecided: bool = False
    without_control: bool = False
    reason: str = ""
    crashed: bool = False


@dataclass(frozen=True)
class Finding:
    """A row with its verdict.

    Attributes
    ----------
    positions : of a contested row, `ID:POSITION` -> verdict, the stated ones among them.
    seconds : time that the row's runs took; runs that rows share are divided among them.
    spread : over draws of the calibrated parameters, where they were asked for.
    """

    row: Row
    verdict: Verdict
    positions: Mapping[str, Verdict] = field(default_factory=dict)
    proxy: bool = False
    seconds: float = 0.0
    spread: Spread | None = None


def refused(reason: str) -> Verdict:
    """The verdict of a row that the model cannot express."""
    return Verdict(NOT_EXPRESSIBLE, reason=reason)


def control_is_clear(claim: Judgement, relation: str, control: Judgement) -> bool:
    """Whether more replicates could not change what a control says."""
    if control.settled and not control.holds:
        return True
    if relation not in DIRECTED:
        return control.settled
    half = KEPT * claim.size
    return control.size_high < half or (control.settled and control.size_low >= half)


def verdict(claim: Trial, control: Trial | None) -> Verdict:
    """The verdict of a claim that was tried, and of its control if it has one and it was tried."""
    found = claim.judgement
    for trial in (claim, control):
        if trial is not None and trial.problem:
            word = NOT_EXPRESSIBLE if trial.at_fault else DISAGREE
            return Verdict(word, found, reason=trial.problem, crashed=not trial.at_fault)
    assert found is not None
    if not found.holds:
        reason = "the figure is undefined" if math.isnan(found.value) else ""
        return Verdict(DISAGREE, found, undecided=not found.settled, reason=reason)
    if control is None:
        return Verdict(AGREE, found, without_control=True)
    assert control.judgement is not None
    works = _works(found, claim.comparison.relation.word, control.judgement)
    return Verdict(
        AGREE if works else NOT_DISCRIMINATING,
        found,
        control.judgement,
        WORKS if works else HOLDS_WITHOUT,
    )


def _works(claim: Judgement, relation: str, control: Judgement) -> bool:
    """The row no longer holds, or keeps less than half of its size."""
    small = relation in DIRECTED and control.size < KEPT * claim.size
    return not control.holds or small
