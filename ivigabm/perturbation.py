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

from ivigabm.antibody_words import KEYS as ANTIBODY_KEYS
from ivigabm.antibody_words import check_antibodies, set_antibody
from ivigabm.dish_words import KEYS as DISH_KEYS
from ivigabm.dish_words import OF_BINDING, read_amounts, set_binding, set_contents
from ivigabm.errors import InputError, NotExpressible, nearest, unknown
from ivigabm.gifts import PREFIX as TRANSFER_PREFIX
from ivigabm.gifts import Gift, Transfer, parse_gifts, parse_transfer
from ivigabm.knowledge import (
    load_hypotheses,
    load_preparation,
    load_therapies,
    nodes_of,
    product_names,
)
from ivigabm.knowledge.preparation import COMPOSITION
from ivigabm.mechanisms import expand as expand_mechanisms
from ivigabm.mechanisms import mechanism_ids
from ivigabm.scenario import Scenario
from ivigabm.variants import KEYS as VARIANT_KEYS
from ivigabm.variants import expand as expand_variants
from ivigabm.variants import of_genotype
from ivigabm.words import PROXY_SPECIES, STRAINS, mixture
from ivigabm.words import choice as _choice
from ivigabm.words import number as _number
from ivigabm.words import words as _words

COMPOSITION_KEYS = tuple(f"composition.{name}" for name in COMPOSITION)
THERAPY_KEYS = (
    "preparation", "dose", "dose_basis", "schedule", "treat_day", "route", "concentration",
    "therapy", "give", "transfer", "transfer.preparation", "transfer.concentration",
    *COMPOSITION_KEYS,
)  # fmt: skip
WORLD_KEYS = (
    "only",
    "without",
    "knockout",
    "knockin",
    "deplete",
    "block",
    "hypothesis",
    "baseline_igg",
    "disease",
    "species",
    "strain",
    "receptors",
    "genotype",
    "population",
    *VARIANT_KEYS,
    *ANTIBODY_KEYS,
    *DISH_KEYS,
    *OF_BINDING,
)
NONE = "none"  # the preparation of an arm without therapeutic IgG
CELL_KINDS = (
    "macrophage", "neutrophil", "nk_cell", "sensor_cell", "basophil", "b_cell", "dendritic_cell",
    "t_cell", "t_effector", "treg", "spleen", "microglia",
)  # fmt: skip
ROUTES = ("iv", "sc", "ip")
MEDIUM = "medium"  # the route of a dish
BASES = ("mass", "molar")
SPECIES = ("human", "mouse")  # with tables of their own
_ALL_SPECIES = (*SPECIES, *PROXY_SPECIES)
DEFAULT_BLOCK = 0.95  # share of function that a blocking antibody takes, unless said

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


@dataclass(frozen=True)
class Perturbation:
    """Changes to a scenario. Empty: the scenario as it stands, with its standard therapy."""

    no_ivig: bool = False
    preparation: str | None = None
    dose: float | None = None
    schedule: str | None = None
    treat_day: float | None = None
    route: str | None = None
    dose_basis: str | None = None
    concentration: float | None = None  # g/L, in a dish
    composition: tuple[tuple[str, float], ...] = ()  # values of the preparation replaced
    therapy: tuple[str, ...] = ()  # NAME or NAME@PLAN
    give: tuple[Gift, ...] = ()
    transfer: Transfer | None = None
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    knockout: tuple[str, ...] = ()
    knockin: tuple[str, ...] = ()
    deplete: tuple[str, ...] = ()
    block: tuple[tuple[str, float], ...] = ()
    hypothesis: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    watched: tuple[str, ...] = ()  # comparators of the treated arm; the twin starts with them
    proxies: tuple[str, ...] = ()  # species and strains for which the mouse's numbers stand
    population: bool | None = None  # whether a seed is an individual of it; None: not said

    def without_therapy(self) -> "Perturbation":
        """The untreated twin: no therapeutic IgG and no comparator, everything else the same."""
        makes_ill = ("induction", "transfer") in self.settings
        return dataclasses.replace(
            self,
            no_ivig=True,
            therapy=(),
            watched=self.therapy + self.watched,
            give=(),
            transfer=self.transfer if makes_ill else None,
        )

    def without_disease(self) -> "Perturbation":
        """The same arm with `disease=off`."""
        return dataclasses.replace(self, settings=(*self.settings, ("disease", "off")))


@dataclass(frozen=True)
class Resolved:
    """A scenario with its perturbation applied: all that a model needs to be built."""

    scenario: Scenario
    preparation: str | None
    doses: tuple[Dose, ...]
    mechanisms: tuple[str, ...]
    composition: Mapping[str, float] = field(default_factory=dict)
    molar: bool = False  # doses count the moles of as much intact IgG
    therapies: tuple[Course, ...] = ()
    gifts: tuple[Gift, ...] = ()
    transfer: Transfer | None = None
    start_day: float = 0.0  # day 0, or the first planned dose before it, in the twin as well
    absent: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()  # products that give back what an absent one took
    depleted: frozenset[str] = frozenset()
    function: Mapping[str, float] = field(default_factory=dict)  # product -> share left by a block
    hypothesis: Mapping[str, str] = field(default_factory=dict)
    proxies: tuple[str, ...] = ()
    population: bool = False  # a seed is one of the population, otherwise the typical individual

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a manifest or a content hash."""
        return {
            "scenario": self.scenario.model_dump(mode="json"),
            "preparation": self.preparation,
            "composition_set": dict(sorted(self.composition.items())),
            "dose_basis": "molar" if self.molar else "mass",
            "therapies": [dataclasses.asdict(course) for course in self.therapies],
            "gifts": [dataclasses.asdict(gift) for gift in self.gifts],
            "transfer": dataclasses.asdict(self.transfer) if self.transfer else None,
            "start_day": self.start_day,
            "doses": [dataclasses.asdict(dose) for dose in self.doses],
            "mechanisms": list(self.mechanisms),
            "absent": sorted(self.absent),
            "added": sorted(self.added),
            "proxies": list(self.proxies),
            "depleted": sorted(self.depleted),
            "function": dict(sorted(self.function.items())),
            "hypothesis": dict(sorted(self.hypothesis.items())),
            "population": self.population,
        }


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
    if sign and position not in allowed and "NUMBER" in allowed:
        return name, f"{_number(f'hypothesis {name}', position, 0.0, 1.0):g}"
    if not sign or position not in allowed:
        raise unknown(f"position of hypothesis {name}", position, allowed, NotExpressible)
    return name, position


def parse(options: Mapping[str, Any]) -> Perturbation:
    """Read plain words (command line, sweep plan, evidence arm) into a `Perturbation`.

    Values may be strings, numbers or lists; None and empty lists count as not given. Keys are
    those of THERAPY_KEYS and WORLD_KEYS, `no_ivig`, and `set` (a list of `dotted.key=value`)
    or `set.KEY`.

    Raises
    ------
    InputError : an unknown key or a value that cannot be read.
    NotExpressible : a word of the language, or an unknown one, that the model does not have.
    """
    given = {k: v for k, v in options.items() if v is not None and v != [] and v is not False}
    settings: list[tuple[str, Any]] = []
    values: dict[str, Any] = {}
    transferred = {k: v for k, v in given.items() if (k + ".").startswith(TRANSFER_PREFIX)}
    if transferred:
        values["transfer"] = parse_transfer(transferred)
    for key, value in given.items():
        if key == "no_ivig":
            values[key] = True
        elif key == "set":
            settings += [_setting(text) for text in _words(key, value)]
        elif key.startswith("set."):
            settings.append((key[4:], _plain(value) if isinstance(value, str) else value))
        elif key == "preparation" and value == NONE:
            values["no_ivig"] = True
        elif key in COMPOSITION_KEYS:
            part = (key.removeprefix("composition."), _number(key, value, 0.0, 60.0))
            values["composition"] = (*values.get("composition", ()), part)
        elif key in transferred:
            continue
        elif key in THERAPY_KEYS:
            values[key] = _therapy(key, value)
        elif key in WORLD_KEYS:
            name, read = _world(key, value)
            if name == "settings":
                settings += read
            elif name == "proxies":
                values[name] = (*values.get(name, ()), read)
            else:
                values[name] = read
        else:
            raise InputError(
                f"key '{key}' is not known{nearest(key, THERAPY_KEYS + WORLD_KEYS)} "
                f"(allowed: {', '.join(sorted(THERAPY_KEYS + WORLD_KEYS))}, no_ivig, set.KEY)"
            )
    if "concentration" in values and {"schedule", "dose", "route"} & set(values):
        raise InputError("concentration is for a dish; dose, schedule and route are for a body")
    if "schedule" in values and "dose" in values:
        raise InputError("dose and schedule are both given; a schedule holds its own doses")
    return Perturbation(**values, settings=tuple(settings))


def dose_of(value: Any) -> float:
    """A dose in g/kg that one can give.

    Raises
    ------
    InputError : no number, or none from 0 to 20.
    """
    return _number("dose (g/kg)", value, 0.0, 20.0)


def _therapy(key: str, value: Any) -> Any:
    if key == "preparation":
        mixture(str(value))
        return str(value)
    if key == "dose_basis":
        return _choice(key, str(value), BASES)
    if key == "dose":
        return dose_of(value)
    if key == "concentration":
        return _number("concentration (g/L)", value, 0.0, 200.0)
    if key == "treat_day":
        return _number("treat_day", value, -365.0, 3650.0)
    if key == "therapy":
        return _courses(value)
    if key == "give":
        return parse_gifts(key, value)
    if key == "route":
        return _choice(key, str(value), ROUTES)
    parse_schedule(str(value))
    return str(value)


def _world(key: str, value: Any) -> tuple[str, Any]:
    if key in {"only", "without"}:
        try:
            return key, expand_mechanisms(_words(key, value), key)
        except InputError as error:
            raise NotExpressible(str(error)) from None
    if key in {"knockout", "knockin"}:
        return key, tuple(_choice(key, word, product_names()) for word in _words(key, value))
    if key == "deplete":
        return key, tuple(_choice(key, word, CELL_KINDS) for word in _words(key, value))
    if key == "block":
        return key, tuple(_block(word) for word in _words(key, value))
    if key == "hypothesis":
        return key, tuple(_position(word) for word in _words(key, value))
    if key == "strain" or (key == "species" and str(value) not in SPECIES):
        return "proxies", _choice(key, str(value), STRAINS if key == "strain" else _ALL_SPECIES)
    if key in DISH_KEYS:
        read_amounts(key, value)
    if key == "receptors":
        _choice(key, str(value), SPECIES)
    if key == "population":
        return key, _choice(key, str(value), ("on", "off")) == "on"
    if key == "genotype":
        return "settings", [pair for word in _words(key, value) for pair in of_genotype(word)]
    return "settings", [(key, value)]


def resolve(scenario: Scenario, perturbation: Perturbation | None = None) -> Resolved:
    """Apply a perturbation to a scenario.

    Raises
    ------
    InputError : a setting names no key of the scenario or has a value that is not allowed.
    NotExpressible : what the words ask for has no counterpart in this scenario.
    """
    change = _one_transfer(perturbation or Perturbation())
    scenario = _with_settings(scenario, change.settings)
    active = set(change.only) if change.only else set(mechanism_ids())
    active -= set(change.without)
    planned = _doses(scenario, change)
    therapies = tuple(parse_course(text) for text in change.therapy)
    watched = [parse_course(text) for text in change.therapy + change.watched]
    first = parse_schedule(scenario.therapy.schedule)[0].day
    day = first if change.treat_day is None else change.treat_day
    gifts = tuple(dataclasses.replace(gift, day=day) for gift in change.give)
    days = [dose.day for dose in planned]
    days += [portion.day for course in watched for portion in course.doses]
    preparation = None if change.no_ivig else change.preparation or scenario.therapy.preparation
    _check_host(scenario, change)
    return Resolved(
        scenario=scenario,
        preparation=preparation,
        composition=_composition(preparation, change),
        molar=preparation is not None and change.dose_basis == "molar",
        doses=() if change.no_ivig else planned,
        therapies=therapies,
        gifts=gifts,
        transfer=change.transfer,
        start_day=min([0.0, *(float(math.floor(day)) for day in days)]),
        mechanisms=tuple(sorted(active)),
        absent=frozenset(change.knockout),
        added=frozenset(change.knockin),
        depleted=frozenset(change.deplete),
        function={name: 1.0 - share for name, share in change.block},
        hypothesis=dict(change.hypothesis),
        proxies=change.proxies,
        population=bool(change.population),
    )


def _one_transfer(change: Perturbation) -> Perturbation:
    """Cells that make the disease replace the scenario's, and are not there without it."""
    donor = change.transfer
    if donor is None or ("induction", "transfer") not in change.settings:
        return change
    if ("disease", "off") in change.settings:
        return dataclasses.replace(change, transfer=None)
    if donor.cell != "t_effector":
        return change
    return dataclasses.replace(change, settings=(*change.settings, ("cells.t_effector", 0)))


def _composition(preparation: str | None, change: Perturbation) -> dict[str, float]:
    """Replaced values of the preparation, known to give a possible one."""
    if preparation is None or not change.composition:
        return {}
    values = dict(change.composition)
    if len(mixture(preparation)) > 1:
        raise InputError(f"composition.{next(iter(values))}: '{preparation}' is a mixture")
    load_preparation(preparation, dict(change.hypothesis)).changed(values)
    return values


def _check_host(scenario: Scenario, change: Perturbation) -> None:
    """Whether this host can have these proxies, alleles and added products."""
    if change.proxies and scenario.species != "mouse":
        raise NotExpressible(
            f"'{change.proxies[0]}': scenario '{scenario.name}' is not of an animal"
        )
    if scenario.dish is not None and change.therapy + change.watched:
        raise NotExpressible(f"therapy: scenario '{scenario.name}' is a dish, not a body")
    if change.population and scenario.population is None:
        raise NotExpressible(f"population: scenario '{scenario.name}' does not describe any")
    if "microglia" in change.deplete and scenario.amyloid is None:
        raise NotExpressible(f"deplete: scenario '{scenario.name}' has no microglia")
    if scenario.genotype and scenario.receptor_species != "human":
        raise NotExpressible(f"genotype: scenario '{scenario.name}' has mouse receptors")
    for product in change.knockin:
        if not nodes_of([product]) & nodes_of(change.knockout):
            raise NotExpressible(
                f"knockin '{product}': the model adds a product only where another one with "
                "its function is knocked out"
            )


def _in_medium(scenario: Scenario, change: Perturbation) -> tuple[Dose, ...]:
    """What is added to a dish, at once."""
    for key in ("dose", "schedule", "route"):
        if getattr(change, key) is not None:
            raise NotExpressible(
                f"{key}: scenario '{scenario.name}' is a dish; use concentration, in g/L"
            )
    amount = change.concentration
    if amount is None:
        amount = scenario.therapy.concentration or 0.0
    day = 0.0 if change.treat_day is None else change.treat_day
    return (Dose(day, amount, MEDIUM),) if amount > 0.0 else ()


def _doses(scenario: Scenario, change: Perturbation) -> tuple[Dose, ...]:
    if scenario.dish is not None:
        return _in_medium(scenario, change)
    if change.concentration is not None:
        raise NotExpressible(
            f"concentration: scenario '{scenario.name}' is no dish; use dose, in g/kg"
        )
    route = change.route or scenario.therapy.route
    doses = parse_schedule(change.schedule or scenario.therapy.schedule, route)
    if change.dose is not None:
        doses = (Dose(doses[0].day, change.dose, route),)
    if change.treat_day is not None:
        shift = change.treat_day - (0.0 if change.schedule else doses[0].day)
        doses = tuple(dataclasses.replace(dose, day=dose.day + shift) for dose in doses)
    return tuple(dose for dose in doses if dose.g_per_kg > 0)


# how an antibody is delivered decides what its dose means, whose receptors there are which can be
# named; what it is comes before its absence
_ORDER = {"antibody.delivery": -1, "receptors": -1, "disease": 1}


def _with_settings(scenario: Scenario, settings: Iterable[tuple[str, Any]]) -> Scenario:
    data = scenario.model_dump()
    settings = expand_variants(scenario, settings)
    ordered = sorted(settings, key=lambda setting: _ORDER.get(setting[0], 0))
    for key, value in ordered:
        if key == "disease":
            if value == "off":
                data["antibody"] = []
                data["immunisation"] = None
                if data["dish"] is not None:
                    data["dish"]["stimulus"] = {}
                    data["dish"]["complexes"]["concentration"] = 0.0
                else:
                    data["cells"]["t_effector"] = 0
            else:
                _choice("disease", str(value), ("on", "off"))
        elif key == "baseline_igg":
            data["baseline_igg"] = _number(key, value, 0.0, 100.0)
        elif key in DISH_KEYS:
            set_contents(data, key, value)
        elif key in OF_BINDING:
            set_binding(data, key, value)
        elif key.startswith("antibody."):
            set_antibody(data, key.removeprefix("antibody."), value)
        elif key.startswith(("parameters.", "genotype.")):
            table, _, name = key.partition(".")
            data[table] = {**data[table], name: value}
        else:
            _set_dotted(data, key, value)
    if any(key.startswith("antibody.") for key, _ in ordered):
        check_antibodies(data)
    return Scenario.from_dict(data, source="set")


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
