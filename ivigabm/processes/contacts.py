"""Who touches whom: phagocytes and opsonised cells that meet in this step.

Solid tissue: each phagocyte engages one site of its Moore neighbourhood (its own included),
drawn afresh each step. Blood: each circulating cell passes the section many times in a step;
one passage is drawn, and of the phagocytes around that site the one with the lowest lot
engages it. No result hangs on who is visited first. Phagocytes that come from the blood
themselves meet fixed cells only.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import SiteIndex, wrapped
from ivigabm.engine.streams import bounded, lot, purpose

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

PICK = purpose("contacts: which neighbour a phagocyte engages")
PASSAGE = purpose("contacts: where a circulating cell passes")


@kernel
def engage_tissue(words, n, alive, x, y, target_at, phagocyte, target):
    """Fill the contact list in row order of phagocytes; returns its length.

    `target_at` holds the row of the target at each site, or -1.
    """
    width, height = target_at.shape
    count = 0
    for row in range(n):
        k = bounded(words[row, 0], np.uint64(9))
        a = wrapped(x[row] + k // 3 - 1, width)
        b = wrapped(y[row] + k % 3 - 1, height)
        if alive[row] and target_at[a, b] >= 0:
            phagocyte[count] = row
            target[count] = target_at[a, b]
            count += 1
    return count


@kernel
def engage_blood(
    words, n, alive, place, site_x, site_y, starts, rows, ids, width, height, x, y, phagocyte,
    target,
):  # fmt: skip
    """Send each circulating cell past a drawn site and list whom it meets there.

    A cell with a `place` above 0 is in an organ, and passes none.
    `starts` and `rows` index the phagocytes by site. x and y of the circulating cells receive
    the site passed. Returns the number of contacts, in row order of the circulating cells.
    """
    count = 0
    sites = np.uint64(len(site_x))
    for row in range(n):
        if place[row] > 0:
            continue
        k = bounded(words[row, 0], sites)
        x[row], y[row] = site_x[k], site_y[k]
        if not alive[row]:
            continue
        best, lowest = -1, np.uint64(0xFFFFFFFFFFFFFFFF)
        inner = 0 < site_y[k] < height - 1
        for da in range(-1, 2):
            left = wrapped(site_x[k] + da, width) * height
            for part in range(1 if inner else 3):  # three sites in a row are one piece of `rows`
                first = left + (site_y[k] - 1 if inner else wrapped(site_y[k] + part - 1, height))
                for i in range(starts[first], starts[first + (3 if inner else 1)]):
                    drawn = lot(words[row, 1], ids[rows[i]])
                    if drawn < lowest:
                        best, lowest = rows[i], drawn
        if best >= 0:
            phagocyte[count] = best
            target[count] = row
            count += 1
    return count


class Contacts:
    """Phase: the contacts of one kind in this step, as rows of phagocyte and target."""

    name: ClassVar[str] = "contacts"
    reads: ClassVar[tuple[str, ...]] = ()
    drives: ClassVar[tuple[str, ...]] = ("binding",)

    def __init__(self, world: "World", group: "Phagocytes") -> None:
        self.group = group
        self.blood = world.blood_target
        self.n = 0
        self.phagocyte: NDArray[np.int64] = np.zeros(0, np.int64)
        self.target: NDArray[np.int64] = np.zeros(0, np.int64)
        self.index = SiteIndex(*world.shape)
        self.target_at: NDArray[np.int64] | None = None

    def advance(self, world: "World") -> None:
        """Draw the contacts of this step."""
        cells, target = self.group.cells(world), world.tables["target_cell"]
        self.n = 0
        if world.antigen is None or cells.n == 0 or target.n == 0:
            return
        self._reserve(max(cells.n, target.n))
        if self.blood:
            if not self.group.kind.resident and not world.body.closed:
                return
            self.index.rebuild(cells["x"], cells["y"], cells["alive"], cells.n)
            words = world.streams.words(PASSAGE, world.step, target["id"])
            self.n = engage_blood(
                words,
                target.n,
                target["alive"],
                target["place"],
                world.sinus_x,
                world.sinus_y,
                self.index.starts,
                self.index.rows,
                cells["id"],
                *world.shape,
                target["x"],
                target["y"],
                self.phagocyte,
                self.target,
            )
        else:
            words = world.streams.words(PICK, world.step, cells["id"])
            self.n = engage_tissue(
                words,
                cells.n,
                cells["alive"],
                cells["x"],
                cells["y"],
                self._targets(world),
                self.phagocyte,
                self.target,
            )

    def _reserve(self, room: int) -> None:
        if len(self.phagocyte) < room:
            self.phagocyte = np.zeros(2 * room, np.int64)
            self.target = np.zeros(2 * room, np.int64)

    def _targets(self, world: "World") -> NDArray[np.int64]:
        if self.target_at is None:  # fixed cells: built once
            table = world.tables["target_cell"]
            self.target_at = np.full(world.shape, -1, np.int64)
            self.target_at[table["x"], table["y"]] = np.arange(table.n)
        return self.target_at
