"""Dose and response: Emax and ED50 of a sweep over doses, with their intervals.

The curve is E(d) = E0 + Emax dʰ / (ED50ʰ + dʰ). For a given ED50 and h it is linear in E0 and
Emax, so the fit is a search over ED50 (and h) with the rest solved for: it has no start value to
get wrong, and the sum of squares along ED50 is the likelihood profile.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.stats import f as f_distribution

from ivigabm.experiments.bootstrap import LEVEL, Estimate, quantiles, resamples

Values = NDArray[np.float64]

MIN_PATIENTS = 6  # fewer are not resampled: the profile is used instead
_SPAN = 1e3  # how far ED50 is looked for below the lowest and above the highest dose
_STEPS = 1201  # of ED50 over that range
_HILLS = np.geomspace(0.25, 8.0, 41)
_RESAMPLES = 500
_CHUNK = 500_000  # candidates times resamples that are solved at once


@dataclass(frozen=True)
class DoseResponse:
    """A fitted curve.

    Attributes
    ----------
    e0 : response without the drug. emax : greatest change from there. hill : steepness.
    ed50 : dose of half the greatest change, in the unit of the doses. A limit is 0 or infinite
        where the data do not bound it: the doses reach no plateau, or no foot of the curve. The
        value is NaN where nothing responds.
    residual_sd : scatter around the curve, in the unit of the response.
    """

    e0: float
    emax: Estimate
    ed50: Estimate
    hill: float
    residual_sd: float
    observations: int

    def at(self, dose: Values | float) -> Values:
        """The curve, at any shape of doses."""
        shares = _shares(np.ravel(np.asarray(dose, float)), self.ed50.value, self.hill)
        return np.reshape(self.e0 + self.emax.value * shares, np.shape(dose))


class _Sums(NamedTuple):
    """What least squares needs of the data, for each patient and candidate curve.

    Shapes: response (3, patients) holds counts, sums and sums of squares; share (3, candidates,
    patients) holds sums of the shares f, of f², and of f times the response.
    """

    response: Values
    share: Values


class _Solved(NamedTuple):
    """Least squares for every candidate and weighting: arrays (candidates, weightings)."""

    e0: Values
    emax: Values
    rss: Values
    spread: Values  # how much the sum of squares grows with the square of a change of Emax


def fit(
    dose: Values,
    response: Values,
    baseline: bool = False,
    hill: float | None = 1.0,
    patients: NDArray[Any] | None = None,
) -> DoseResponse:
    """Fit a curve by least squares.

    Parameters
    ----------
    dose, response : shape (observations,). A response may be an effect against the untreated
        twin: it is then 0 at dose 0 by construction.
    baseline : fit E0 as well; otherwise it is 0.
    hill : the Hill coefficient, or None to fit it between 0.25 and 8.
    patients : whose observation it is, such as the seed. With at least 6 patients intervals come
        from resampling these whole, since doses given to one patient are no independent
        observations. Otherwise they are profile-likelihood intervals.

    Raises
    ------
    ValueError : no more observations than parameters, or fewer than 3 different doses.
    """
    dose, response = np.asarray(dose, dtype=float), np.asarray(response, dtype=float)
    free = 2 + baseline + (hill is None)
    kinds = len(np.unique(dose))
    if len(dose) <= free or kinds < 3:
        raise ValueError(
            f"{len(dose)} observations at {kinds} doses are too few for {free} parameters"
        )
    ed50s, hills, shares = _candidates(dose, hill)
    solved = _solve(
        _sums(shares, response, np.zeros(len(dose), dtype=int)), np.ones((1, 1)), baseline
    )
    solved = _Solved(*(values[:, 0] for values in solved))
    best = int(np.argmin(solved.rss))
    e0, emax, ed50, steepness = _polished(
        dose,
        response,
        baseline,
        hill,
        (solved.e0[best], solved.emax[best], ed50s[best], hills[best]),
    )
    residual = response - e0 - emax * _shares(dose, ed50, steepness)
    rss = float(np.sum(residual * residual))
    if patients is not None and len(np.unique(patients)) >= MIN_PATIENTS:
        limits = _resampled(ed50s, shares, response, baseline, np.asarray(patients))
    else:
        limits = _profile(ed50s, solved, rss, len(dose) - free)
    (low50, high50), (low, high) = limits
    return DoseResponse(
        e0=e0,
        emax=Estimate(emax, min(low, emax), max(high, emax)),
        ed50=Estimate(ed50 if emax else np.nan, min(low50, ed50), max(high50, ed50)),
        hill=steepness,
        residual_sd=float(np.sqrt(rss / (len(dose) - free))),
        observations=len(dose),
    )


def _candidates(dose: Values, hill: float | None) -> tuple[Values, Values, Values]:
    """ED50 and h of all candidate curves, and their shares: (candidates, observations)."""
    positive = dose[dose > 0]
    ed50s = np.geomspace(positive.min() / _SPAN, positive.max() * _SPAN, _STEPS)
    hills = _HILLS if hill is None else np.array([hill])
    pairs = np.array([(ed50, h) for ed50 in ed50s for h in hills])
    return pairs[:, 0], pairs[:, 1], _shares(dose, pairs[:, :1], pairs[:, 1:])


def _shares(dose: Values, ed50: Any, hill: Any) -> Values:
    """dʰ / (ED50ʰ + dʰ), without overflow."""
    with np.errstate(divide="ignore"):
        logit = hill * (np.log(dose) - np.log(ed50))
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logit)))


def _sums(shares: Values, response: Values, whose: NDArray[np.int64]) -> _Sums:
    """Sums over the observations of each patient; `whose` numbers them from 0."""
    member = np.zeros((len(response), int(whose.max()) + 1))
    member[np.arange(len(response)), whose] = 1.0
    powers = np.stack([np.ones(len(response)), response, response * response])
    return _Sums(powers @ member, np.stack([shares, shares * shares, shares * response]) @ member)


def _solve(sums: _Sums, weights: Values, baseline: bool) -> _Solved:
    """E0 and Emax of every candidate. weights : of patients, (patients, weightings)."""
    total, linear, square = sums.response @ weights
    f, ff, fy = sums.share @ weights
    centre = f / total if baseline else np.zeros_like(f)
    middle = linear / total if baseline else np.zeros_like(linear)
    spread = ff - total * centre * centre
    product = fy - total * centre * middle
    moves = spread > 1e-9 * ff  # otherwise the curve is flat over the doses
    emax = np.where(moves, product / np.where(moves, spread, 1.0), 0.0)
    own = square - total * middle * middle
    return _Solved(middle - emax * centre, emax, np.maximum(own - emax * product, 0.0), spread)


def _polished(
    dose: Values,
    response: Values,
    baseline: bool,
    hill: float | None,
    start: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    """E0, Emax, ED50 and h between the candidates, from the best of them."""
    e0, emax, ed50, steepness = (float(value) for value in start)
    if emax == 0.0:
        return e0, emax, ed50, steepness
    step = (_SPAN * _SPAN * dose.max() / dose[dose > 0].min()) ** (1 / (_STEPS - 1))
    names = ["emax", "log_ed50", *(["e0"] if baseline else []), *([] if hill else ["log_h"])]
    first = {"emax": emax, "log_ed50": np.log(ed50), "e0": e0, "log_h": np.log(steepness)}
    scale = float(np.max(np.abs(response)))
    reach = {"emax": np.inf, "log_ed50": np.log(step), "e0": np.inf, "log_h": 0.1}

    def curve(doses: Values, *values: float) -> Values:
        at = {**first, **dict(zip(names, values, strict=True))}
        shares = _shares(doses, np.exp(at["log_ed50"]), np.exp(at["log_h"]))
        return np.asarray((at["e0"] if baseline else 0.0) + at["emax"] * shares)

    found, _ = curve_fit(
        curve,
        dose,
        response,
        [first[name] for name in names],
        bounds=([first[n] - reach[n] for n in names], [first[n] + reach[n] for n in names]),
        x_scale=[scale if name in ("emax", "e0") else 1.0 for name in names],
        xtol=1e-14, ftol=1e-14, gtol=1e-14,
    )  # fmt: skip
    at = {**first, **dict(zip(names, map(float, found), strict=True))}
    return (
        at["e0"] if baseline else 0.0,
        at["emax"],
        float(np.exp(at["log_ed50"])),
        float(np.exp(at["log_h"])),
    )


Limits = tuple[tuple[float, float], tuple[float, float]]


def _profile(ed50s: Values, solved: _Solved, rss: float, freedom: int) -> Limits:
    """Limits of ED50 and Emax: all values whose best curve fits nearly as well as the best."""
    allowed = rss * (1 + float(f_distribution.ppf(LEVEL, 1, freedom)) / freedom)
    good = solved.rss <= allowed
    if not good.any():  # the data lie on the curve, and all candidates beside it
        return (np.inf, -np.inf), (np.inf, -np.inf)
    room = np.sqrt(
        (allowed - solved.rss[good]) / np.where(solved.spread[good] > 0, solved.spread[good], 1.0)
    )
    emax = float((solved.emax[good] - room).min()), float((solved.emax[good] + room).max())
    return _open_ended(ed50s, float(ed50s[good].min()), float(ed50s[good].max())), emax


def _resampled(
    ed50s: Values, shares: Values, response: Values, baseline: bool, patients: NDArray[Any]
) -> Limits:
    """Limits of ED50 and Emax over resampled patients."""
    names, whose = np.unique(patients, return_inverse=True)
    sums = _sums(shares, response, whose)
    weights = resamples(len(names))[:_RESAMPLES].T * len(names)
    found = []
    chunk = max(1, _CHUNK // len(ed50s))
    for first in range(0, _RESAMPLES, chunk):
        solved = _solve(sums, weights[:, first : first + chunk], baseline)
        best = np.argmin(solved.rss, axis=0)
        found.append(np.stack([ed50s[best], solved.emax[best, np.arange(len(best))]], axis=1))
    (low50, low), (high50, high) = quantiles(np.concatenate(found))
    return _open_ended(ed50s, float(low50), float(high50)), (float(low), float(high))


def _open_ended(ed50s: Values, low: float, high: float) -> tuple[float, float]:
    """Limits at the ends of what was tried are no limits."""
    return 0.0 if low <= ed50s[0] else low, np.inf if high >= ed50s[-1] else high


def dose_responses(table: pd.DataFrame, by: list[str], of: str = "dose") -> pd.DataFrame:
    """Fit the effect of every outcome over doses, for each combination of other varied keys.

    Parameters
    ----------
    table : rows of a sweep: seed, outcome, unit, effect, the column `of` and the columns `by`.
    of : the column of doses; in a dish `concentration`.

    Returns
    -------
    pandas.DataFrame : the columns `by`, outcome, unit, emax, emax_low, emax_high, ed50, ed50_low,
        ed50_high, residual_sd, observations; h is 1. Groups with too few doses are left out.
    """
    rows = []
    for group, part in table.dropna(subset=["effect"]).groupby(
        [*by, "outcome", "unit"], sort=False
    ):
        dose, effect = part[of].to_numpy(dtype=float), part["effect"].to_numpy(dtype=float)
        if len(np.unique(dose[dose > 0])) < 3:
            continue
        found = fit(dose, effect, patients=part["seed"].to_numpy())
        rows.append(
            dict(zip([*by, "outcome", "unit"], group, strict=True))
            | dict(zip(("emax", "emax_low", "emax_high"), found.emax, strict=True))
            | dict(zip(("ed50", "ed50_low", "ed50_high"), found.ed50, strict=True))
            | {"residual_sd": found.residual_sd, "observations": found.observations}
        )
    return pd.DataFrame(rows)
