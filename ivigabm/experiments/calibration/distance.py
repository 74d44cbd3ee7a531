"""How far a simulated figure lies from what a row claims, in widths of its band."""

import math

from ivigabm.experiments.findings.arms import Comparison
from ivigabm.experiments.findings.relations import LEAST_PROTECTION, Judgement

FARTHEST = 3.0  # band widths; one row that cannot be met must not outvote the others
ABOUT = (
    "how far the figure lies outside its band, in band widths, at most "
    f"{FARTHEST:g}; of a band with one end, the width is its distance from no effect"
)


def distance(comparison: Comparison, found: Judgement) -> float:
    """Distance of a judged figure from its band: 0 inside, `FARTHEST` where undefined.

    Parameters
    ----------
    comparison : what was judged. found : its figure and band.
    """
    outside = max(found.band_low - found.value, found.value - found.band_high, 0.0)
    if math.isnan(outside) or math.isnan(found.value):
        return FARTHEST
    width = found.band_high - found.band_low
    if not math.isfinite(width):
        edge = found.band_low if math.isfinite(found.band_low) else found.band_high
        width = abs(edge - found.neutral)
    far = outside / width if width > 0.0 else (FARTHEST if outside > 0.0 else 0.0)
    stat = comparison.arm.readout.stat
    if comparison.relation.word == "~" and stat in ("protection", "loss"):
        if math.isnan(found.versus):
            return FARTHEST
        far = max(far, (LEAST_PROTECTION - found.versus) / LEAST_PROTECTION)
    return min(far, FARTHEST)
