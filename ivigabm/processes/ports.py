"""Ports: where the therapeutic IgG can reach a process, and what stands there without it.

A port declares shape, unit, neutral value and how several writers combine. Each step it starts
at its neutral value and the active mechanisms write in the order of their ids. A process that
reads a neutral port takes the same arithmetic path, to the same bits, as one with no writer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Extent = Literal["scalar", "receptor_channels", "cytokine", "clone", "molecule_mesh", "field_mesh"]


@dataclass(frozen=True)
class Port:
    """Declaration of one port.

    extent : which axes it has (sizes come from the world).
    combine : how several writers add up.
    process : the process that reads it.
    """

    name: str
    extent: Extent
    unit: str
    process: str
    meaning: str
    neutral: float = 0.0
    combine: Literal["sum", "product", "max"] = "sum"


PORTS: Mapping[str, Port] = {
    port.name: port
    for port in (
        Port(
            "fcrn_load",
            "scalar",
            "g/L",
            "plasma",
            "therapeutic IgG (molar Fc, as g/L of 150 kg/mol) that competes for FcRn",
        ),
        Port(
            "fcgr_competitor",
            "receptor_channels",
            "1 and mol/L",
            "binding",
            "sum of K times concentration per Fcγ receptor, then concentration, for monomer "
            "and dimer, over the molecule mesh",
        ),
        Port(
            "idiotype_neutraliser",
            "clone",
            "mol/L",
            "opsonization",
            "anti-idiotype against each pathogenic clone",
        ),
        Port(
            "cytokine_sink", "cytokine", "1", "cytokines", "bound over free cytokine, per cytokine"
        ),
        Port(
            "sensor_occupancy",
            "molecule_mesh",
            "1",
            "sensing",
            "disialylated Fc over its half occupancy of the sensor lectin",
        ),
        Port(
            "type2_signal",
            "molecule_mesh",
            "1",
            "receptor_expression",
            "disialylated Fc over its half occupancy of type II receptors on effector cells",
        ),
        Port(
            "c3b_acceptor",
            "scalar",
            "g/L",
            "complement",
            "fluid-phase IgG that accepts C3b, weighted by how well dimer and monomer do",
        ),
        Port(
            "convertase",
            "scalar",
            "1",
            "complement",
            "amplification left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "early_classical",
            "scalar",
            "1",
            "complement",
            "early classical activation left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "b_cell_drive",
            "scalar",
            "1",
            "b_lineage",
            "activation and division of B cells left",
            neutral=1.0,
            combine="product",
        ),
        Port("baff_sink", "scalar", "1", "b_lineage", "bound over free BAFF"),
        Port(
            "il33_release",
            "field_mesh",
            "1/day",
            "sensing",
            "IL-33 that sensor cells release because of the drug",
            combine="max",
        ),
        Port(
            "fcgr2b_signal",
            "field_mesh",
            "1",
            "receptor_expression",
            "drug-evoked IL-4 over its half effect on FcγRIIB",
            combine="max",
        ),
    )
}


class Ports:
    """The port values of one model."""

    def __init__(self, shapes: Mapping[Extent, tuple[int, ...]]) -> None:
        self._values: dict[str, Array] = {
            name: np.full(shapes[port.extent], port.neutral) for name, port in PORTS.items()
        }

    def __getitem__(self, name: str) -> Array:
        return self._values[name]

    def clear(self) -> None:
        """Put every port back to its neutral value."""
        for name, value in self._values.items():
            value[...] = PORTS[name].neutral

    def is_neutral(self, name: str) -> bool:
        """True when nothing has been brought to a port in this step."""
        return bool((self._values[name] == PORTS[name].neutral).all())

    def write(self, name: str, value: float | Array) -> None:
        """Combine one mechanism's contribution into a port."""
        target, how = self._values[name], PORTS[name].combine
        if how == "sum":
            target += value
        elif how == "product":
            target *= value
        else:
            np.maximum(target, value, out=target)
