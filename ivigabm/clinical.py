"""How the clinic reads the target, and how individuals differ: parts of a scenario file."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ivigabm.schema import Part, Quantity

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]  # by which readouts name a scale


class Clinical(Part):
    """How the clinic reads the target's function f (0..1): a piecewise linear map."""

    measure: str
    unit: str
    better: Literal["higher", "lower"]
    scale: list[tuple[float, float]]  # (f, score), f rising
    reads: Word | None = None

    @model_validator(mode="after")
    def _rises(self) -> "Clinical":
        f = [point[0] for point in self.scale]
        if len(f) < 2 or any(b <= a for a, b in pairwise(f)):
            raise ValueError("scale needs at least two points with rising f")
        return self


class Scale(Clinical):
    """One more reading of the same target beside the clinical score.

    `of` says what the map takes in place of the function: `conducting` is the function of what
    is not lost for good (conduction block without axon loss); `improvement` the function's gain
    since day 0, from -1 to 1.
    """

    reads: Word
    of: Literal["function", "conducting", "improvement"] = "function"
    reading: Quantity = 0.0  # in a population, sd of the error of one reading, points
    reading_share: Quantity = 0.0  # the same as a share of the scale; both add up
    whole: bool = False  # written in whole points
    source: str = ""  # where the map comes from


class Population(Part):
    """How individuals differ from the typical one, and how unsurely their score is read."""

    severity: Quantity = "population.severity"  # log sd of the density of bound antibody
    occupancy: Quantity = "population.occupancy"  # logit sd of the share of epitopes occupied
    lost: Quantity = "population.lost"  # mean share lost for good before the start, below 1
    catabolism: Quantity = "population.catabolism"  # log sd of the uptake of IgG into cells
    reading: Quantity = 0.0  # sd of the error of one reading of the score, points
    reading_share: Quantity = 0.0  # the same as a share of the scale; both add up
    whole: bool = False  # the score is written in whole points
    enrolled: tuple[float, float] = (0.0, 1.0)  # function at the start of those a study takes

    @model_validator(mode="after")
    def _takes_somebody(self) -> "Population":
        if self.enrolled[0] >= self.enrolled[1]:
            raise ValueError(f"enrolled: {self.enrolled[0]} to {self.enrolled[1]} is no range")
        return self
