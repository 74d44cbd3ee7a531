"""Options shared by every command that simulates, defined once.

A command takes one parameter `options: Simulation` and is decorated with `simulating`; on the
command line it then has every option below. The options that change what is simulated become
one dictionary in the words of the evidence language (`Simulation.words`), which the same parser
reads as sweep plans and evidence tables: this file decides nothing about their meaning.
"""

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from ivigabm.errors import InputError

Words = dict[str, str | float | bool | list[str]]

_WHAT = "What is simulated"
_HOST = "Patient, disease and mechanisms"
_THERAPY = "Therapy"
_OUTPUT = "Output"


def _option(name: str, text: str, panel: str, **more: Any) -> Any:
    return typer.Option(name, help=text, rich_help_panel=panel, **more)


def _list(name: str, text: str, panel: str = _HOST) -> Any:
    return _option(name, text, panel, metavar="NAME,…")


POSTERIOR = _option(
    "--posterior",
    "Run over N draws of the calibrated parameters: intervals then hold their uncertainty.",
    _WHAT,
    metavar="N",
    min=0,
)


def draws(count: int) -> list[dict[str, float]]:
    """Values of the calibrated parameters for `--posterior N`; none for 0.

    Raises
    ------
    InputError : one draw, which holds no uncertainty.
    """
    if not count:
        return []
    from ivigabm.experiments.calibration import read_posterior

    return read_posterior().draws(count)


@dataclass(frozen=True)
class Simulation:
    """The shared options as given on the command line, not yet interpreted."""

    seed: Annotated[int, _option("--seed", "First seed.", _WHAT, min=0)] = 1
    replicates: Annotated[int, _option("--replicates", "Number of seeds to run.", _WHAT, min=1)] = 4
    days: Annotated[
        float | None, _option("--days", "Days to simulate; otherwise the scenario's.", _WHAT)
    ] = None
    workers: Annotated[int, _option("--workers", "Processes to use.", _WHAT, min=1)] = 1
    posterior: Annotated[int, POSTERIOR] = 0

    preparation: Annotated[
        str | None,
        _option("--preparation", "Preparation, or a mixture as fab2:0.67,fc:0.33.", _THERAPY),
    ] = None
    dose: Annotated[
        float | None, _option("--dose", "One infusion, g/kg.", _THERAPY, metavar="G_PER_KG")
    ] = None
    schedule: Annotated[
        str | None,
        _option(
            "--schedule",
            "Plan such as 0:2,21:1x7/21 (seven doses from day 21).",
            _THERAPY,
            metavar="PLAN",
        ),
    ] = None
    treat_day: Annotated[float | None, _option("--treat-day", "First dose.", _THERAPY)] = None
    route: Annotated[str | None, _option("--route", "iv, sc or ip.", _THERAPY)] = None
    concentration: Annotated[
        float | None,
        _option("--concentration", "In a dish, g/L.", _THERAPY, metavar="G_PER_L"),
    ] = None
    therapy: Annotated[
        list[str] | None,
        _option("--therapy", "A comparator. Repeatable.", _THERAPY, metavar="NAME@PLAN"),
    ] = None
    no_ivig: Annotated[bool, _option("--no-ivig", "No therapeutic IgG at all.", _THERAPY)] = False

    only: Annotated[list[str] | None, _list("--only", "Mechanisms that act: ids, or fab2, fc.")] = (
        None
    )
    without: Annotated[
        list[str] | None, _list("--without", "Mechanisms switched off: ids, or fab2, fc.")
    ] = None
    knockout: Annotated[list[str] | None, _list("--knockout", "Gene products taken out.")] = None
    deplete: Annotated[list[str] | None, _list("--deplete", "Cell kinds taken out.")] = None
    block: Annotated[
        list[str] | None, _list("--block", "Products blocked: NAME or NAME:SHARE.")
    ] = None
    hypothesis: Annotated[
        list[str] | None, _list("--hypothesis", "Contested biology, as ID:POSITION.")
    ] = None
    population: Annotated[
        bool,
        _option("--population", "Each seed is one individual of the population.", _HOST),
    ] = False
    set: Annotated[
        list[str] | None,
        _option("--set", "Change any scenario key. Repeatable.", _HOST, metavar="KEY=VALUE"),
    ] = None

    out: Annotated[
        Path | None,
        _option("--out", "Folder for tables, manifest and report.", _OUTPUT, metavar="DIR"),
    ] = None
    json: Annotated[bool, _option("--json", "One JSON object on stdout.", _OUTPUT)] = False

    def __post_init__(self) -> None:
        for name in ("days", "dose", "treat_day", "concentration"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise InputError(f"{_flag(name)}: found {value}; a finite number is expected")
        if self.days is not None and self.days <= 0:
            raise InputError(f"--days: found {self.days:g}; more than 0 is expected")

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds to run, in order."""
        return tuple(range(self.seed, self.seed + self.replicates))

    def words(self) -> Words:
        """What the options change, in the words of the evidence language.

        Options not given are absent. `--set KEY=VALUE` is the word `set.KEY`.

        Raises
        ------
        InputError : a value that cannot be read, or `--no-ivig` beside a word about the IgG.
        """
        words: Words = {}
        for name in ("preparation", "dose", "schedule", "treat_day", "route", "concentration"):
            if (value := getattr(self, name)) is not None:
                words[name] = value
        if self.no_ivig:
            if words:
                raise InputError(f"--no-ivig and {_flag(next(iter(words)))} exclude each other")
            words["no_ivig"] = True
        for name in ("only", "without", "knockout", "deplete", "block", "hypothesis"):
            if (given := getattr(self, name)) is not None:
                words[name] = _split(name, given)
        if self.population:
            words["population"] = "on"
        if self.therapy:
            words["therapy"] = list(self.therapy)  # a plan may hold commas itself
        return words | dict(_assignment(text) for text in self.set or ())


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _split(name: str, given: list[str]) -> list[str]:
    items = [item.strip() for text in given for item in text.split(",")]
    if not all(items):
        raise InputError(f"{_flag(name)}: found an empty name in '{','.join(given)}'")
    return items


def _assignment(text: str) -> tuple[str, str]:
    key, sign, value = (word.strip() for word in text.partition("="))
    if not (key and sign and value):
        raise InputError(f"--set: found '{text}'; KEY=VALUE is expected, such as section.width=32")
    return f"set.{key}", value


def simulating(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, in place of its parameter `options: Simulation`, every shared option."""
    own = inspect.signature(command)
    shared = get_type_hints(Simulation, include_extras=True)
    names = {field.name: field.default for field in fields(Simulation)}

    @functools.wraps(command)
    def wrapper(**given: Any) -> None:
        options = Simulation(**{name: given.pop(name) for name in names})
        command(**given, options=options)

    parameters = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in own.parameters.values()
        if parameter.name != "options"
    ] + [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=shared[name]
        )
        for name, default in names.items()
    ]
    # typer reads both the signature and the annotations of what it is given
    wrapper.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": None}
    return wrapper
