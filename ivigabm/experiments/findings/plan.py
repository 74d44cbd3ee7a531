"""From a row of the table to what must be compared: its claim, control and other positions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivigabm.errors import InputError, NotExpressible, unknown
from ivigabm.evidence_arm import BOTH, EvidenceArm, parse_arms
from ivigabm.experiments.findings.arms import Comparison, compared
from ivigabm.experiments.findings.controls import controlled
from ivigabm.experiments.findings.relations import Relation
from ivigabm.experiments.findings.table import Row
from ivigabm.knowledge import load_hypotheses
from ivigabm.scenario import Scenario, scenario_names
from ivigabm.words import words as split_words

_ANY_NUMBER = "NUMBER"  # a position that stands for any number is no single other one

Arms = tuple[EvidenceArm, EvidenceArm | None]


@dataclass(frozen=True, eq=False)
class Case:
    """A claim at one state of the world, with its negative control if something is claimed."""

    claim: Comparison
    control: Comparison | None

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The claim, and the control if there is one."""
        return (self.claim,) if self.control is None else (self.claim, self.control)


@dataclass(frozen=True, eq=False)
class Planned:
    """A row made ready.

    Attributes
    ----------
    case : None where the model cannot express the row, with the reason in `refused`.
    stated : hypotheses as the row states them.
    positions : of a contested row, `ID:POSITION` -> the row there; None if not expressible.
    proxy : numbers of the mouse stand for another species or strain.
    """

    row: Row
    case: Case | None
    refused: str = ""
    stated: tuple[str, ...] = ()
    positions: Mapping[str, Case | None] = field(default_factory=dict)
    proxy: bool = False

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case that can be run."""
        found = (self.case, *self.positions.values())
        return tuple(case for case in found if case is not None)


def plan(row: Row) -> Planned:
    """Read a row and resolve all that it asks for.

    Raises
    ------
    InputError : the row is bad input.
    """
    try:
        return _plan(row)
    except NotExpressible as reason:
        return Planned(row, None, str(reason))


def _plan(row: Row) -> Planned:
    scenario = _scenario(row.scenario)
    relation = Relation(row.relation, row.low, row.high)
    arms = parse_arms(row.arm, row.versus)
    if relation.word == "value":
        arms = (arms[0], None)
    elif arms[1] is None:
        raise InputError(f"versus: the cell is empty; relation '{relation.word}' needs it")
    case = _case(row, scenario, relation, arms)
    stated = tuple(split_words(BOTH, arms[0].words[BOTH])) if BOTH in arms[0].words else ()
    proxy = any(run.proxies for side in case.claim.sides for run in side.runs.values())
    return Planned(row, case, "", stated, _positions(row, scenario, relation, arms, stated), proxy)


def _scenario(name: str) -> Scenario:
    if name not in scenario_names() and not name.endswith(".toml"):
        raise unknown("scenario", name, scenario_names(), NotExpressible)
    return Scenario.load(name)


def _case(row: Row, scenario: Scenario, relation: Relation, arms: Arms) -> Case:
    claim = compared(scenario, row.readout, relation, *arms)
    changed = controlled(row.mechanism, *arms)
    if changed is None:
        return Case(claim, None)
    return Case(claim, compared(scenario, row.readout, relation, *changed))


def _positions(
    row: Row, scenario: Scenario, relation: Relation, arms: Arms, stated: tuple[str, ...]
) -> dict[str, Case | None]:
    """The row at every other position of a hypothesis that it states."""
    found: dict[str, Case | None] = {}
    for word in stated if row.contested_by else ():
        name, _, held = word.partition(":")
        for position in load_hypotheses()[name].positions:
            if position in (held, _ANY_NUMBER):
                continue
            world = ",".join(f"{name}:{position}" if w == word else w for w in stated)
            try:
                case = _case(row, scenario, relation, _in_world(arms, world))
            except NotExpressible:
                case = None
            found[f"{name}:{position}"] = case
    return found


def _in_world(arms: Arms, world: str) -> Arms:
    first, second = (
        None if arm is None else replace(arm, words={**arm.words, BOTH: world}) for arm in arms
    )
    assert first is not None
    return first, second
