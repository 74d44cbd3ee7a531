"""The text of a readout: `platelets.protection@24h`, `incat.share(change<=-1)@168d`.

A readout may be written as a correlation of two: `corr(serum_igg_g_per_l.change@14d & mrc@168d)`.
What is read is written back by `str`, in canonical spelling.
"""

import dataclasses
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ivigabm.errors import InputError, NotExpressible, nearest, unknown
from ivigabm.probes import Words, join, split
from ivigabm.readout.measures import measure_words
from ivigabm.scenario import Scenario

HOURS_PER_DAY = 24.0
VALUE = "value"  # the stat of a readout that names none
CORR = "corr"
POINT_STATS = (VALUE, "change", "fold", "percent", "loss", "protection")
WINDOW_STATS = ("auc", "mean", "peak", "nadir", "t_peak")
CONDITION_STATS = ("time_to", "duration", "share")
STATS = (*POINT_STATS[1:], *WINDOW_STATS, *CONDITION_STATS)
FORM = "MEASURE[WHICH].STAT@TIME"

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_WHEN = re.compile(rf"(?:(?P<start>{_NUMBER})-)?(?P<end>{_NUMBER})(?P<unit>[hd])")
_CONDITION = re.compile(
    rf"(?P<quantity>[a-z]*)\s*(?P<sign>>=|<=|>|<)\s*(?P<limit>{_NUMBER})(?:\s*@(?P<when>\S+))?"
)
_READOUT = re.compile(
    r"(?P<measure>\w+\s*(?:\[[^\[\]]*\])?)"
    r"(?:\.(?P<stat>\w+)\s*(?P<inside>\([^()]*\))?)?"
    r"\s*(?:@(?P<when>.+))?"
)


def _written(number: float) -> str:
    """A number in digits, without an exponent, that reads back the same."""
    text = format(Decimal(repr(float(number))), "f")
    return text[:-2] if text.endswith(".0") else text


@dataclass(frozen=True)
class When:
    """A time or, with a start, a window; `unit` is h or d."""

    end: float
    start: float | None = None
    unit: str = "d"

    def __str__(self) -> str:
        first = "" if self.start is None else f"{_written(self.start)}-"
        return f"{first}{_written(self.end)}{self.unit}"

    @property
    def last(self) -> float:
        """End, days."""
        return self.end / HOURS_PER_DAY if self.unit == "h" else self.end

    @property
    def first(self) -> float | None:
        """Start, days; None for a time."""
        if self.start is None:
            return None
        return self.start / HOURS_PER_DAY if self.unit == "h" else self.start


@dataclass(frozen=True)
class Condition:
    """`>=50`, `change<=-1` (from day 0), `rise>=1`, `fall>=1` (from the window's start).

    `when`: its own time, otherwise that of the readout.
    """

    quantity: str
    sign: str
    limit: float
    when: When | None = None

    def __str__(self) -> str:
        own = f"@{self.when}" if self.when else ""
        quantity = "" if self.quantity == VALUE else self.quantity
        return f"{quantity}{self.sign}{_written(self.limit)}{own}"


QUANTITIES = (VALUE, "change", "rise", "fall")


@dataclass(frozen=True)
class Readout:
    """What is read of a group of individuals.

    Attributes
    ----------
    measure, which : the word and the names in its brackets.
    stat : one of `STATS`, `value` where none is named, or `corr`.
    condition, given : of `time_to`, `duration` and `share`; of `share` alone.
    when : time or window; None is the end of the run.
    pair : the two readouts of `corr`.
    """

    measure: str
    which: Words = ()
    stat: str = VALUE
    condition: Condition | None = None
    given: Condition | None = None
    when: When | None = None
    pair: "tuple[Readout, Readout] | None" = None

    def __str__(self) -> str:
        if self.pair:
            return f"{CORR}({self.pair[0]} & {self.pair[1]})"
        given = f" given {self.given}" if self.given else ""
        inside = f"({self.condition}{given})" if self.condition else ""
        stat = "" if self.stat == VALUE else f".{self.stat}{inside}"
        return f"{join(self.measure, self.which)}{stat}{f'@{self.when}' if self.when else ''}"

    @cached_property
    def needs(self) -> frozenset[str]:
        """Twins that it takes beside the arm: `untreated`, `off`."""
        if self.pair:
            return self.pair[0].needs | self.pair[1].needs
        return frozenset({"untreated", "off"}) if self.stat == "protection" else frozenset()

    @property
    def until(self) -> float | None:
        """The last day that it asks for; None where that is the end of the run."""
        if self.pair:
            ends = [readout.until for readout in self.pair]
        else:
            ends = [self.when.last if self.when else None]
            if self.given and self.given.when:
                ends.append(self.given.when.last)
        known = [end for end in ends if end is not None]
        return max(known) if len(known) == len(ends) else None

    def before(self) -> "Readout":
        """The same measure just before day 0, for a `versus` that says `before`.

        Raises
        ------
        InputError : the stat compares with day 0 or with twins, or asks for a course.
        """
        if self.stat in (VALUE, "mean", "peak", "nadir"):
            return dataclasses.replace(self, stat=VALUE, when=When(0.0))
        if self.stat == "share" and self.given is None:
            return dataclasses.replace(self, when=When(0.0))
        raise InputError(f"readout '{self}': {self.stat} cannot be read just before day 0")


def parse_readout(text: str, scenario: Scenario | None = None) -> Readout:
    """Read a readout.

    Parameters
    ----------
    scenario : whose own clinical measure is a valid word as well.

    Raises
    ------
    InputError : the text cannot be read.
    NotExpressible : it names a measure or stat that the language does not have.
    """
    stripped = text.strip()
    pair = re.fullmatch(r"corr\s*\((.*)\)", stripped, re.DOTALL)
    if pair:
        return _correlation(text, pair[1], scenario)
    match = _READOUT.fullmatch(stripped)
    if match is None:
        raise InputError(f"readout '{text}' cannot be read; expected {FORM}")
    word, which = split(match["measure"])
    words = measure_words(scenario)
    if word not in words:
        raise unknown("measure", word, words, NotExpressible)
    stat = match["stat"] or VALUE
    if stat not in STATS and stat != VALUE:
        raise unknown("stat", stat, STATS, NotExpressible)
    condition, given = _conditions(text, stat, match["inside"])
    when = None if match["when"] is None else _when(match["when"])
    return Readout(word, which, stat, condition, given, when)


def _correlation(text: str, inside: str, scenario: Scenario | None) -> Readout:
    parts = inside.split("&")
    if len(parts) != 2:
        raise InputError(f"readout '{text}': corr takes two readouts, as corr(A & B)")
    first, second = (parse_readout(part, scenario) for part in parts)
    for part in (first, second):
        if part.stat == CORR or part.stat == "share":
            raise InputError(f"readout '{text}': corr takes a number per individual, not {part}")
    return Readout(CORR, stat=CORR, pair=(first, second))


def _when(text: str) -> When:
    match = _WHEN.fullmatch(text.strip())
    if match is None:
        raise InputError(f"time '{text}' cannot be read; expected such as 4h, 7d or 0-10d")
    start = None if match["start"] is None else float(match["start"])
    end = float(match["end"])
    if start is not None and start > end:
        raise InputError(f"time '{text}': the window ends before it starts")
    return When(end, start, match["unit"])


def _conditions(
    text: str, stat: str, inside: str | None
) -> tuple[Condition | None, Condition | None]:
    """The condition of a stat, and what it is given."""
    if stat not in CONDITION_STATS:
        if inside is not None:
            raise InputError(f"readout '{text}': {stat} takes no condition")
        return None, None
    if inside is None:
        raise InputError(f"readout '{text}': {stat} takes a condition, as {stat}(>=50)")
    first, word, second = inside[1:-1].partition(" given ")
    condition = _condition(first)
    if condition.when:
        raise InputError(f"readout '{text}': the time of the condition stands after the brackets")
    if word and stat != "share":
        raise InputError(f"readout '{text}': 'given' belongs to share only")
    return condition, _condition(second) if word else None


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise InputError(
            f"condition '{text}' cannot be read; expected such as >=50, change<=-1 or rise>=1@84d"
        )
    quantity = match["quantity"] or VALUE
    if quantity not in QUANTITIES:
        hint = nearest(quantity, QUANTITIES)
        raise InputError(f"condition '{text}': '{quantity}' is not known{hint}")
    when = None if match["when"] is None else _when(match["when"])
    return Condition(quantity, match["sign"], float(match["limit"]), when)
