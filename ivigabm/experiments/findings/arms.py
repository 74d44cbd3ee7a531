"""What must be simulated to judge a relation, and how rows share it.

Runs are shared by content: the same arm, twin or control asked for by several rows is simulated
once, for the longest of their times and with all that any of them reads.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ivigabm.evidence_arm import EvidenceArm
from ivigabm.experiments.findings.relations import Relation
from ivigabm.experiments.runner import Arm
from ivigabm.observation import OBSERVED
from ivigabm.perturbation import Resolved, resolve
from ivigabm.readout import Readout, columns_of, parse_readout
from ivigabm.readout.group import ARM, OFF, UNTREATED
from ivigabm.scenario import Scenario

# A world that starts at rest, or with its disease well under way, and is followed for long takes a
# longer step: in 8 seeds of CIDP, MMN, SPS, GBS and ITP the score over 14 to 84 days is then the
# same within 3 % of its scale, for a third of the time. A disease that is induced is not (arthritis
# after serum: 8.1 points at 1 h, 6.4 at 3 h), and neither is a section of a quarter of the size
# (EAE: 2.5 points, 3.5 in the small one).
LONG_DAYS = 28.0
LONG_STEP_HOURS = 3.0
SEES_THE_DRUG = {"serum_igg_g_per_l", "therapeutic_igg_g_per_l"}
Settings = tuple[tuple[str, float], ...]
_BLIND = set(OBSERVED) - SEES_THE_DRUG  # of a probe we cannot know


@dataclass(frozen=True, eq=False)
class Side:
    """A readout of one arm.

    Attributes
    ----------
    runs : `arm`, and the twins that the readout takes.
    days : length of the run that the readout is read off.
    """

    readout: Readout
    runs: Mapping[str, Resolved]
    days: float

    @property
    def scenario(self) -> Scenario:
        """Of the arm; says what the clinic reads."""
        return self.runs[ARM].scenario

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What a run must observe for the readout."""
        return columns_of(self.readout, self.scenario)

    @cached_property
    def contents(self) -> Mapping[str, str]:
        """Content hash of every run, whatever its length and what it observes."""
        return {name: Arm(name, resolved, 0.0).key for name, resolved in self.runs.items()}


@dataclass(frozen=True, eq=False)
class Comparison:
    """A relation between two arms, or about one (`value`)."""

    relation: Relation
    arm: Side
    versus: Side | None

    @property
    def sides(self) -> tuple[Side, ...]:
        """Both arms, or the one."""
        return (self.arm,) if self.versus is None else (self.arm, self.versus)


def compared(
    scenario: Scenario,
    readout: str,
    relation: Relation,
    arm: EvidenceArm,
    versus: EvidenceArm | None,
) -> Comparison:
    """The runs of a relation between arms of a scenario.

    Raises
    ------
    InputError, NotExpressible : an arm or the readout cannot be read, or the model lacks it.
    """
    until = parse_readout(readout, scenario).until
    start = resolve(scenario, arm.perturbation()).start_day
    pace = _pace(scenario, (scenario.days if until is None else until) - start)
    first = _side(scenario, readout, arm, pace)
    second = None if versus is None else _side(scenario, readout, versus, pace)
    return Comparison(relation, first, second)


def _pace(scenario: Scenario, days: float) -> Settings:
    """The step of a row's runs, both arms alike, as a setting that the row may override.

    days : from the first planned dose, or day 0, to the end.
    """
    binds = any(antibody.density != 0.0 for antibody in scenario.antibody)  # no mere tracer
    induced = binds or scenario.immunisation is not None
    at_rest = max(scenario.run_in_days, scenario.prodrome_days) > 0.0 or not induced
    if days < LONG_DAYS or not at_rest or scenario.step_hours >= LONG_STEP_HOURS:
        return ()
    return (("step_hours", LONG_STEP_HOURS),)


def _side(scenario: Scenario, text: str, arm: EvidenceArm, pace: Settings) -> Side:
    change = arm.perturbation()
    change = dataclasses.replace(change, settings=(*pace, *change.settings))
    if change.population is None:  # a replicate is one individual, where it is known how they vary
        change = dataclasses.replace(change, population=scenario.population is not None)
    resolved = resolve(scenario, change)
    readout = parse_readout(text, resolved.scenario)
    if arm.before:
        readout = readout.before()
    runs = {ARM: resolved}
    twin = change.without_therapy()
    if UNTREATED in readout.needs:
        runs[UNTREATED] = resolve(scenario, twin)
    if OFF in readout.needs:
        runs[OFF] = resolve(scenario, twin.without_disease())
    until = readout.until
    if not set(columns_of(readout, resolved.scenario)) - _BLIND:
        runs[ARM] = _without_idle_drug(resolved)
    return Side(readout, runs, resolved.scenario.days if until is None else max(until, 0.0))


def _without_idle_drug(resolved: Resolved) -> Resolved:
    """IgG that no mechanism lets act is inert to the last bit: such an arm is its own twin."""
    if resolved.preparation is None or resolved.mechanisms:
        return resolved
    return dataclasses.replace(resolved, preparation=None, doses=(), composition={}, molar=False)


class Sharing:
    """Arms of the runner, one for all sides of equal content."""

    def __init__(self, comparisons: Iterable[Comparison]) -> None:
        days: dict[str, float] = {}
        columns: dict[str, set[str]] = {}
        resolved: dict[str, Resolved] = {}
        for comparison in comparisons:
            for side in comparison.sides:
                for name, content in side.contents.items():
                    resolved.setdefault(content, side.runs[name])
                    days[content] = max(days.get(content, 0.0), side.days)
                    columns.setdefault(content, set()).update(side.columns)
        self._arms = {
            content: Arm(content, one, days[content], tuple(sorted(columns[content])))
            for content, one in resolved.items()
        }

    def arms(self, side: Side) -> dict[str, Arm]:
        """The arm to run for each of a side's runs."""
        return {name: self._arms[content] for name, content in side.contents.items()}

    def all_arms(self, comparisons: Iterable[Comparison]) -> list[Arm]:
        """Every arm that comparisons take, once, the longest first: no worker waits at the end."""
        found = {
            arm.key: arm
            for comparison in comparisons
            for side in comparison.sides
            for arm in self.arms(side).values()
        }
        return sorted(found.values(), key=_steps, reverse=True)


def _steps(arm: Arm) -> float:
    """Length of a run, hours over the step."""
    return (arm.days - arm.resolved.start_day) / arm.resolved.scenario.step_hours
