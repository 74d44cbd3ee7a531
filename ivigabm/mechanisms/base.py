"""What a mechanism is: an edge from the therapeutic IgG to a biological process.

Each mechanism is one file with one subclass of `Mechanism`. It declares what part of the
molecule it needs and the one port it writes, and computes what the drug brings to that port.
Switching it off hides the drug from that process and does nothing else.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug

Pathway = Literal["Fab2", "Fc", "both"]
Feature = Literal["paratope", "fc", "intact", "n297_glycan", "fc_sialic26", "fab_sialic"]


class Mechanism(ABC):
    """One edge. Subclasses fill in the declaration and `contribution`.

    Attributes
    ----------
    id : the word users switch it by.
    name, claim, falsified_by : what it is, what it says, which finding would refute it.
    pathway : which part of the molecule carries it.
    needs : features that a molecule must have, all of them; any one with `either`.
    either : whether one of several parts suffices.
    port : the port it writes, one.
    sources : publications.
    contested : whether the field disputes it.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    pathway: ClassVar[Pathway]
    needs: ClassVar[frozenset[Feature]]
    either: ClassVar[bool] = False
    port: ClassVar[str]
    claim: ClassVar[str]
    falsified_by: ClassVar[str]
    sources: ClassVar[tuple[str, ...]]
    contested: ClassVar[bool]

    @abstractmethod
    def contribution(self, drug: "Drug") -> float | NDArray[np.float64]:
        """What the drug brings to the port now; zero when no molecule has what it needs."""
