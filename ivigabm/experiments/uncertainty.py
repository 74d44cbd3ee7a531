"""How much of an uncertainty comes from the parameters, and how much from the seeds."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def parameter_share(figures: Array) -> float:
    """Share of the variance of a figure that draws of the parameters make; seeds make the rest.

    Every draw of the parameters is run with the same seeds, and resampled alike. The spread of
    the draws' levels, less what they would differ by through the seeds alone, is the parameters';
    the spread within a draw is the seeds'.

    Parameters
    ----------
    figures : the figure, shape (draws, resamples): column by column the same seeds.

    Returns
    -------
    float : 0 to 1; NaN where nothing varies, or with fewer than two draws.
    """
    known = figures[:, ~np.isnan(figures).any(axis=0)]
    draws = len(known)
    if draws < 2 or known.shape[1] < 2:
        return float("nan")
    seeds = float(known.var(axis=1).mean())
    # what a draw's level owes to these seeds, beyond what they do to all draws alike
    own = float((known - known.mean(axis=0)).var(axis=1).mean()) * draws / (draws - 1)
    parameters = max(float(known.mean(axis=1).var(ddof=1)) - own, 0.0)
    total = parameters + seeds
    return parameters / total if total > 0.0 else float("nan")
