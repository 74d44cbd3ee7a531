"""Changes to a scenario as they are asked for, before anybody looks at the scenario."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from ivigabm.gifts import Gift, Transfer


@dataclass(frozen=True)
class Perturbation:
    """Changes to a scenario. Empty: the scenario as it stands, with its standard therapy."""

    no_ivig: bool = False
    preparation: str | None = None
    dose: float | None = None
    schedule: str | None = None
    treat_day: float | None = None
    route: str | None = None
    dose_basis: str | None = None
    concentration: float | None = None  # g/L, in a dish
    composition: tuple[tuple[str, float], ...] = ()  # values of the preparation replaced
    therapy: tuple[str, ...] = ()  # NAME or NAME@PLAN
    give: tuple[Gift, ...] = ()
    transfer: Transfer | None = None
    donor: "Perturbation | None" = None  # what donor or cells met; None: nothing
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    knockout: tuple[str, ...] = ()
    knockin: tuple[str, ...] = ()
    deplete: tuple[str, ...] = ()
    block: tuple[tuple[str, float], ...] = ()
    hypothesis: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    watched: tuple[str, ...] = ()  # comparators of the treated arm; the twin starts with them
    proxies: tuple[str, ...] = ()  # species and strains for which the mouse's numbers stand
    population: bool | None = None  # whether a seed is an individual of it; None: not said

    def without_therapy(self) -> "Perturbation":
        """The untreated twin: no therapeutic IgG and no comparator, everything else the same."""
        makes_ill = ("induction", "transfer") in self.settings
        return dataclasses.replace(
            self,
            no_ivig=True,
            therapy=(),
            watched=self.therapy + self.watched,
            give=(),
            transfer=self.transfer if makes_ill else None,
            donor=self.donor if makes_ill else None,
        )

    def without_disease(self) -> "Perturbation":
        """The same arm with `disease=off`."""
        return dataclasses.replace(self, settings=(*self.settings, ("disease", "off")))
