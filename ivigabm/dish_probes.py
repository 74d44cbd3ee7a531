"""Measures of a dish: what became of the cells in it, and what those that act in it do.

Makers of probes, as in `ivigabm.probes`, which registers them. All shares are of the cells that
were put into the dish.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ivigabm.engine.columns import NEWBORN
from ivigabm.errors import NotExpressible, unknown
from ivigabm.processes.b_lineage import (
    ACTIVATED,
    NAIVE,
    PLASMA_LONG,
    PLASMA_SHORT,
    PLASMABLAST,
    BLineage,
)
from ivigabm.processes.phagocytes import ARMED, MACROPHAGE
from ivigabm.processes.t_cells import BLAST, EFFECTOR, TREG
from ivigabm.processes.world import FATES

if TYPE_CHECKING:
    from ivigabm.processes.world import World
    from ivigabm.scenario import Scenario

Probe = Callable[["World"], float]
Maker = Callable[[tuple[str, ...], "Scenario"], Probe]

DEPOSITED = {"C1q": "c1q", "C4b": "c4b", "C3b": "c3b", "C5b-9": "c5b9"}
SIGNALS = {
    "ITAM": ("macrophage", "neutrophil", "nk_cell"),
    "IFN-gamma": ("macrophage", "neutrophil", "dendritic_cell"),
    "BCR": ("b_cell",),
}
# word of a kind that divides -> table and stages of its daughters, and kinds they may come of
DIVIDING = {
    "b_cell": ("b_cell", (NAIVE, ACTIVATED, PLASMABLAST, PLASMA_SHORT, PLASMA_LONG)),
    "t_cell": ("t_cell", (BLAST, EFFECTOR, TREG)),
    "t_effector": ("t_cell", (BLAST, EFFECTOR)),
    "treg": ("t_cell", (TREG,)),
}
PUT_IN = {
    "b_cell": ("b_cell",),
    "t_cell": ("t_naive", "t_effector", "treg"),
    "t_effector": ("t_naive", "t_effector"),
    "treg": ("treg", "t_naive"),
}


def _mean(column: str, kind: str) -> Probe:
    """Mean of a column over the living of a kind; undefined over nobody."""

    def read(world: "World") -> float:
        table = world.tables[kind]
        values = table[column][table["alive"]]
        return float(np.mean(values)) if len(values) else float("nan")

    return read


def _needs(what: str, kind: str, scenario: "Scenario") -> None:
    """Raises NotExpressible where a scenario has no cells of a kind."""
    if getattr(scenario.cells, kind) == 0:
        raise NotExpressible(f"{what}: scenario '{scenario.name}' has no {kind}")


def _lost(what: str, fates: tuple[str, ...]) -> Maker:
    """Share of the cells in suspension that came to one of these ends."""
    places = [FATES.index(fate) for fate in fates]

    def make(which: tuple[str, ...], scenario: "Scenario") -> Probe:
        offered = _offered(what, scenario)
        return lambda world: float(np.sum(world.toll[places])) / offered

    return make


def _offered(what: str, scenario: "Scenario") -> int:
    suspended = scenario.target is not None and scenario.target.place == "medium"
    if not suspended or scenario.cells.target_cell == 0:
        raise NotExpressible(f"{what}: scenario '{scenario.name}' has no cells in suspension")
    return scenario.cells.target_cell


def _killing(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Share that NK cells have killed."""
    _needs("killing", "nk_cell", scenario)
    return _lost("killing", ("nk_cell",))(which, scenario)


def _viability(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Share of the cells of a kind, those put in at first, that is alive."""
    name = which[0]
    acting = [kind for kind in ("macrophage", "neutrophil", "nk_cell", "dendritic_cell", "b_cell")
              if getattr(scenario.cells, kind)]  # fmt: skip
    acted_on = ["target_cell", scenario.target.kind] if scenario.target else []
    if scenario.dish is None or name not in (*acting, *acted_on):
        raise unknown(
            "viability: cell kind of the dish", name, [*acting, *acted_on], NotExpressible
        )
    kind = "target_cell" if name in acted_on else name

    def read(world: "World") -> float:
        table = world.tables[kind]
        return table.living / table.founders if table.founders else float("nan")

    return read


def _deposition(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Complement on the living targets, relative."""
    if which[0] not in DEPOSITED:
        raise unknown("deposition", which[0], DEPOSITED, NotExpressible)
    if scenario.target is None:
        raise NotExpressible(f"deposition: scenario '{scenario.name}' has no target")
    return _mean(DEPOSITED[which[0]], "target_cell")


def _of_cells(what: str, kinds: tuple[str, ...], column: str) -> Maker:
    """Mean of a column over the first of some kinds that the scenario has."""

    def make(which: tuple[str, ...], scenario: "Scenario") -> Probe:
        there = [kind for kind in kinds if getattr(scenario.cells, kind)]
        if not there:
            wanted = " or ".join(kinds)
            raise NotExpressible(f"{what}: scenario '{scenario.name}' has no {wanted}")
        return _mean(column, there[0])

    return make


def _degranulation(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Activation of neutrophils or basophils."""
    read = _of_cells("degranulation", ("neutrophil", "basophil"), "activation")(which, scenario)
    if scenario.cells.neutrophil:
        return read
    return lambda world: read(world) + world.basophils_own


def _pge2(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Mean level in the medium, in units of its half effect."""
    return lambda world: float(np.mean(world.fields["pge2"]))


def _signal(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Mean response to a contact, or to IFN-gamma through a receptor that IgG may have lowered."""
    if which[0] not in SIGNALS:
        raise unknown("signal", which[0], SIGNALS, NotExpressible)
    if which[1] not in SIGNALS[which[0]]:
        raise unknown(f"signal[{which[0]}]: cell kind", which[1], SIGNALS[which[0]], NotExpressible)
    _needs("signal", which[1], scenario)
    if which[0] == "ITAM":
        return _mean("response", which[1])
    if which[0] == "BCR":
        if scenario.dish is None:
            raise NotExpressible("signal[BCR]: the model has it in a dish only")
        return BLineage.receptor_signal

    def read(world: "World") -> float:
        level = world.phagocytes[0].receptor_expression.ifng(world)
        return float(np.mean(level / (1.0 + level)))

    return read


def divided(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Cells of a kind born in the dish and alive, over those that were put in."""
    if which[0] not in DIVIDING:
        raise unknown("proliferation: cell kind", which[0], DIVIDING, NotExpressible)
    kind, stages = DIVIDING[which[0]]
    put_in = sum(getattr(scenario.cells, name) for name in PUT_IN[which[0]])
    if put_in == 0:
        raise NotExpressible(
            f"proliferation: scenario '{scenario.name}' has no {' or '.join(PUT_IN[which[0]])}"
        )

    def read(world: "World") -> float:
        table = world.tables[kind]
        born = (table["id"] & np.uint64(NEWBORN)) != 0
        return float(
            np.count_nonzero(born & table["alive"] & np.isin(table["stage"], stages)) / put_in
        )

    return read


def _armed(what: str, scenario: "Scenario") -> int:
    """Place of the first kind of cell with Fc receptors that the scenario has."""
    there = [
        kind.name for kind in ARMED if kind is MACROPHAGE or getattr(scenario.cells, kind.name)
    ]
    for place, name in enumerate(there):
        if getattr(scenario.cells, name):
            return place
    raise NotExpressible(f"{what}: scenario '{scenario.name}' has no cells with Fc receptors")


def _bound_complex(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Soluble complexes bound to a cell."""
    place = _armed("bound_complex", scenario)
    dish = scenario.dish
    if dish is None or (dish.receptor is None and dish.complexes.concentration == 0.0):
        raise NotExpressible(f"bound_complex: scenario '{scenario.name}' has no soluble complexes")
    return lambda world: world.phagocytes[place].binding.complexes_bound()


def _crosslinked(which: tuple[str, ...], scenario: "Scenario") -> Probe:
    """Receptors of a cell that something holds together with others."""
    place = _armed("crosslinked", scenario)

    def read(world: "World") -> float:
        group = world.phagocytes[place]
        table, cells = group.receptors(world), group.cells(world).living
        held = float(np.sum(table["crosslinked"][table["alive"]]))
        return held / cells if cells else float("nan")

    return read


# word, how many names in the brackets, maker
DISH_MAKERS: tuple[tuple[str, int, Maker], ...] = (
    ("phagocytic_index", 0, _lost("phagocytic_index", ("macrophage", "neutrophil"))),
    ("killing", 0, _killing),
    ("lysis", 0, _lost("lysis", ("lysed",))),
    ("viability", 1, _viability),
    ("deposition", 1, _deposition),
    ("ros", 0, _of_cells("ros", ("neutrophil",), "activation")),
    ("degranulation", 0, _degranulation),
    ("maturation", 0, _of_cells("maturation", ("dendritic_cell",), "maturity")),
    ("pge2", 0, _pge2),
    ("signal", 2, _signal),
    ("bound_complex", 0, _bound_complex),
    ("crosslinked", 0, _crosslinked),
)
