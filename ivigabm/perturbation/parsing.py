"""The words of a change and their one parser: command line, files, Python, evidence table."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ivigabm.antibody_words import KEYS as ANTIBODY_KEYS
from ivigabm.dish_words import KEYS as DISH_KEYS
from ivigabm.dish_words import OF_BINDING, read_amounts
from ivigabm.errors import InputError, NotExpressible, nearest, shortened, unknown
from ivigabm.gifts import PREFIX as DONOR
from ivigabm.gifts import TRANSFER, parse_gifts, parse_transfer
from ivigabm.knowledge import load_hypotheses, product_names
from ivigabm.knowledge.preparation import COMPOSITION
from ivigabm.mechanisms import expand as expand_mechanisms
from ivigabm.perturbation.change import Perturbation
from ivigabm.perturbation.schedules import ROUTES, parse_courses, parse_schedule
from ivigabm.variants import KEYS as VARIANT_KEYS
from ivigabm.variants import of_genotype
from ivigabm.words import PROXY_SPECIES, STRAINS, choice, listed, mixture, number, words

Value = TypeVar("Value")
COMPOSITION_KEYS = tuple(f"composition.{name}" for name in COMPOSITION)
THERAPY_KEYS = (
    "preparation", "dose", "dose_basis", "schedule", "treat_day", "route", "concentration",
    "therapy", "give", "transfer",
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
    "t_cell", "t_naive", "t_effector", "treg", "spleen", "microglia", "platelet", "red_cell",
    "lymphocyte", "monocyte",
)  # fmt: skip
BASES = ("mass", "molar")
SPECIES = ("human", "mouse")  # with tables of their own
STRAIN, PROXY = "strain", "mouse"  # whose numbers stand for other animals
_ALL_SPECIES = (*SPECIES, *PROXY_SPECIES)
_SWITCHES = ("no_ivig", "population")
DEFAULT_BLOCK = 0.95  # share of function that a blocking antibody takes, unless said


def _setting(text: str) -> tuple[str, Any]:
    key, sign, raw = text.partition("=")
    if not sign or not key.strip():
        raise InputError(f"set: found '{shortened(text)}', expected dotted.key=value")
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
    name, sign, share = word.partition(":")
    value = number(f"block {name}", share, 0.0, 1.0) if sign else DEFAULT_BLOCK
    return choice("block", name, product_names()), value


def _position(word: str) -> tuple[str, str]:
    name, sign, position = word.partition(":")
    hypotheses = load_hypotheses()
    choice("hypothesis", name, hypotheses)
    allowed = hypotheses[name].positions
    if sign and position not in allowed and "NUMBER" in allowed:
        return name, f"{number(f'hypothesis {name}', position, 0.0, 1.0):g}"
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
    for key in options:
        if not _known(key):
            raise _no_key(key)
    given = {k: v for k, v in options.items() if v is not None and v != []}
    given = {k: v for k, v in given.items() if not (k in _SWITCHES and v is False)}
    settings: list[tuple[str, Any]] = []
    values: dict[str, Any] = {}
    met = {k: v for k, v in given.items() if k.startswith(DONOR)}
    if met:
        values["donor"] = _donor(met, TRANSFER in given)
    for key, value in given.items():
        if key == "no_ivig":
            values[key] = _choice_of_switch(key, value)
        elif key == "set":
            settings += [_setting(text) for text in words(key, value)]
        elif key.startswith("set."):
            settings.append((key[4:], _plain(value) if isinstance(value, str) else value))
        elif key == "preparation" and value == NONE:
            values["no_ivig"] = True
        elif key in COMPOSITION_KEYS:
            part = (key.removeprefix("composition."), number(key, value, 0.0, 60.0))
            values["composition"] = (*values.get("composition", ()), part)
        elif key in met:
            continue
        elif key in THERAPY_KEYS:
            values[key] = _therapy(key, value)
        else:
            name, read = _world(key, value)
            if name == "settings":
                settings += read
            elif name == "proxies":
                values[name] = (*values.get(name, ()), read)
                settings.append((key, read) if key == STRAIN else ("species", PROXY))
            else:
                values[name] = read
    if "concentration" in values and {"schedule", "dose", "route"} & set(values):
        raise InputError("concentration is for a dish; dose, schedule and route are for a body")
    if "schedule" in values and "dose" in values:
        raise InputError("dose and schedule are both given; a schedule holds its own doses")
    return Perturbation(**values, settings=tuple(settings))


def _known(key: str) -> bool:
    """Whether a key is one of the language; of a donor's, its own parser says it."""
    return key in (*THERAPY_KEYS, *WORLD_KEYS, "no_ivig", "set") or key.startswith(("set.", DONOR))


def _no_key(key: str) -> InputError:
    """The error for a key that does not exist."""
    keys = (*THERAPY_KEYS, *WORLD_KEYS)
    return InputError(
        f"key '{shortened(key)}' is not known{nearest(key, keys)} "
        f"(allowed: {', '.join(sorted(keys))}, no_ivig, set.KEY, {DONOR}KEY)"
    )


def _choice_of_switch(key: str, value: Any) -> bool:
    """`on` or `off`, or a truth value."""
    if isinstance(value, bool):
        return value
    return choice(key, str(value), ("on", "off")) == "on"


def _once(key: str, pairs: Iterable[tuple[str, Value]]) -> tuple[tuple[str, Value], ...]:
    """Pairs whose names stand once, or say the same again."""
    found: dict[str, Value] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise InputError(f"{key}: {name} is said to be {found[name]} and {value}")
    return tuple(found.items())


def _donor(met: Mapping[str, Any], is_transfer: bool) -> Perturbation:
    """What `transfer.KEY` says of donor or cells, in the same words as for a host."""
    first = next(iter(met))
    if not is_transfer:
        raise InputError(f"{first}: given without {TRANSFER}=CELL:NUMBER")
    words = {key.removeprefix(DONOR): value for key, value in met.items()}
    if any((key + ".").startswith(DONOR) for key in words):
        raise InputError(f"{first}: a donor has no donor of its own")
    try:
        found = parse(words)
    except InputError as error:
        raise type(error)(f"{DONOR}{error}") from None
    treated = found.preparation is not None
    if found.concentration is not None and not treated:
        raise InputError(f"{DONOR}concentration: given without {DONOR}preparation")
    return found if treated else dataclasses.replace(found, no_ivig=True)


def dose_of(value: Any) -> float:
    """A dose in g/kg that one can give.

    Raises
    ------
    InputError : no number, or none from 0 to 20.
    """
    return number("dose (g/kg)", value, 0.0, 20.0)


def _therapy(key: str, value: Any) -> Any:
    if key == "preparation":
        mixture(str(value))
        return str(value)
    if key == "dose_basis":
        return choice(key, str(value), BASES)
    if key == "dose":
        return dose_of(value)
    if key == "concentration":
        return number("concentration (g/L)", value, 0.0, 200.0)
    if key == "treat_day":
        return number("treat_day", value, -365.0, 3650.0)
    if key == "therapy":
        return parse_courses(value)
    if key == "give":
        return parse_gifts(key, value)
    if key == TRANSFER:
        return parse_transfer(value)
    if key == "route":
        return choice(key, str(value), ROUTES)
    for dose in parse_schedule(str(value)):
        dose_of(dose.g_per_kg)
    return str(value)


def _world(key: str, value: Any) -> tuple[str, Any]:
    if key in {"only", "without"}:
        try:
            return key, expand_mechanisms(words(key, value), key)
        except InputError as error:
            raise NotExpressible(str(error)) from None
    if key in {"knockout", "knockin"}:
        return key, tuple(choice(key, word, product_names()) for word in words(key, value))
    if key == "deplete":
        return key, tuple(choice(key, word, CELL_KINDS) for word in words(key, value))
    if key == "block":
        return key, _once(key, (_block(word) for word in words(key, value)))
    if key == "hypothesis":
        return key, _once(key, (_position(word) for word in words(key, value)))
    if key == STRAIN or (key == "species" and str(value) not in SPECIES):
        return "proxies", choice(key, str(value), STRAINS if key == STRAIN else _ALL_SPECIES)
    if key in DISH_KEYS:
        read_amounts(key, listed(key, value) if not isinstance(value, str) else value)
    if key == "receptors":
        choice(key, str(value), SPECIES)
    if key == "population":
        return key, _choice_of_switch(key, value)
    if key == "genotype":
        return "settings", [pair for word in words(key, value) for pair in of_genotype(word)]
    return "settings", [(key, value)]
