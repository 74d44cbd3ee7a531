"""Site index: who stands where.

A stable counting sort by site number `x * height + y` (the flat index of a `[x, y]` array).
The rows of one site come out in row order, so a sum over a site is accumulated in birth
order, the same in every engine and in twins.
"""

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.kernel import kernel


@kernel
def count_rows(x, y, alive, n, height, starts, rows):
    """Sort the living rows among `[0, n)` by site.

    Site `s` then holds `rows[starts[s]:starts[s + 1]]`, in row order. `starts` has one entry
    more than there are sites, `rows` room for `n`. Returns the number of living rows, or
    `-1 - row` of the first one that stands outside the grid (nothing is sorted then).
    """
    sites = starts.size - 1
    width = sites // height
    for site in range(sites + 1):
        starts[site] = 0
    for row in range(n):
        if alive[row]:
            if not (0 <= x[row] < width and 0 <= y[row] < height):
                return -1 - row
            starts[x[row] * height + y[row]] += 1
    total = 0
    for site in range(sites):
        total += starts[site]
        starts[site] = total  # the end of the site: the last loop walks it back to its start
    starts[sites] = total
    for back in range(n):
        row = n - 1 - back
        if alive[row]:
            site = x[row] * height + y[row]
            starts[site] -= 1
            rows[starts[site]] = row
    return total


@kernel
def reciprocal(pitch):
    """What `coarse` multiplies by instead of dividing by a pitch."""
    return ((1 << 32) + pitch - 1) // pitch


@kernel
def coarse(place, inverse):
    """`place // pitch`, exactly, for places and pitches from 0 to 2**16; see `reciprocal`.

    A division by a number unknown to the compiler takes 20 to 40 cycles.
    """
    return (place * inverse) >> 32


@kernel
def wrapped(place, size):
    """Place on a torus of one that lies at most one turn outside."""
    if place < 0:
        return place + size
    return place - size if place >= size else place


class SiteIndex:
    """Living rows of one table, listed by site.

    Attributes
    ----------
    starts : int32, (width * height + 1,); site `s` owns `rows[starts[s]:starts[s + 1]]`.
    rows : int32, row numbers by site, in row order within each; longer than is in use.
    count : number of rows listed.
    """

    def __init__(self, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise ValueError(f"a grid of {width} x {height} sites has no site")
        self.width = width
        self.height = height
        self.count = 0
        self.starts: NDArray[np.int32] = np.zeros(width * height + 1, np.int32)
        self.rows: NDArray[np.int32] = np.zeros(0, np.int32)

    def rebuild(
        self, x: NDArray[np.int32], y: NDArray[np.int32], alive: NDArray[np.bool_], n: int
    ) -> None:
        """List the living rows among `[0, n)` anew.

        Raises
        ------
        IndexError : a living row stands outside the grid.
        """
        if len(self.rows) < n:
            self.rows = np.zeros(max(n, 2 * len(self.rows)), np.int32)
        count = count_rows(x, y, alive, n, self.height, self.starts, self.rows)
        if count < 0:
            row = -1 - count
            self.starts[:] = 0
            self.count = 0
            raise IndexError(
                f"row {row} stands at ({x[row]}, {y[row]}), outside a grid of "
                f"{self.width} x {self.height}"
            )
        self.count = int(count)

    def at(self, x: int, y: int) -> NDArray[np.int32]:
        """Rows at site (x, y), in row order; a view that is good until the next rebuild."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            raise IndexError(f"no site ({x}, {y}) in a grid of {self.width} x {self.height}")
        site = x * self.height + y
        return self.rows[self.starts[site] : self.starts[site + 1]]
