"""Lessons: a preset, a question to bet on, and the direction that the model gives."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ivigabm.app.settings import Config, carried
from ivigabm.app.twin_model import TwinModel
from ivigabm.mechanisms import expand, mechanism_ids
from ivigabm.outcomes import CONTROL, TREATED

Direction = Literal["rise", "fall", "same"]
_SAME = 0.02  # of the value compared with: less than this is no change that a chart shows


class Lesson(BaseModel):
    """One lesson.

    Attributes
    ----------
    only : mechanisms that are on; empty: all that the preparation can carry.
    until : step at which the bet is settled.
    compare : with the untreated arm then, or with the treated arm at the start.
    hidden : toggles stay hidden until the bet is made.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    text: list[str]
    tries: list[str] = Field(alias="try")
    question: str
    outcome: str
    expected: Direction
    answer: str
    config: dict[str, Any]
    only: list[str] = []
    until: int = Field(ge=1, le=2000)
    compare: Literal["control", "start"] = "control"
    hidden: bool = False

    def settings(self) -> Config:
        """The preset as settings of a run."""
        config = Config.read(self.config)
        if not self.only:
            return config
        on = set(expand(self.only))
        can = carried(config.preparation)
        bits = "".join(
            bit if name in on else "0" for name, bit in zip(mechanism_ids(), can, strict=True)
        )
        return config.model_copy(update={"mechanisms": bits})

    def as_json(self) -> dict[str, Any]:
        """Plain data for the page."""
        data = self.model_dump(by_alias=True)
        del data["only"]
        return data | {"config": self.settings().as_json()}

    def outcome_of(self, seed: int) -> Direction:
        """How the bet ends for one patient."""
        twin = TwinModel(self.settings().model_copy(update={"seed": seed}), watch=False)
        before = twin.values()[TREATED][self.outcome]
        while twin.t < self.until:
            twin.step()
        if self.compare == "control":
            before = twin.values()[CONTROL][self.outcome]
        return direction(before, twin.values()[TREATED][self.outcome])


def direction(before: float, after: float) -> Direction:
    """Whether a value rose, fell or stayed, as one would say looking at a chart."""
    change = after - before
    if abs(change) <= _SAME * abs(before):
        return "same"
    return "rise" if change > 0.0 else "fall"


@cache
def load_lessons() -> tuple[Lesson, ...]:
    """All lessons, in teaching order."""
    file = Path(__file__).parent / "lessons.toml"
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["lesson"]
    return tuple(Lesson.model_validate(row) for row in rows)
