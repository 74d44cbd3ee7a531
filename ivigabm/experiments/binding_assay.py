"""The assay of complexes on cells with one receptor, as the model's own equation predicts it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ivigabm.errors import InputError
from ivigabm.experiments.binding_scores import FLOOR, mean_by, normalised
from ivigabm.knowledge import affinity
from ivigabm.knowledge.complex_binding import Mixture, Signal, cell_lines, refined_affinities
from ivigabm.processes.complexes import compositions
from ivigabm.processes.multivalent import (
    UNSOLVABLE,
    multivalent_equilibrium,
    multivalent_work,
)

Values = NDArray[np.float64]
Affinities = Callable[[str, str], float]

MANY = 12  # IgG in a complex; below it is the small kind of complex


def table_affinity(subclass: str, receptor: str) -> float:
    """Per M, as the simulator uses it: measured on single molecules."""
    return affinity("human", subclass, "native", "human", receptor)


def refined_affinity(subclass: str, receptor: str) -> float:
    """Per M, as the published fit refined it; the table's where it did not."""
    refined = refined_affinities()
    if (subclass, receptor) in refined:
        return refined[subclass, receptor]
    return table_affinity(subclass, receptor)


@cache
def bound_complexes(
    concentration: float,
    valency: float,
    shares: tuple[float, ...],
    affinities: tuple[float, ...],
    copies: float,
    kx: float,
) -> float:
    """Complexes bound to a cell with one receptor.

    A complex takes its IgG at random from a mixture.

    Parameters
    ----------
    concentration : of complexes, M.
    valency : IgG in a complex; rounded where the complex mixes subclasses.
    shares, affinities : of each subclass; per M.
    copies : receptors per cell.
    kx : cross-linking constant, M x cell.
    """
    if len(shares) == 1:
        counts, parts = np.array([[valency]], float), np.ones(1)
    else:
        counts, parts = compositions(round(valency), shares)
    n = len(parts)
    bound, crosslinked, req = np.zeros(n), np.zeros(n), np.zeros(1)
    in_complex, in_crosslinked = np.zeros((n, 1)), np.zeros((n, 1))
    steps = multivalent_equilibrium(  # type: ignore[no-untyped-call]
        concentration * parts, counts, np.array(affinities)[:, None], np.array([copies]), kx,
        req, bound, crosslinked, in_complex, in_crosslinked,
        multivalent_work(n, len(shares), 1),
    )  # fmt: skip
    if steps == UNSOLVABLE:
        raise InputError(
            f"binding of complexes: concentration {concentration}, valency {valency}, affinities "
            f"{affinities}, copies {copies}, kx {kx}: finite numbers from 0 on are expected"
        )
    return float(bound.sum())


@dataclass(frozen=True)
class Condition:
    """What was put on which cells."""

    study: str
    receptor: str
    igg: Mixture
    valency: int


class Assay:
    """Signals of some replicates and what the model says of them.

    Parameters
    ----------
    signals : whole replicates.
    affinities : subclass and receptor to association constant, per M.
    floor : signals are compared down to this share of their replicate's mean.
    """

    def __init__(
        self, signals: Sequence[Signal], affinities: Affinities, floor: float = FLOOR
    ) -> None:
        asked = [Condition(s.study, s.receptor, s.igg, s.valency) for s in signals]
        self.conditions = tuple(dict.fromkeys(asked))
        place = {condition: k for k, condition in enumerate(self.conditions)}
        self.condition = np.array([place[c] for c in asked])
        names = [(s.study, s.replicate) for s in signals]
        self.replicate, self.replicates = pd.factorize(pd.MultiIndex.from_tuples(names))
        self.signals = tuple(signals)
        self.affinities = affinities
        self.floor = floor
        self.measured = self._logs(np.array([s.value for s in signals]))

    def _logs(self, signal: Values) -> Values:
        return normalised(signal, self.replicate, self.floor)

    def predicted(self, values: Mapping[str, float]) -> Values:
        """Normalised log10 signal of each row.

        values : `log_kx` (M x cell), `log_concentration` (M), `label` (a complex of valency v
            shines as v**label), `log_background` (share of a replicate's mean that is not
            binding) and, where they are fitted, folds on what is counted or nominal:
            `log_copies[RECEPTOR]`, `log_valency[low]`, `log_valency[high]`.
        """
        found = np.empty(len(self.conditions))
        for k, c in enumerate(self.conditions):
            fold = 10.0 ** values.get(f"log_copies[{c.receptor}]", 0.0)
            size = "low" if c.valency < MANY else "high"
            valency = c.valency * 10.0 ** values.get(f"log_valency[{size}]", 0.0)
            bound = bound_complexes(
                10.0 ** values["log_concentration"], valency,
                tuple(share for _, share in c.igg),
                tuple(self.affinities(name, c.receptor) for name, _ in c.igg),
                cell_lines()[c.study, c.receptor].value * fold, 10.0 ** values["log_kx"],
            )  # fmt: skip
            found[k] = bound * valency ** values["label"]
        signal = found[self.condition]
        signal += 10.0 ** values["log_background"] * mean_by(signal, self.replicate)
        return self._logs(signal)

    def frame(self, values: Mapping[str, float]) -> pd.DataFrame:
        """One row a signal: study, replicate, receptor, igg, valency, measured, predicted ..."""
        igg = [" + ".join(f"{share:g} {name}" for name, share in s.igg) for s in self.signals]
        return pd.DataFrame({
            "study": [s.study for s in self.signals],
            "replicate": self.replicate,
            "condition": self.condition,
            "receptor": [s.receptor for s in self.signals],
            "igg": igg,
            "mixed": [len(s.igg) > 1 for s in self.signals],
            "valency": [s.valency for s in self.signals],
            "measured": self.measured,
            "predicted": self.predicted(values),
        })  # fmt: skip

    def scatter(self) -> float:
        """Standard deviation of the replicates of one condition, decades."""
        off = self.measured - mean_by(self.measured, self.condition)
        return float(np.sqrt(np.sum(off**2) / (len(off) - len(self.conditions))))
