"""A row over draws of the calibrated parameters: its figure, how sure, and for how many it holds.

The verdict of a row is that at the usual values. Here its claim is run again at every draw, with
as many replicates as the verdict took, so that the interval holds both uncertainties.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigabm.experiments.bootstrap import LEVEL
from ivigabm.experiments.draws import Draw, drawn
from ivigabm.experiments.findings.arms import Comparison, Side
from ivigabm.experiments.findings.relations import Judgement, limits, shown_figure
from ivigabm.experiments.findings.rounds import Trial
from ivigabm.experiments.uncertainty import parameter_share


@dataclass(frozen=True)
class Spread:
    """A row's figure over draws and seeds.

    Attributes
    ----------
    value, low, high : mean over draws, and the 95 % interval over draws and replicates.
    agree : share of the draws at which the claim holds.
    parameters : share of the variance of the figure that the parameters make.
    """

    draws: int
    value: float
    low: float
    high: float
    agree: float
    parameters: float


def drawn_comparison(comparison: Comparison, draw: Draw) -> Comparison:
    """A relation with the parameters of a draw in both arms and their twins."""
    arm, versus = comparison.arm, comparison.versus
    second = None if versus is None else _drawn_side(versus, draw)
    return Comparison(comparison.relation, _drawn_side(arm, draw), second)


def _drawn_side(side: Side, draw: Draw) -> Side:
    runs = {name: drawn(resolved, draw) for name, resolved in side.runs.items()}
    return Side(side.readout, runs, side.days)


def trials_at(claims: Mapping[str, Trial], draws: Sequence[Draw]) -> dict[str, list[Trial]]:
    """A trial for every judged claim and draw, with the claim's number of replicates."""
    found = {}
    for name, claim in claims.items():
        if claim.judgement is not None and not claim.problem:
            enough = _has(claim.judgement.replicates)
            comparisons = [drawn_comparison(claim.comparison, draw) for draw in draws]
            found[name] = [Trial(one, closed=enough) for one in comparisons]
    return found


def _has(count: int) -> Callable[[Judgement], bool]:
    """Closed with so many replicates, no sooner: all draws of a row have the same seeds."""
    return lambda judgement: judgement.replicates >= count


def spread_of(trials: Sequence[Trial]) -> Spread | None:
    """What the trials of one row say together; None where a run failed."""
    judged = [trial.judgement for trial in trials if trial.judgement and not trial.problem]
    if len(judged) < len(trials):
        return None
    figures = np.array([_figures(trial) for trial in trials])
    low, high = limits(figures.ravel(), LEVEL)
    return Spread(
        draws=len(trials),
        value=float(np.mean([one.value for one in judged])),
        low=low,
        high=high,
        agree=float(np.mean([one.holds for one in judged])),
        parameters=parameter_share(figures),
    )


def _figures(trial: Trial) -> NDArray[np.float64]:
    """The figure of a trial in every resample of its replicates."""
    one = trial.comparison
    versus = None if one.versus is None else trial.groups[one.versus]
    return shown_figure(one.relation, one.arm.readout, trial.groups[one.arm], versus).draws
