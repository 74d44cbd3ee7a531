"""The one vocabulary of changes to a scenario, its one parser, and the one place they apply.

The words are those of the command line, of scenario and sweep files and of the evidence table.
Therapy words are removed in the untreated twin; host and world words stay in both arms.
"""

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivigabm.errors import InputError, nearest, unknown
from ivigabm.knowledge import (
    load_hypotheses,
    load_preparation,
    load_therapies,
    preparation_names,
    product_names,
)
from ivigabm.mechanisms import expand as expand_mechanisms
from ivigabm.mechanisms import mechanism_ids
from ivigabm.scenario import Scenario

THERAPY_KEYS = ("preparation", "dose", "schedule", "treat_day", "route", "therapy")
WORLD_KEYS = (
    "only",
    "without",
    "knockout",
    "deplete",
    "block",
    "hypothesis",
    "baseline_igg",
    "disease",
    "antibody.class",
    "antibody.dose",
    "antibody.dose_fold",
    "antibody.glycoform",
)
NONE = "none"  # the preparation of an arm without therapeutic IgG
CELL_KINDS = ("macrophage", "sensor_cell", "basophil", "b_cell")
ROUTES = ("iv", "sc", "ip")
DEFAULT_BLOCK = 0.95  # share of function that a blocking antibody takes, unless said

_SCHEDULE = re.compile(
    r"(?P<day>-?\d+(\.\d+)?):(?P<dose>\d+(\.\d+)?)"
    r"(x(?P<count>\d+)(/(?P<interval>\d+(\.\d+)?))?)?(?P<route>iv|sc|ip)?"
)


@dataclass(frozen=True)
class Dose:
    """One administration: day (0 = just before the disease-inducing event), g/kg, route."""

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


@dataclass(frozen=True)
class Perturbation:
    """Changes to a scenario. Empty: the scenario as it stands, with its standard therapy."""

    no_ivig: bool = False
    preparation: str | None = None
    dose: float | None = None
    schedule: str | None = None
    treat_day: float | None = None
    route: str | None = None
    therapy: tuple[str, ...] = ()  # NAME or NAME@PLAN
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    knockout: tuple[str, ...] = ()
    deplete: tuple[str, ...] = ()
    block: tuple[tuple[str, float], ...] = ()
    hypothesis: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    watched: tuple[str, ...] = ()  # comparators of the treated arm; the twin starts with them

    def without_therapy(self) -> "Perturbation":
        """The untreated twin: no therapeutic IgG and no comparator, everything else the same."""
        return dataclasses.replace(self, no_ivig=True, therapy=(), watched=self.therapy)


@dataclass(frozen=True)
class Resolved:
    """A scenario with its perturbation applied: all that a model needs to be built."""

    scenario: Scenario
    preparation: str | None
    doses: tuple[Dose, ...]
    mechanisms: tuple[str, ...]
    therapies: tuple[Course, ...] = ()
    start_day: float = 0.0  # day 0, or the first planned dose before it, in the twin as well
    absent: frozenset[str] = frozenset()
    depleted: frozenset[str] = frozenset()
    function: Mapping[str, float] = field(default_factory=dict)  # product -> share left by a block
    hypothesis: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a manifest or a content hash."""
        return {
            "scenario": self.scenario.model_dump(mode="json"),
            "preparation": self.preparation,
            "therapies": [dataclasses.asdict(course) for course in self.therapies],
            "start_day": self.start_day,
            "doses": [dataclasses.asdict(dose) for dose in self.doses],
            "mechanisms": list(self.mechanisms),
            "absent": sorted(self.absent),
            "depleted": sorted(self.depleted),
            "function": dict(sorted(self.function.items())),
            "hypothesis": dict(sorted(self.hypothesis.items())),
        }


def _number(key: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{key}: found '{value}', a number is expected") from None
    if not math.isfinite(number) or not low <= number <= high:
        raise InputError(f"{key}: found {value}, allowed is {low:g} to {high:g}")
    return number


def _words(key: str, value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    words = [str(part).strip() for part in parts]
    if not all(words):
        raise InputError(f"{key}: an empty name in '{value}'")
    return words


def _choice(what: str, word: str, allowed: Iterable[str]) -> str:
    if word not in allowed:
        raise unknown(what, word, allowed)
    return word


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
                f"schedule: found '{part.strip()}', expected DAY:DOSE[xCOUNT/INTERVAL][iv|sc|ip], "
                "such as 0:2 or 21:1x7/21"
            )
        count = int(match["count"] or 1)
        if count > 1 and match["interval"] is None:
            raise InputError(f"schedule: '{part.strip()}' repeats, so it needs /INTERVAL in days")
        interval = float(match["interval"] or 0.0)
        for i in range(count):
            day = float(match["day"]) + i * interval
            doses.append(Dose(day, float(match["dose"]), match["route"] or route))
    return tuple(sorted(doses, key=lambda dose: dose.day))


def parse_course(text: str) -> Course:
    """Read `NAME` or `NAME@PLAN` into a comparator's doses, in label doses.

    Raises
    ------
    InputError : no such comparator, or a plan that does not read.
    """
    name, _, plan = text.partition("@")
    known = load_therapies()
    label = known[_choice("therapy", name.strip(), known)]
    doses = parse_schedule(plan or label.plan)
    return Course(
        name.strip(), tuple(Portion(dose.day, dose.g_per_kg / label.label_dose) for dose in doses)
    )


def _courses(value: Any) -> tuple[str, ...]:
    """Comparators in a list or a comma list; a plan may hold commas itself."""
    texts = [value] if isinstance(value, str) else list(value)
    found = [part.strip() for text in texts for part in re.split(r",(?=\s*[a-z])", text)]
    for text in found:
        parse_course(text)
    return tuple(found)


def _setting(text: str) -> tuple[str, Any]:
    key, sign, raw = text.partition("=")
    if not sign or not key.strip():
        raise InputError(f"set: found '{text}', expected dotted.key=value")
    return key.strip(), _plain(raw.strip())


def _plain(raw: str) -> Any:
    if raw.lower() in {"true", "false"}:
        return raw.lower() == "true"
    try:
        return int(raw)
    except ValueError:
        pass
    try:
        return float(raw)
    except ValueError:
        return raw


def _block(word: str) -> tuple[str, float]:
    name, _, share = word.partition(":")
    value = _number(f"block {name}", share, 0.0, 1.0) if share else DEFAULT_BLOCK
    return _choice("block", name, product_names()), value


def _position(word: str) -> tuple[str, str]:
    name, sign, position = word.partition(":")
    hypotheses = load_hypotheses()
    _choice("hypothesis", name, hypotheses)
    allowed = hypotheses[name].positions
    if not sign or (position not in allowed and "NUMBER" not in allowed):
        raise unknown(f"position of hypothesis {name}", position, allowed)
    return name, position


def parse(options: Mapping[str, Any]) -> Perturbation:
    """Read plain words (command line, sweep plan, evidence arm) into a `Perturbation`.

    Values may be strings, numbers or lists; None and empty lists count as not given. Keys are
    those of THERAPY_KEYS and WORLD_KEYS, `no_ivig`, and `set` (a list of `dotted.key=value`)
    or `set.KEY`.

    Raises
    ------
    InputError : an unknown key or a value that is not allowed.
    """
    given = {k: v for k, v in options.items() if v is not None and v != [] and v is not False}
    settings: list[tuple[str, Any]] = []
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key == "no_ivig":
            values[key] = True
        elif key == "set":
            settings += [_setting(text) for text in _words(key, value)]
        elif key.startswith("set."):
            settings.append((key[4:], _plain(value) if isinstance(value, str) else value))
        elif key == "preparation" and value == NONE:
            values["no_ivig"] = True
        elif key in THERAPY_KEYS:
            values[key] = _therapy(key, value)
        elif key in WORLD_KEYS:
            name, read = _world(key, value)
            if name == "settings":
                settings += read
            else:
                values[name] = read
        else:
            raise InputError(
                f"key '{key}' is not known{nearest(key, THERAPY_KEYS + WORLD_KEYS)} "
                f"(allowed: {', '.join(sorted(THERAPY_KEYS + WORLD_KEYS))}, no_ivig, set.KEY)"
            )
    if "schedule" in values and "dose" in values:
        raise InputError("dose and schedule are both given; a schedule holds its own doses")
    return Perturbation(**values, settings=tuple(settings))


def _therapy(key: str, value: Any) -> Any:
    if key == "preparation":
        name = str(value)
        if name.endswith(".toml"):
            load_preparation(name)  # a file at fault is said before anything runs
            return name
        return _choice(key, name, (*preparation_names(), NONE))
    if key == "dose":
        return _number("dose (g/kg)", value, 0.0, 20.0)
    if key == "treat_day":
        return _number("treat_day", value, -365.0, 3650.0)
    if key == "therapy":
        return _courses(value)
    if key == "route":
        return _choice(key, str(value), ROUTES)
    parse_schedule(str(value))
    return str(value)


def _world(key: str, value: Any) -> tuple[str, Any]:
    if key in {"only", "without"}:
        return key, expand_mechanisms(_words(key, value), key)
    if key == "knockout":
        return key, tuple(_choice(key, word, product_names()) for word in _words(key, value))
    if key == "deplete":
        return key, tuple(_choice(key, word, CELL_KINDS) for word in _words(key, value))
    if key == "block":
        return key, tuple(_block(word) for word in _words(key, value))
    if key == "hypothesis":
        return key, tuple(_position(word) for word in _words(key, value))
    return "settings", [(key, value)]


def resolve(scenario: Scenario, perturbation: Perturbation | None = None) -> Resolved:
    """Apply a perturbation to a scenario.

    Raises
    ------
    InputError : a setting names no key of the scenario or has a value that is not allowed.
    """
    change = perturbation or Perturbation()
    scenario = _with_settings(scenario, change.settings)
    active = set(change.only) if change.only else set(mechanism_ids())
    active -= set(change.without)
    planned = _doses(scenario, change)
    therapies = tuple(parse_course(text) for text in change.therapy)
    watched = [parse_course(text) for text in change.therapy + change.watched]
    days = [dose.day for dose in planned]
    days += [portion.day for course in watched for portion in course.doses]
    preparation = None if change.no_ivig else change.preparation or scenario.therapy.preparation
    return Resolved(
        scenario=scenario,
        preparation=preparation,
        doses=() if change.no_ivig else planned,
        therapies=therapies,
        start_day=min([0.0, *(float(math.floor(day)) for day in days)]),
        mechanisms=tuple(sorted(active)),
        absent=frozenset(change.knockout),
        depleted=frozenset(change.deplete),
        function={name: 1.0 - share for name, share in change.block},
        hypothesis=dict(change.hypothesis),
    )


def _doses(scenario: Scenario, change: Perturbation) -> tuple[Dose, ...]:
    route = change.route or scenario.therapy.route
    doses = parse_schedule(change.schedule or scenario.therapy.schedule, route)
    if change.dose is not None:
        doses = (Dose(doses[0].day, change.dose, route),)
    if change.treat_day is not None:
        shift = change.treat_day - (0.0 if change.schedule else doses[0].day)
        doses = tuple(dataclasses.replace(dose, day=dose.day + shift) for dose in doses)
    return tuple(dose for dose in doses if dose.g_per_kg > 0)


def _with_settings(scenario: Scenario, settings: Iterable[tuple[str, Any]]) -> Scenario:
    data = scenario.model_dump()
    for key, value in settings:
        if key == "disease":
            if value == "off":
                data["antibody"] = []
            else:
                _choice("disease", str(value), ("on", "off"))
        elif key == "baseline_igg":
            data["baseline_igg"] = _number(key, value, 0.0, 100.0)
        elif key.startswith("antibody."):
            _set_antibody(data, key.removeprefix("antibody."), value)
        elif key.startswith(("parameters.", "genotype.")):
            table, _, name = key.partition(".")
            data[table] = {**data[table], name: value}
        else:
            _set_dotted(data, key, value)
    return Scenario.from_dict(data, source="set")


def _set_antibody(data: dict[str, Any], key: str, value: Any) -> None:
    if not data["antibody"]:
        raise InputError(f"antibody.{key}: scenario '{data['name']}' has no antibody")
    for antibody in data["antibody"]:
        if key == "class":
            antibody["subclasses"] = _mix(str(value))
        elif key in antibody:
            antibody[key] = value
        else:
            raise unknown("set: key", f"antibody.{key}", [f"antibody.{k}" for k in antibody])


def _mix(text: str) -> dict[str, float]:
    """`IgG1` or `IgG2c:0.5,IgG1:0.5` as shares."""
    parts = [part.strip().partition(":") for part in text.split(",")]
    if len(parts) == 1 and not parts[0][1]:
        return {parts[0][0]: 1.0}
    return {name: _number(f"antibody.class {name}", share, 0.0, 1.0) for name, _, share in parts}


def _set_dotted(data: dict[str, Any], key: str, value: Any) -> None:
    place: Any = data
    *path, last = key.split(".")
    for word in path:
        if not isinstance(place, dict) or not isinstance(place.get(word), dict):
            known = [k for k, v in place.items() if isinstance(v, dict)]
            raise unknown("set: key", key, [*known, "parameters"])
        place = place[word]
    if last not in place:
        raise unknown("set: key", key, [".".join([*path, name]) for name in place])
    place[last] = value
