"""What a run of the page is made of, as links and files say it, and what of it is refused."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator

from ivigabm.errors import InputError, nearest, unknown
from ivigabm.knowledge.preparation import preparation_names
from ivigabm.mechanisms import mechanism_ids, mechanisms
from ivigabm.perturbation import Perturbation, parse
from ivigabm.scenario import Scenario, scenario_names

SIZES = (32, 64, 128, 256)
MOST_SEED = 2**53 - 1  # the largest that JavaScript counts to
MOST_CHANGES = 2000
MOST_DOSE = 5.0  # g/kg by hand, one dose
LAST_STEP = 20_000
ALL = "mechanisms"  # key of a change of all bits
GIVE = "give"
GROUPS = {"group:Fab2": "Fab2", "group:Fc": "Fc"}
_IGNORED = ("version", "t")  # of exported files
_PARCELS = ("autoantibody_parcels", "igg_parcels")  # a resolution, no density

Change = tuple[int, str, StrictBool | float | str]


class Config(BaseModel):
    """Everything that two visitors need to see the same run.

    Attributes
    ----------
    size : sites along each side of the section.
    dose : g/kg once, at the scenario's first day of treatment; None is its own schedule.
    treat_day : day of the first dose; None is the scenario's.
    composition : values of the preparation replaced, such as fc_sialic26.
    mechanisms : bits, one per mechanism in the order of ids; empty: all the preparation can carry.
    log : changes while it ran: (t, key, value), sorted by t.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    scenario: str = "cidp"
    seed: int = Field(default=1, ge=0, le=MOST_SEED, strict=True)
    size: int = Field(default=64, strict=True)
    preparation: str = "ivig"
    dose: float | None = Field(default=None, ge=0.0, le=20.0)
    treat_day: float | None = Field(default=None, ge=-30.0, le=365.0)
    composition: dict[str, float] = Field(default={}, max_length=20)
    mechanisms: str = Field(default="", max_length=1000)
    knockout: tuple[str, ...] = Field(default=(), max_length=20)
    hypothesis: tuple[str, ...] = Field(default=(), max_length=20)
    log: tuple[Change, ...] = Field(default=(), max_length=MOST_CHANGES)

    @field_validator("size")
    @classmethod
    def _known_size(cls, size: int) -> int:
        if size not in SIZES:
            raise ValueError(f"allowed are {', '.join(map(str, SIZES))}")
        return size

    @field_validator("mechanisms")
    @classmethod
    def _bits(cls, bits: str) -> str:
        return check_bits(bits) if bits else bits

    @classmethod
    def read(cls, data: Any, scenarios: Mapping[str, Scenario] | None = None) -> "Config":
        """Settings from what a page sent.

        Parameters
        ----------
        scenarios : allowed beside those that ship with the program.

        Raises
        ------
        InputError : an unknown key, or a value that is not possible.
        """
        if not isinstance(data, Mapping):
            raise InputError("config: an object with settings is expected")
        given = {str(key): value for key, value in data.items() if key not in _IGNORED}
        try:
            config = cls.model_validate(given)
        except ValidationError as error:
            raise InputError(_explain(error)) from None
        known = [*scenario_names(), *(scenarios or ())]
        if config.scenario not in known:
            raise unknown("scenario", config.scenario, known)
        if config.preparation not in preparation_names():
            raise unknown("preparation", config.preparation, preparation_names())
        log = tuple(check_change(*change) for change in config.log)
        bits = config.mechanisms or carried(config.preparation)
        ordered = tuple(sorted(log, key=lambda change: change[0]))
        return config.model_copy(update={"log": ordered, "mechanisms": bits})

    def perturbation(self, scenario: Scenario) -> Perturbation:
        """The treated arm in the words of the evidence language."""
        words: dict[str, Any] = {
            "preparation": self.preparation,
            "dose": self.dose,
            "treat_day": self.treat_day,
            **{f"composition.{name}": value for name, value in self.composition.items()},
            "knockout": list(self.knockout),
            "hypothesis": list(self.hypothesis),
            **_resized(scenario, self.size),
        }
        return parse(words)

    def as_json(self) -> dict[str, Any]:
        """Plain data with all keys."""
        return self.model_dump(mode="json")


def _resized(scenario: Scenario, size: int) -> dict[str, Any]:
    """A larger or smaller tile of the same tissue: density of cells stays, number changes."""
    section = scenario.section
    if (section.width, section.height) == (size, size):
        return {}
    share = size * size / (section.width * section.height)
    words: dict[str, Any] = {"set.section.width": size, "set.section.height": size}
    for kind, count in scenario.cells.model_dump().items():
        if kind not in _PARCELS:
            words[f"set.cells.{kind}"] = round(count * share)
    if scenario.target is not None and scenario.target.place == "blood":
        words["set.target.count_per_agent"] = scenario.target.count_per_agent / share
    return words


def check_bits(bits: str) -> str:
    """Bits as they are.

    Raises
    ------
    InputError : other signs than 0 and 1, or more or fewer than there are mechanisms.
    """
    count = len(mechanism_ids())
    if len(bits) != count or set(bits) - {"0", "1"}:
        raise InputError(f"mechanisms: {count} of 0 and 1 are expected, one per mechanism")
    return bits


def check_change(t: Any, key: Any, value: Any) -> Change:
    """A change as the log has it.

    Raises
    ------
    InputError : a time, key or value that is not possible.
    """
    if isinstance(t, bool) or not isinstance(t, int) or not 0 <= t <= LAST_STEP:
        raise InputError(f"log: found time {t!r}, a step from 0 to {LAST_STEP} is expected")
    if key == GIVE:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"give: found {value!r}, a dose in g/kg is expected")
        if not 0.0 < value <= MOST_DOSE:
            raise InputError(f"give: found {value:g} g/kg, allowed is more than 0 to {MOST_DOSE:g}")
        return t, key, float(value)
    if key == ALL:
        return t, key, check_bits(str(value))
    if key not in GROUPS and key not in mechanism_ids():
        raise unknown("mechanism", str(key), [*mechanism_ids(), *GROUPS, ALL, GIVE])
    if not isinstance(value, bool):
        raise InputError(f"{key}: found {value!r}, true or false is expected")
    return t, key, value


def changed(bits: str, key: str, value: Any) -> str:
    """Bits after a change of mechanisms; as they were after any other."""
    if key == ALL:
        return str(value)
    if key == GIVE:
        return bits
    pathway = GROUPS.get(key)
    new = "1" if value else "0"
    return "".join(
        new if m.id == key or (pathway is not None and m.pathway == pathway) else bit
        for m, bit in zip(mechanisms(), bits, strict=True)
    )


def chosen(bits: str) -> list[str]:
    """Ids of the mechanisms that are on."""
    return [name for name, bit in zip(mechanism_ids(), bits, strict=True) if bit == "1"]


def carried(preparation: str) -> str:
    """Bits of the mechanisms for which any molecule of a preparation has what they need."""
    from ivigabm.build import drug_molecules
    from ivigabm.knowledge import load_preparation

    kinds, _ = drug_molecules(load_preparation(preparation))
    bits = []
    for mechanism in mechanisms():
        some = any if mechanism.either else all
        can = any(some(kind.has(need) > 0.0 for need in mechanism.needs) for kind in kinds)
        bits.append("1" if can else "0")
    return "".join(bits)


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        key = ".".join(str(word) for word in item["loc"]) or "config"
        if item["type"] == "extra_forbidden":
            names = sorted(Config.model_fields)
            lines.append(f"key '{key[:40]}' is not known{nearest(key[:40], names)}")
        else:
            said = item["msg"].removeprefix("Value error, ")
            lines.append(f"{key[:60]}: {said}, found {str(item['input'])[:40]!r}")
    return "config: " + "; ".join(dict.fromkeys(lines[:5]))
