"""What a job is told: plain data that goes to another process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivigabm.app.settings import Config
from ivigabm.app.twin_model import TwinModel
from ivigabm.perturbation import Dose
from ivigabm.scenario import Scenario

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Question:
    """A run as it stands, and what is asked about it.

    Attributes
    ----------
    config : settings with all changes made and to come. t : where the run stands.
    bits : mechanisms that are on now. doses : planned ones and those given by hand.
    until : step up to which runs are simulated. options : of this kind of question.
    """

    config: Config
    scenario: Scenario
    t: int
    bits: str
    doses: tuple[Dose, ...]
    until: int
    options: Mapping[str, Any] = field(default_factory=dict)

    def twin(self, watch: bool = False, **changes: Any) -> TwinModel:
        """The run from its start, with some settings changed."""
        config = self.config.model_copy(update=changes)
        return TwinModel(config, self.scenario, watch=watch)
