"""One cell looked at closely: what it is like, its receptors, what it sees, what befell it."""

from collections import deque
from typing import Any

import numpy as np

from ivigabm.app.counts import figures
from ivigabm.app.palette import KINDS, PARCELS
from ivigabm.app.twin_model import TwinModel
from ivigabm.engine.columns import Gone, Table
from ivigabm.model import IVIgModel
from ivigabm.processes.cytokines import NAMES as FIELDS

CELLS = tuple(look.id for look in KINDS if look.id not in PARCELS)
REACH = 3.0  # sites around a click
_PREFERRED = 0.75  # sites by which a walking cell beats the target that it stands on
_EVENTS = 5
_PLACE = ("id", "alive", "x", "y")
_UNITS = {
    "activation": "share", "response": "share", "load": "targets", "signal": "share",
    "integrity": "share", "irreversible": "share", "function": "share", "maturity": "share",
    "presented": "share", "cox2": "share", "opsonin": "1/µm²", "c3b": "relative",
    "c5b9": "relative", "attack_phagocytic": "1/d", "attack_cytokine": "1/d",
    "attack_t_cell": "1/d", "attack_oxidant": "1/d",
}  # fmt: skip
_WORDS = {
    "load": ("took up more", "digested"),
    "activation": ("was activated", "calmed down"),
    "function": ("recovered function", "lost function"),
    "maturity": ("matured", "matured less"),
    "signal": ("sensed more", "sensed less"),
    "stage": ("went on to the next stage", "changed its stage"),
    "crosslinked": ("had more receptors cross-linked", "had fewer receptors cross-linked"),
}
_NOTABLE, _FAINT = 0.05, 0.01  # relative change in a step that is worth a line, and of what


class Watched:
    """A cell that is followed, and what befell it since it is.

    Parameters
    ----------
    arm, cell_id : which one. An id that is not there gives an `alive: false` description.
    """

    def __init__(self, twin: TwinModel, arm: str, cell_id: int) -> None:
        self.twin, self.arm, self.cell_id = twin, arm, cell_id
        self._events: deque[dict[str, Any]] = deque(maxlen=_EVENTS)
        self._last: dict[str, float] = {}
        self._was: dict[str, Any] = {"kind": "", "x": 0, "y": 0}
        self.see()

    def see(self) -> None:
        """Compare with the step before; call it after every step."""
        found = self._find()
        if found is None:
            if self._last:
                self._events.appendleft({"t": self.twin.t, "what": "is gone"})
            self._last = {}
            return
        now = _figures_of(self.twin.models[self.arm], *found)
        for name, (more, less) in _WORDS.items():
            if name in now and name in self._last:
                before, after = self._last[name], now[name]
                least = _NOTABLE * max(_FAINT, abs(before))
                if abs(after - before) > least:
                    what = more if after > before else less
                    self._events.appendleft({
                        "t": self.twin.t, "what": what,
                        "value": figures(after), "before": figures(before),
                    })  # fmt: skip
        self._last = now

    def as_json(self) -> dict[str, Any]:
        """A `cell` message."""
        found = self._find()
        here: dict[str, Any] = {"state": [], "receptors": [], "signals": []}
        if found is not None:
            kind, row = found
            table = self.twin.models[self.arm].world.tables[kind]
            self._was = {"kind": kind, "x": int(table["x"][row]), "y": int(table["y"][row])}
            here = _here(self.twin.models[self.arm], kind, row)
        return {
            "type": "cell", "arm": self.arm, "id": str(self.cell_id), **self._was,
            "alive": found is not None, **here, "events": list(self._events),
        }  # fmt: skip

    def _find(self) -> tuple[str, int] | None:
        tables = self.twin.models[self.arm].world.tables
        for kind in CELLS:
            if tables[kind].code == self.cell_id >> 56:
                try:
                    return kind, tables[kind].find(self.cell_id)
                except Gone:
                    return None
        return None


def nearest_cell(model: IVIgModel, x: float, y: float) -> int | None:
    """Id of the cell nearest to a place, None if none is within reach."""
    best: tuple[float, int] | None = None
    width, height = model.world.shape
    for kind in CELLS:
        table = model.world.tables[kind]
        if not table.living:
            continue
        dx, dy = np.abs(table["x"] - x), np.abs(table["y"] - y)
        far = np.hypot(np.minimum(dx, width - dx), np.minimum(dy, height - dy))
        far = np.where(table["alive"], far, np.inf)
        row = int(np.argmin(far))
        rank = float(far[row]) + (_PREFERRED if kind == "target_cell" else 0.0)
        if far[row] <= REACH and (best is None or rank < best[0]):
            best = rank, int(table["id"][row])
    return best[1] if best else None


def _columns(table: Table) -> list[str]:
    return [name for name in table.names if name not in _PLACE]


def _figures_of(model: IVIgModel, kind: str, row: int) -> dict[str, float]:
    """All numbers of a cell; of columns with several values their sum."""
    table = model.world.tables[kind]
    found = {name: float(np.sum(table[name][row])) for name in _columns(table)}
    receptors = _receptors(model, kind, row)
    if receptors:
        found["crosslinked"] = sum(receptor["crosslinked"] for receptor in receptors)
    return found


def _here(model: IVIgModel, kind: str, row: int) -> dict[str, Any]:
    world, table = model.world, model.world.tables[kind]
    pitch = world.fields.pitch
    x, y = int(table["x"][row]) // pitch, int(table["y"][row]) // pitch
    return {
        "state": [
            {
                "name": name.replace("_", " "),
                "value": figures(float(np.sum(table[name][row]))),
                "unit": _UNITS.get(name, ""),
            }
            for name in _columns(table)
        ],
        "receptors": _receptors(model, kind, row),
        "signals": [
            {"name": n, "value": figures(float(world.fields[n][x, y])), "unit": "× half effect"}
            for n in FIELDS
        ],
    }


def _receptors(model: IVIgModel, kind: str, row: int) -> list[dict[str, Any]]:
    """Fcγ receptors of a phagocyte: copies, and how many of them are held or linked."""
    world = model.world
    group = next((group for group in world.phagocytes if group.name == kind), None)
    if group is None:
        return []
    table = group.receptors(world)
    rows = np.flatnonzero(table["alive"] & (table["host_row"] == row))
    found = []
    for i in rows.tolist():
        receptor, copies = world.receptors[table["receptor"][i]], float(table["copies"][i])
        found.append({
            "name": receptor.name,
            "role": receptor.role,
            "copies": figures(copies),
            "monomer": figures(copies * float(table["occupied_monomer"][i])),
            "complex": figures(copies * float(table["occupied_complex"][i])),
            "crosslinked": figures(float(table["crosslinked"][i])),
        })  # fmt: skip
    return found
