"""What a published finding is about: `MEASURE[WHICH].STAT@TIME`, read and evaluated.

`parse_readout` reads the text, `Readout` is what it says, `evaluate` makes it of the runs of a
group of individuals.
"""

from ivigabm.readout.grammar import Condition, Readout, When, parse_readout
from ivigabm.readout.group import Group, evaluate
from ivigabm.readout.measures import columns_of, in_unit_interval, probes_of

__all__ = [
    "Condition",
    "Group",
    "Readout",
    "When",
    "columns_of",
    "evaluate",
    "in_unit_interval",
    "parse_readout",
    "probes_of",
]
