"""The base of every part of a scenario file, and the kinds of number that stand in one."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Quantity = Annotated[float, Field(ge=0)] | str  # a number, or the name of a knowledge row
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Part(BaseModel):
    """Base of all parts of a scenario: frozen, finite numbers, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
