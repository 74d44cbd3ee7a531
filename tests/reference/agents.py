"""Who there is. Attributes are the columns of the package's tables; newborns start at zero.

Two words that Mesa and biology share are kept apart: a *site* is a cell of the grid (Mesa's
`agent.cell`), a *cell* is a living one.
"""

from typing import Any

import mesa
from mesa.discrete_space import Cell, CellAgent


class Resident(CellAgent):
    """An agent that stands on a site. Its id is its own for ever and keys all its draws."""

    alive = True

    def __init__(self, model: mesa.Model, unique_id: int, site: Cell, **state: Any) -> None:
        super().__init__(model)
        self.unique_id = unique_id
        self.cell = site
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def x(self) -> int:
        return self.cell.coordinate[0]

    @property
    def y(self) -> int:
        return self.cell.coordinate[1]

    def on(self, pitch: int) -> tuple[int, int]:
        """Where it stands on a mesh whose cells are `pitch` sites wide."""
        x, y = self.cell.coordinate
        return x // pitch, y // pitch


class BCell(Resident):
    """B cell of a pathogenic clone; `stage` from 0, naive, to 4, long-lived plasma cell."""

    stage: int = 0
    clone: int = 0


class Phagocyte(Resident):
    """What eats or attacks opsonised cells. It holds its receptors, one agent per type."""

    activation: float = 0.0
    response: float = 0.0
    load: float = 0.0

    def __init__(self, *args: Any, **state: Any) -> None:
        super().__init__(*args, **state)
        self.receptors: list[FcgReceptor] = []
        self.functional: list[float] = []  # copies of each type that can bind
        self.linked: list[float] = []  # copies of each type cross-linked in this step's contacts
        self.eaten = 0.0  # meals of this step


class Macrophage(Phagocyte):
    """Effector macrophage."""


class Neutrophil(Phagocyte):
    """Comes from the blood and lives for days."""


class NKCell(Phagocyte):
    """Kills opsonised cells; its load is the granules that it has spent."""


class FcgReceptor(mesa.Agent):
    """One Fcγ receptor type on one phagocyte. It has no site: it is where its host is."""

    alive = True
    receptor: int
    baseline: float
    copies: float
    crosslinked: float
    occupied_monomer: float
    occupied_complex: float

    def __init__(self, model: mesa.Model, unique_id: int, host: Phagocyte, **state: Any) -> None:
        super().__init__(model)
        self.unique_id = unique_id
        self.host = host
        host.receptors.append(self)
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def x(self) -> int:
        return self.host.x

    @property
    def y(self) -> int:
        return self.host.y


class NeutrophilReceptor(FcgReceptor):
    """One Fcγ receptor type on one neutrophil."""


class NKReceptor(FcgReceptor):
    """One Fcγ receptor type on one NK cell."""


class Autoantibody(Resident):
    """A parcel of one pool of pathogenic antibody."""

    pool: int
    amount_nmol: float


class TherapeuticIgG(Resident):
    """A parcel of one pool of the preparation."""

    pool: int
    amount_nmol: float
    sialylated: bool


class SensorCell(Resident):
    """Sensor of sialylated Fc in the lymphoid niche."""

    signal: float = 0.0


class Basophil(Resident):
    """Answers IL-33 with IL-4."""

    activation: float = 0.0


class TargetCell(Resident):
    """What the antibody binds: fixed in tissue, or a cell of the blood that passes by."""

    opsonin: list[float]
    place: int = 0  # of the blood; above it an organ
    c1q: float = 0.0
    c4b: float = 0.0
    c3b: float = 0.0
    c5b9: float = 0.0
    attack_phagocytic: float = 0.0
    attack_cytokine: float = 0.0
    attack_t_cell: float = 0.0
    attack_oxidant: float = 0.0
    attack_nk: float = 0.0
    attack_aggregate: float = 0.0
    integrity: float = 0.0
    irreversible: float = 0.0
    function: float = 0.0


class DendriticCell(Resident):
    """Shows antigen in the lymphoid niche; matures under adjuvant."""

    presented: float = 0.0
    maturity: float = 0.0
    cox2: float = 0.0
    primed: float = 0.0


class TCell(Resident):
    """`stage`: 0 naive, 1 blast, 2 effector, 3 regulatory; `programme`: 1 makes IL-17, 2 not."""

    stage: int = 0
    generation: int = 0
    programme: int = 0
    activation: float = 0.0


KINDS: dict[str, type[mesa.Agent]] = {
    "b_cell": BCell,
    "macrophage": Macrophage,
    "fcg_receptor": FcgReceptor,
    "autoantibody": Autoantibody,
    "therapeutic_igg": TherapeuticIgG,
    "sensor_cell": SensorCell,
    "basophil": Basophil,
    "target_cell": TargetCell,
    "dendritic_cell": DendriticCell,
    "t_cell": TCell,
    "neutrophil": Neutrophil,
    "neutrophil_receptor": NeutrophilReceptor,
    "nk_cell": NKCell,
    "nk_receptor": NKReceptor,
}
