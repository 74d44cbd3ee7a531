"""Gene products that can be taken away, contested questions, and comparators."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

HERE = Path(__file__).parent


class Position(BaseModel):
    """One answer to a contested question: the rows it overrides and who holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overrides: dict[str, float] = {}
    sources: list[str]


class Hypothesis(BaseModel):
    """A contested question, its default position and all positions.

    A position named NUMBER stands for any number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    default: str
    positions: dict[str, Position]


class Genotype(BaseModel):
    """What carriers of a genotype differ in: rows of knowledge, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overrides: dict[str, float] = {}
    source: str


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


@cache
def load_hypotheses() -> Mapping[str, Hypothesis]:
    """Contested questions by id."""
    return {
        key: Hypothesis.model_validate(value) for key, value in _read("hypotheses.toml").items()
    }


@cache
def load_genotypes() -> Mapping[str, Genotype]:
    """Genotypes beside those of the Fcγ receptors' affinities, by word."""
    return {key: Genotype.model_validate(value) for key, value in _read("genotypes.toml").items()}


@cache
def load_strains() -> Mapping[str, Genotype]:
    """Strains of mice that differ in anything, by name."""
    return {key: Genotype.model_validate(value) for key, value in _read("strains.toml").items()}


@cache
def _products() -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(nodes) for key, nodes in _read("products.toml").items()}


def product_names() -> tuple[str, ...]:
    """Gene products that a knock-out or a block may name."""
    return tuple(_products())


class Comparator(BaseModel):
    """Another treatment: what an amount means, the usual dose and plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str
    label_dose: float
    plan: str
    acts_on: str
    source: str


@cache
def load_therapies() -> Mapping[str, Comparator]:
    """Comparators by name."""
    return {key: Comparator.model_validate(value) for key, value in _read("therapies.toml").items()}


class Lectin(BaseModel):
    """A type II Fc receptor: the port with its ligand, and the rows and nodes it stands on.

    `channel` is the place in the port where that has several, `half` the row of half occupancy
    (umol/L), `overrides` the rows that hold for cells of a dish with this receptor only, `carried`
    those that hold where it is the sensors' one by a knock-in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: str
    channel: int | None = None
    half: str
    node: str
    overrides: dict[str, float] = {}
    carried: dict[str, float] = {}
    ligand: str
    sources: list[str]


@cache
def load_lectins() -> Mapping[str, Lectin]:
    """Type II Fc receptors by name."""
    return {key: Lectin.model_validate(value) for key, value in _read("lectins.toml").items()}


def nodes_of(products: Iterable[str]) -> frozenset[str]:
    """Model nodes that go when these products are absent."""
    return frozenset(node for product in products for node in _products()[product])
