"""The biology that is always there, IVIg or not. A process reads ports and never the drug.

`PROCESSES` are the classes in the order in which a step runs them. Each says its `name`, the
ports it `reads`, and what it `drives`: other processes and outcomes.
"""

from typing import ClassVar, Protocol


class Process(Protocol):
    """What every process declares; `advance(world)` runs it for one step."""

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    drives: ClassVar[tuple[str, ...]]


def processes() -> tuple[type[Process], ...]:
    """All processes in the order of a step."""
    from ivigabm.processes.b_lineage import BLineage
    from ivigabm.processes.binding import Binding
    from ivigabm.processes.circulation import Circulation
    from ivigabm.processes.complement import Complement
    from ivigabm.processes.contacts import Contacts
    from ivigabm.processes.cytokines import Cytokines
    from ivigabm.processes.dendritic import Dendritic
    from ivigabm.processes.dosing import Plasma
    from ivigabm.processes.neutrophils import Neutrophils
    from ivigabm.processes.opsonization import Opsonization
    from ivigabm.processes.phagocytosis import Phagocytosis
    from ivigabm.processes.receptor_expression import ReceptorExpression
    from ivigabm.processes.sensing import Sensing
    from ivigabm.processes.signalling import Signalling
    from ivigabm.processes.suspension import Suspension
    from ivigabm.processes.t_cells import TCells
    from ivigabm.processes.tissue import Tissue
    from ivigabm.processes.transport import Transport

    return (
        Plasma, Transport, Contacts, Binding, Signalling, ReceptorExpression, Sensing,
        Dendritic, Phagocytosis, Complement, Cytokines, BLineage, TCells, Neutrophils,
        Suspension, Circulation, Opsonization, Tissue,
    )  # fmt: skip
