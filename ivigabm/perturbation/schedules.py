"""Dose plans: `DAY:DOSE[xCOUNT/INTERVAL][iv|sc|ip]` of IgG, `NAME[@PLAN]` of a comparator."""

import re
from dataclasses import dataclass
from typing import Any

from ivigabm.errors import InputError, shortened
from ivigabm.knowledge import load_therapies
from ivigabm.words import choice, listed, number

ROUTES = ("iv", "sc", "ip")
# guards against a slip of the pen; amounts are g/kg of IgG, mg or mg/m2 of a comparator
MOST_DOSES, LAST_DAY, MOST = 10_000, 36_500.0, 1e5

_SCHEDULE = re.compile(
    r"(?P<day>-?\d+(\.\d+)?):(?P<dose>\d+(\.\d+)?)"
    r"(x(?P<count>\d+)(/(?P<interval>\d+(\.\d+)?))?)?(?P<route>iv|sc|ip)?"
)


@dataclass(frozen=True)
class Dose:
    """One administration: day (0 = just before the disease-inducing event), g/kg, route.

    In a dish the amount is g/L of medium.
    """

    day: float
    g_per_kg: float
    route: str


@dataclass(frozen=True)
class Portion:
    """One dose of a comparator: day, and amount in label doses (plasma volumes for exchange)."""

    day: float
    amount: float


@dataclass(frozen=True)
class Course:
    """A comparator and its doses."""

    name: str
    doses: tuple[Portion, ...]


def parse_schedule(text: str, route: str = "iv") -> tuple[Dose, ...]:
    """Read `DAY:DOSE[xCOUNT/INTERVAL][iv|sc|ip]`, a comma list, into doses by day.

    Raises
    ------
    InputError : a part does not read so.
    """
    doses = []
    for part in text.split(","):
        match = _SCHEDULE.fullmatch(part.strip())
        if match is None:
            raise InputError(
                f"schedule: found '{shortened(part.strip())}', expected "
                "DAY:DOSE[xCOUNT/INTERVAL][iv|sc|ip], such as 0:2 or 21:1x7/21"
            )
        count = _within(part, "COUNT", match["count"] or "1", 1, MOST_DOSES)
        first = _within(part, "DAY", match["day"], -LAST_DAY, LAST_DAY)
        dose = _within(part, "DOSE", match["dose"], 0, MOST)
        if count > 1 and match["interval"] is None:
            raise InputError(f"schedule: '{part.strip()}' repeats, so it needs /INTERVAL in days")
        interval = _within(part, "INTERVAL", match["interval"] or "0", 0, LAST_DAY)
        for i in range(int(count)):
            doses.append(Dose(first + i * interval, dose, match["route"] or route))
    return tuple(sorted(doses, key=lambda dose: dose.day))


def _within(part: str, what: str, text: str, low: float, high: float) -> float:
    """A number of a plan that is no slip of the pen."""
    return number(f"schedule '{shortened(part.strip())}': {what}", text, low, high)


def parse_course(text: str) -> Course:
    """Read `NAME` or `NAME@PLAN` into a comparator's doses, in label doses.

    Raises
    ------
    InputError : no such comparator, or a plan that does not read.
    """
    name, sign, plan = text.partition("@")
    if sign and not plan.strip():
        raise InputError(f"therapy: found '{shortened(text)}', a plan is expected after @")
    known = load_therapies()
    label = known[choice("therapy", name.strip(), known)]
    doses = parse_schedule(plan or label.plan)
    return Course(
        name.strip(), tuple(Portion(dose.day, dose.g_per_kg / label.label_dose) for dose in doses)
    )


def parse_courses(value: Any) -> tuple[str, ...]:
    """Comparators in a list or a comma list; a plan may hold commas itself."""
    texts = listed("therapy", value)
    found = [part.strip() for text in texts for part in re.split(r",(?=\s*[a-z])", text)]
    for text in found:
        parse_course(text)
    return tuple(found)
