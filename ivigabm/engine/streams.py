"""Random numbers as a pure function of (seed, purpose, step, agent id).

Philox4x32-10 (Salmon et al., SC 2011): the key is the 64-bit seed, the counter is
(id low, id high, step, purpose). One call gives four 32-bit words, enough for one agent's
whole phase. There is no generator state: who else draws, in what order, on which thread, or
after a resume cannot change a draw. Twins with one seed share every draw of every agent that
both have.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import KIND_SHIFT, NEWBORN
from ivigabm.engine.kernel import kernel

EPOCH = 1 << 24  # step 0 in the counter; steps before day 0 stay positive below it

_purposes: dict[int, str] = {}


def purpose(name: str) -> int:
    """The number of a purpose, made from its name: a new purpose shifts no other's draws.

    Raises
    ------
    ValueError : two names in this program make the same number.
    """
    number = zlib.crc32(name.encode())
    if _purposes.setdefault(number, name) != name:
        raise ValueError(f"purposes '{name}' and '{_purposes[number]}' share a number; rename one")
    return number


@kernel
def philox(key0, key1, c0, c1, c2, c3):
    """Ten rounds of Philox4x32 on unsigned 64-bit words that hold 32 bits each."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c0
        p1 = np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (p1 >> shift) ^ c1 ^ key0, p1 & low, (p0 >> shift) ^ c3 ^ key1, p0 & low
        key0 = (key0 + np.uint64(0x9E3779B9)) & low
        key1 = (key1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


@kernel
def draw_words(seed, purpose, step, ids, n, words):
    """Fill `words[4, :n]` (uint64 holding 32 bits) for the first n ids.

    The rounds of `philox`, written out: the loop over ids vectorises only without a call.
    """
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    first, second, third, fourth = words[0], words[1], words[2], words[3]
    for row in range(n):
        key0, key1 = seed & low, seed >> shift
        c0, c1, c2, c3 = ids[row] & low, ids[row] >> shift, step & low, purpose & low
        for _ in range(10):
            p0 = np.uint64(0xD2511F53) * (c0 & low)  # masked, so that it may vectorise
            p1 = np.uint64(0xCD9E8D57) * (c2 & low)
            c0, c1 = (p1 >> shift) ^ c1 ^ key0, p1 & low
            c2, c3 = (p0 >> shift) ^ c3 ^ key1, p0 & low
            key0 = (key0 + np.uint64(0x9E3779B9)) & low
            key1 = (key1 + np.uint64(0xBB67AE85)) & low
        first[row] = c0
        second[row] = c1
        third[row] = c2
        fourth[row] = c3


@kernel
def draw_unit(seed, purpose, step, who):
    """A uniform in [0, 1) from the first word of one id; the same as by `draw_words`."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    word, _b, _c, _d = philox(seed & low, seed >> shift, who & low, who >> shift, step, purpose)
    return unit(word)


@kernel
def unit(word):
    """A uniform in [0, 1) from one 32-bit word."""
    return np.float64(word) * 2.3283064365386963e-10  # 2**-32


@kernel
def bounded(word, n):
    """An integer in [0, n) from one 32-bit word; n is uint64 below 2**32."""
    return np.int64((word * n) >> np.uint64(32))


@kernel
def lot(word, who):
    """Rank of agent `who` in a contest that drew `word`; the lowest lot wins.

    The finaliser of splitmix64 (Steele, Lea & Flood, OOPSLA 2014) maps 64-bit words one to one,
    so no two ids tie and the winner does not hang on who is asked first.
    """
    z = who ^ (word << np.uint64(32))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def newborn_id(parent, seed, purpose, step, order):
    """Id of the offspring number `order` that `parent` bears in this step.

    The kind's byte and a newborn flag, then 55 bits drawn from (parent, step, order): who else
    is born cannot shift it.
    """
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    a, b, _c, _d = philox(
        seed & low, seed >> shift, parent & low, (parent >> shift) ^ order, step, purpose
    )
    drawn = ((a << shift) | b) >> np.uint64(9)
    kind = (parent >> np.uint64(KIND_SHIFT)) << np.uint64(KIND_SHIFT)
    return kind | np.uint64(NEWBORN) | drawn


class Streams:
    """Draws of one model: a seed and a scratch block that is reused."""

    def __init__(self, seed: int) -> None:
        self.seed = np.uint64(seed)
        self._words: NDArray[np.uint64] = np.zeros((4, 2), np.uint64)

    def words(self, number: int, step: int, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Four words per id for purpose `number` in `step`; shape (len(ids), 4).

        The array is scratch: it holds until the next call. Each of the four lies in one piece,
        with room behind it, so that kernels meet one layout at any number of ids above 0.
        """
        n = len(ids)
        if n >= self._words.shape[1]:
            self._words = np.zeros((4, 2 * n + 1), np.uint64)
        draw_words(self.seed, np.uint64(number), np.uint64(EPOCH + step), ids, n, self._words)
        return self._words[:, :n].T

    def unit(self, number: int, step: int, who: np.uint64) -> float:
        """A uniform in [0, 1): the first word of one id as `unit` reads it."""
        return float(draw_unit(self.seed, np.uint64(number), np.uint64(EPOCH + step), who))
