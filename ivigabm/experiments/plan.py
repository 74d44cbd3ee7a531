"""A sweep plan: a TOML file that says what is varied, read and checked before anything runs.

The keys below `[vary]` and `[fix]` are the words of the command line, or any key of the scenario
(`section.width`, `parameters.NAME`); `scenario` and `days` may be varied as well.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ivigabm.errors import InputError, unknown
from ivigabm.experiments import designs
from ivigabm.experiments.runner import Arm
from ivigabm.knowledge.parameters import ParameterSet
from ivigabm.knowledge.receptors import receptor_copies
from ivigabm.perturbation import THERAPY_KEYS, WORLD_KEYS, parse, resolve
from ivigabm.scenario import Scenario

DESIGNS = ("grid", "latin-hypercube", "factorial", "fractional-factorial")
KEYS = (
    "scenario", "replicates", "seeds", "days", "design", "samples", "resolution", "design_seed",
    "vary", "fix",
)  # fmt: skip
_WORDS = (*THERAPY_KEYS, *WORLD_KEYS, "no_ivig")
_OPEN = ("parameters.", "genotype.", "antibody.")  # their names are checked where they are used
_OWN = ("scenario", "days")  # keys of the plan itself that may be varied

Point = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """One point of the design: the arm and its untreated twin."""

    point: Point
    arm: Arm
    control: Arm


@dataclass(frozen=True)
class Plan:
    """What a sweep does.

    Attributes
    ----------
    samples : points of a Latin hypercube. resolution : of a fractional factorial.
    vary : key -> levels, or [low, high] of a number in a Latin hypercube.
    fix : key -> value, for all runs.
    source : how messages name the plan; text : the file as it stands.
    """

    scenario: str
    vary: Mapping[str, list[Any]]
    fix: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = (1, 2, 3, 4)
    days: float | None = None
    design: str = "grid"
    samples: int = 0
    resolution: int = 4
    design_seed: int = 1
    source: str = "plan"
    text: str = ""

    @classmethod
    def load(cls, path: Path | str) -> "Plan":
        """Read a plan file.

        Raises
        ------
        InputError : no such file, not TOML, or a key or value that is not allowed.
        """
        file = Path(path)
        try:
            text = file.read_text(encoding="utf-8")
            data = tomllib.loads(text)
        except OSError as error:
            raise InputError(f"plan '{file}' cannot be read: {error.strerror}") from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"{file}: cannot be read as TOML: {error}") from None
        return cls.from_dict(data, str(file), text)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], source: str = "plan", text: str = "") -> "Plan":
        """Build from plain data, with the keys of a plan file.

        Raises
        ------
        InputError : a key or value that is not allowed.
        """
        try:
            plan = cls(**_fields(data), source=source, text=text)
            plan._check()
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
        return plan

    def points(self) -> list[Point]:
        """The combinations of the varied keys, in order."""
        names, levels = list(self.vary), list(self.vary.values())
        if self.design == "latin-hypercube":
            shares = designs.latin_hypercube(len(names), self.samples, self.design_seed)
            return [
                {name: self._at(name, float(u)) for name, u in zip(names, row, strict=True)}
                for row in shares
            ]
        if self.design == "fractional-factorial":
            numbers = designs.fractional_factorial(len(names), self.resolution)
        else:
            numbers = designs.grid([len(values) for values in levels])
        return [
            {name: values[i] for name, values, i in zip(names, levels, row, strict=True)}
            for row in numbers
        ]

    def pairs(self) -> list[Pair]:
        """The arms of every point, treated and untreated.

        Raises
        ------
        InputError : a point does not fit its scenario.
        """
        try:
            points = self.points()
        except InputError as error:
            raise InputError(f"{self.source}: {error}") from None
        pairs = []
        for number, point in enumerate(points):
            try:
                pairs.append(self._pair(number, point))
            except InputError as error:
                raise InputError(f"{self.source}: at {label(point)}: {error}") from None
        return pairs

    def aliases(self) -> list[str]:
        """How the factors of a fraction are made of each other; empty for other designs."""
        if self.design != "fractional-factorial":
            return []
        return designs.generators(list(self.vary), self.resolution)

    def _pair(self, number: int, point: Point) -> Pair:
        words = {**self.fix, **point}
        scenario = self._scenario(str(words.pop("scenario", self.scenario)))
        days = float(words.pop("days", self.days or scenario.days))
        change = parse({self._word(key, scenario): given(value) for key, value in words.items()})
        treated, control = resolve(scenario, change), resolve(scenario, change.without_therapy())
        _refuse_unknown(treated.scenario)
        return Pair(
            point, Arm(f"{number}", treated, days), Arm(f"{number} untreated", control, days)
        )

    def _scenario(self, name: str) -> Scenario:
        beside = Path(self.source).parent / name
        return _load(str(beside) if name.endswith(".toml") and beside.is_file() else name)

    def _word(self, key: str, scenario: Scenario) -> str:
        """The key in the words of the parser; a key of the scenario is a setting."""
        if key in _WORDS or key.startswith("set."):
            return key
        known = dotted(scenario.model_dump())
        if key in known or key.startswith(_OPEN):
            return f"set.{key}"
        raise unknown("key", key, {*_WORDS, *_OWN, *known})

    def _at(self, name: str, share: float) -> Any:
        """The value of a factor at a share in [0, 1) of its range."""
        levels = self.vary[name]
        if not _is_range(levels):
            return levels[int(share * len(levels))]
        low, high = levels
        present = dotted(self._scenario(self.scenario).model_dump()).get(name.removeprefix("set."))
        if isinstance(present, int) and not isinstance(present, bool):
            return int(low) + int(share * (int(high) - int(low) + 1))
        return float(low + share * (high - low))

    def _check(self) -> None:
        """Everything that can be wrong without looking at combinations."""
        if self.design not in DESIGNS:
            raise unknown("design", self.design, DESIGNS)
        scenario = self._scenario(self.scenario)
        for key in (*self.vary, *self.fix):
            if key in self.vary and key in self.fix:
                raise InputError(f"key '{key}' stands in [vary] and in [fix]")
        for key, value in self.fix.items():
            self._try(f"[fix] {key}", key, value, scenario)
        for key, levels in self.vary.items():
            self._check_levels(key, levels)
            for level in levels:
                self._try(f"[vary] {key}", key, level, scenario)

    def _check_levels(self, key: str, levels: Any) -> None:
        if not isinstance(levels, list) or not levels:
            raise InputError(f"[vary] {key}: found {levels!r}, a list of values is expected")
        if self.design == "fractional-factorial" and len(levels) != 2:
            raise InputError(f"[vary] {key}: {len(levels)} levels, this design takes 2 of each key")
        if self.design == "latin-hypercube" and _is_range(levels) and levels[0] >= levels[1]:
            raise InputError(f"[vary] {key}: {levels} is no range [low, high]")

    def _try(self, where: str, key: str, value: Any, scenario: Scenario) -> None:
        """Read one value by itself, so that a message can say which one is wrong."""
        try:
            if key == "scenario":
                self._scenario(str(value))
            elif key == "days":
                _positive("days", value)
            else:
                change = parse({self._word(key, scenario): given(value)})
                if not self._varies_scenario():
                    resolve(scenario, change)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None

    def _varies_scenario(self) -> bool:
        return "scenario" in self.vary or "scenario" in self.fix


def _refuse_unknown(scenario: Scenario) -> None:
    """Names that only the tables of knowledge can check, before anything is simulated."""
    ParameterSet(scenario.species, scenario.parameters)
    if scenario.genotype:
        receptor_copies(scenario.species, "macrophage", scenario.genotype)


@cache
def _load(name: str) -> Scenario:
    return Scenario.load(name)


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the fields of a plan, each of its type."""
    for key in data:
        if key not in KEYS:
            raise unknown("key", key, KEYS)
    for key in ("scenario", "vary"):
        if key not in data:
            raise InputError(f"key '{key}' is missing")
    for key in ("vary", "fix"):
        if not isinstance(data.get(key, {}), Mapping):
            raise InputError(f"[{key}]: found {data[key]!r}, a table is expected")
    fields: dict[str, Any] = {
        "scenario": str(data["scenario"]),
        "vary": dotted(data["vary"]),
        "fix": dotted(data.get("fix", {})),
        "seeds": _seeds(data),
        "design": str(data.get("design", "grid")),
    }
    if "days" in data:
        fields["days"] = _positive("days", data["days"])
    for key in ("resolution", "design_seed", "samples"):
        if key in data:
            fields[key] = _whole(key, data[key], 1)
    if fields["design"] == "latin-hypercube" and "samples" not in data:
        raise InputError("key 'samples' is missing; a latin-hypercube needs it")
    return fields


def _seeds(data: Mapping[str, Any]) -> tuple[int, ...]:
    if "seeds" not in data:
        return tuple(range(1, 1 + _whole("replicates", data.get("replicates", 4), 1)))
    if "replicates" in data:
        raise InputError("seeds and replicates are both given; one of them is enough")
    seeds = data["seeds"]
    if not isinstance(seeds, list) or not seeds:
        raise InputError(f"seeds: found {seeds!r}, a list of whole numbers is expected")
    if len(set(map(str, seeds))) < len(seeds):
        raise InputError(f"seeds: a seed stands twice in {seeds}")
    return tuple(_whole("seeds", seed, 0) for seed in seeds)


def _whole(key: str, value: Any, low: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise InputError(f"{key}: found {value!r}, a whole number of at least {low} is expected")
    return value


def _positive(key: str, value: Any) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
    if not 0 < number < 1e5:
        raise InputError(f"{key}: found {value!r}, a number above 0 is expected")
    return float(number)


def _is_range(levels: list[Any]) -> bool:
    return len(levels) == 2 and all(
        isinstance(level, int | float) and not isinstance(level, bool) for level in levels
    )


def dotted(data: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested tables as one, with keys such as `section.width`."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            found |= dotted(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = value
    return found


def given(value: Any) -> Any:
    """A level for the parser; an empty one leaves its key out."""
    return None if value in ("", []) else value


def label(point: Mapping[str, Any]) -> str:
    """The values of a point in words."""
    return ", ".join(f"{key} = {plain(value)}" for key, value in point.items()) or "its only point"


def plain(value: Any) -> Any:
    """A level as the value of a table's cell; lists as comma-separated words."""
    return ",".join(map(str, value)) if isinstance(value, list) else value
