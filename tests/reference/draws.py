"""Random numbers: four 32-bit words per agent, purpose and step, from the shared generator."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import mesa
import numpy as np

from ivigabm.engine.streams import EPOCH, newborn_id

if TYPE_CHECKING:
    from reference.individual import Individual

MASK = (1 << 64) - 1


def words(model: "Individual", purpose: int, agents: Sequence[mesa.Agent]) -> list[list[int]]:
    """Words of each agent for one purpose in this step."""
    ids = np.array([agent.unique_id for agent in agents], np.uint64)
    return model.world.streams.words(purpose, model.world.step, ids).tolist()


def unit(word: int) -> float:
    """A uniform in [0, 1): word / 2^32."""
    return word * 2.3283064365386963e-10


def bounded(word: int, n: int) -> int:
    """An integer in [0, n)."""
    return (word * n) >> 32


def lot(word: int, who: int) -> int:
    """Rank of agent `who` in a contest that drew `word`; one to one, so no two agents tie."""
    z = who ^ (word << 32)
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def newborn(model: "Individual", purpose: int, parent: int, order: int = 0) -> int:
    """Id of the newborn number `order` that `parent` bears in this step."""
    streams, step = model.world.streams, np.uint64(EPOCH + model.world.step)
    return int(
        newborn_id(np.uint64(parent), streams.seed, np.uint64(purpose), step, np.uint64(order))
    )
