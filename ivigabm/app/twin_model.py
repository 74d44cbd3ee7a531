"""One patient twice, treated and not, changed while it runs and replayed from its log."""

from collections.abc import Mapping
from typing import Any

from ivigabm.app.counts import Counts
from ivigabm.app.settings import GIVE, MOST_CHANGES, Change, Config, changed, check_change, chosen
from ivigabm.errors import InputError
from ivigabm.model import IVIgModel
from ivigabm.outcomes import CONTROL, TREATED
from ivigabm.perturbation import resolve
from ivigabm.scenario import Scenario

ARMS = (TREATED, CONTROL)


class TwinModel:
    """Two models with one seed and one start; their difference is what the therapy causes.

    Parameters
    ----------
    config : scenario, seed, therapy, and a log of changes that are made when their time comes.
    scenario : read already; otherwise found by its name.
    watch : count who acts through which mechanism.

    Attributes
    ----------
    source : the scenario before any setting changed it.
    t : steps taken. bits : mechanisms that are on in the treated arm, in the order of ids.
    log : changes made so far, (t, key, value). gave : g/kg given by hand so far.

    Raises
    ------
    InputError : the settings do not fit the scenario.
    """

    def __init__(
        self, config: Config, scenario: Scenario | None = None, watch: bool = True
    ) -> None:
        config = Config.read(config.as_json(), {config.scenario: scenario} if scenario else None)
        source = scenario or Scenario.load(config.scenario)
        change = config.perturbation(source)
        self.source = source
        self.config = config
        treated, control = resolve(source, change), resolve(source, change.without_therapy())
        self.models = {
            TREATED: IVIgModel(rng=config.seed, perturbation=treated),
            CONTROL: IVIgModel(rng=config.seed, perturbation=control),
        }
        self.t = 0
        self.gave = 0.0
        self._auc = dict.fromkeys(ARMS, 0.0)
        self.bits = config.mechanisms
        self.log: list[Change] = []
        self._to_come = list(config.log)
        self.treated.switch(chosen(self.bits))
        self.counts = Counts(self.treated, self.control) if watch else None
        self._due()

    @property
    def treated(self) -> IVIgModel:
        return self.models[TREATED]

    @property
    def control(self) -> IVIgModel:
        return self.models[CONTROL]

    @property
    def day(self) -> float:
        """Time since day 0, days."""
        return self.treated.day

    @property
    def days(self) -> float:
        """Length of the planned run."""
        return self.treated.days

    @property
    def running(self) -> bool:
        """Whether the planned run goes on."""
        return self.treated.running

    def step(self) -> None:
        """One step of both arms; then the changes that are due."""
        self.treated.step()
        self.control.step()
        self.t += 1
        for arm, model in self.models.items():
            if model.day > 0.0:
                self._auc[arm] += model.observer.last["inflammation"] * model.world.dt
        self._due()

    def change(self, key: str, value: Any) -> Change:
        """Change something now: it acts from the next step on, and is noted in the log.

        Raises
        ------
        InputError : a key or value that is not possible, or too many changes.
        """
        if len(self.log) + len(self._to_come) >= MOST_CHANGES:
            raise InputError(f"more than {MOST_CHANGES} changes in one run; start a new one")
        made = check_change(self.t, key, value)
        self._make(made)
        return made

    def replayed(self) -> Config:
        """Settings that give this run again, with the changes that are still to come."""
        return self.config.model_copy(update={"log": (*self.log, *self._to_come)})

    def given(self) -> float:
        """g/kg given so far, by plan and by hand."""
        now = self.day - self.treated.world.dt / 2.0
        planned = (dose.g_per_kg for dose in self.treated.resolved.doses if dose.day <= now)
        return sum(planned) + self.gave

    def values(self) -> Mapping[str, Mapping[str, float]]:
        """Every observable now, by arm."""
        return {arm: self.models[arm].observer.last for arm in ARMS}

    def summary(self) -> dict[str, dict[str, float]]:
        """Sums over the run so far, by arm."""
        return {arm: {"inflammation_auc": self._auc[arm]} for arm in ARMS}

    def _due(self) -> None:
        while self._to_come and self._to_come[0][0] <= self.t:
            self._make(self._to_come.pop(0))

    def _make(self, change: Change) -> None:
        _, key, value = change
        if key == GIVE:
            self.treated.give(float(value))
            self.gave += float(value)
        else:
            self.bits = changed(self.bits, key, value)
            self.treated.switch(chosen(self.bits))
        self.log.append(change)
