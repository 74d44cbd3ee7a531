"""Preparations: what an infused product is made of, from TOML.

A preparation is a composition and nothing else: what it does follows from its binding. One
table per preparation; `base` takes every value that is not given from another one. Users write
their own file, with the same keys at top level:

    base = "ivig"
    dimer = 0.2
    source = "our lot 7, HPLC"

`[NAME.when."HYPOTHESIS:POSITION"]` holds values that are true only in that state of the world.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ivigabm.errors import InputError, nearest, unknown
from ivigabm.knowledge.tables import FOLDER

Fragment = Literal["intact", "fab2", "fab", "fc", "fc_multimer", "albumin"]

SUBCLASSES = ("igg1", "igg2", "igg3", "igg4")
FC_FIELDS = ("n297_glycan", "fc_galactose", "fc_fucose", "fc_sialic26")
SPECIFICITIES = (
    "anti_idiotype", "anti_cytokine", "anti_fas", "anti_siglec", "anti_anaphylatoxin",
    "anti_adhesion", "anti_ige", "anti_abeta", "anti_target",
    "anti_granule",
)  # fmt: skip
COMPOSITION = (
    *SUBCLASSES, "igm", "dimer", "multimer_valency", *FC_FIELDS, "fab_sialic", *SPECIFICITIES,
)  # fmt: skip

_FILE = "preparations.toml"
_OWN = ("status", "source", "note")  # said of one preparation, never taken from its base
_SUM_TOLERANCE = 1e-6


def _share() -> Any:
    return Field(default=0.0, ge=0.0, le=1.0, strict=True, allow_inf_nan=False)


class Preparation(BaseModel):
    """Composition of a product. All shares are 0 to 1.

    `igg1` to `igg4` are shares of the IgG mass and sum to 1; `igm` is the share of the whole
    protein that is IgM, the rest is IgG. `dimer` is the share of IgG in idiotype dimers.
    `n297_glycan` is the share of Fc with its glycan; `fc_galactose` (of arms), `fc_fucose` and
    `fc_sialic26` (disialylated, alpha2,6) are shares of those glycans. `fab_sialic` is the
    share of molecules with a sialylated Fab glycan, `anti_*` with that specificity.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    fragment: Fragment = "intact"
    igg1: float = _share()
    igg2: float = _share()
    igg3: float = _share()
    igg4: float = _share()
    igm: float = _share()
    dimer: float = _share()
    multimer_valency: int = Field(default=1, ge=1, le=60)
    n297_glycan: float = _share()
    fc_galactose: float = _share()
    fc_fucose: float = _share()
    fc_sialic26: float = _share()
    fab_sialic: float = _share()
    anti_idiotype: float = _share()
    anti_cytokine: float = _share()
    anti_fas: float = _share()
    anti_siglec: float = _share()
    anti_anaphylatoxin: float = _share()
    anti_adhesion: float = _share()
    anti_ige: float = _share()
    anti_abeta: float = _share()
    anti_target: float = _share()
    anti_granule: float = _share()
    status: Literal["measured", "calibrated", "assumed"] = "assumed"
    source: str = Field(min_length=1)
    note: str = ""

    @property
    def has_fc(self) -> bool:
        """Whether the molecule has an Fc part."""
        return self.fragment in ("intact", "fc", "fc_multimer")

    @property
    def has_fab(self) -> bool:
        """Whether the molecule has antigen-binding arms."""
        return self.fragment in ("intact", "fab2", "fab")

    @property
    def subclasses(self) -> dict[str, float]:
        """Subclass, as `IgG1`, -> share of the IgG mass."""
        return {f"IgG{name[-1]}": getattr(self, name) for name in SUBCLASSES}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(getattr(self, name) for name in SUBCLASSES)
        wanted = 0.0 if self.fragment == "albumin" else 1.0
        if abs(total - wanted) > _SUM_TOLERANCE:
            raise ValueError(f"igg1 to igg4 sum to {total:g}, must be {wanted:g}")
        absent: tuple[str, ...] = () if self.has_fc else FC_FIELDS
        absent += () if self.has_fab else ("fab_sialic", *SPECIFICITIES)
        absent += () if self.fragment == "intact" else ("igm",)
        for name in absent:
            if getattr(self, name) > 0.0:
                raise ValueError(f"{name} is {getattr(self, name):g}, but {self.fragment} has none")
        if (self.multimer_valency > 1) != (self.fragment == "fc_multimer"):
            raise ValueError(
                f"multimer_valency is {self.multimer_valency} with fragment '{self.fragment}'; "
                "above 1 is for fc_multimer, and only for it"
            )
        return self

    def changed(self, values: Mapping[str, float]) -> "Preparation":
        """This preparation with some composition values replaced.

        The subclasses that are not named shrink or grow together, so that all still sum to 1.

        Raises
        ------
        InputError : a key is no composition value, or the result is no possible composition.
        """
        for key in values:
            if key not in COMPOSITION:
                raise unknown("composition value", key, COMPOSITION)
        fixed = [key for key in SUBCLASSES if key in values]
        new: dict[str, float] = dict(values)
        if fixed:
            free = [key for key in SUBCLASSES if key not in fixed]
            room = 1.0 - sum(float(values[key]) for key in fixed)
            held = sum(getattr(self, key) for key in free)
            if room < -_SUM_TOLERANCE or (room > _SUM_TOLERANCE and held == 0.0):
                raise InputError(
                    f"preparation '{self.name}': {', '.join(fixed)} leave {room:g} of the IgG "
                    "for the other subclasses"
                )
            for key in free:
                new[key] = getattr(self, key) * max(room, 0.0) / held if held > 0.0 else 0.0
        origin = {
            "status": "assumed",
            "source": f"{self.source}; set by the user: {', '.join(values)}",
        }
        return _build({**self.model_dump(), **new, **origin}, "composition", self.name)


def _build(values: Mapping[str, Any], file: str, name: str) -> Preparation:
    """A checked preparation, or one readable message naming file, key and what was found."""
    try:
        return Preparation(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            text = f"key '{key}' is not known{nearest(key, Preparation.model_fields)}"
        elif key:
            text = f"{key} is {first['input']!r}: {first['msg']}"
            if first["type"] == "missing":
                text = f"key '{key}' is missing"
        else:
            text = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{file}, preparation '{name}': {text}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not valid TOML ({error})") from None


@cache
def _built_in() -> dict[str, dict[str, Any]]:
    return _read(FOLDER / _FILE)


def preparation_names() -> tuple[str, ...]:
    """Names of the preparations that come with the package, in file order."""
    return tuple(_built_in())


def _merged(own: Mapping[str, Any], name: str, world: Mapping[str, str]) -> dict[str, Any]:
    """Values of a table over those of its bases, with what holds in this state of the world."""
    values: dict[str, Any] = {}
    if "base" in own:
        base = str(own["base"])
        if base not in _built_in():
            raise unknown(f"preparation '{name}': base", base, preparation_names())
        inherited = _merged(_built_in()[base], base, world)
        values = {key: value for key, value in inherited.items() if key not in _OWN}
    values.update({key: value for key, value in own.items() if key not in ("base", "when")})
    for state, changes in _states(own, name):
        hypothesis, _, position = state.partition(":")
        if world.get(hypothesis) == position:
            values.update(changes)
    return values


def _states(own: Mapping[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """The `when` tables, their keys checked whether or not their state of the world holds."""
    tables = own.get("when", {})
    nested = isinstance(tables, dict) and all(isinstance(t, dict) for t in tables.values())
    if not nested or not all(":" in state for state in tables):
        raise InputError(f"preparation '{name}': 'when' holds tables named \"hypothesis:position\"")
    for changes in tables.values():
        for key in changes:
            if key not in (*COMPOSITION, *_OWN):
                raise unknown(f"preparation '{name}', when: key", key, (*COMPOSITION, *_OWN))
    return list(tables.items())


def load_preparation(
    name_or_path: str | Path, hypotheses: Mapping[str, str] | None = None
) -> Preparation:
    """A preparation by its name, or from a user's TOML file.

    Parameters
    ----------
    name_or_path : a name of `preparation_names()`, or a path that ends in `.toml`.
    hypotheses : hypothesis -> position, for values that hang on one (`sna_enrichment`).

    Raises
    ------
    InputError : unknown name, unreadable file, unknown key, or an impossible composition.
    """
    text = str(name_or_path)
    if text.endswith(".toml"):
        path = Path(text)
        own, name, file = {"source": f"user's file {path.name}", **_read(path)}, path.stem, text
    elif text in _built_in():
        own, name, file = _built_in()[text], text, _FILE
    else:
        raise unknown("preparation", text, preparation_names())
    values = _merged(own, name, hypotheses or {})
    values["name"] = name
    return _build(values, file, name)
