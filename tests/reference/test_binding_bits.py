"""The binding kernels and their plain transcription agree to the last bit."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ivigabm.processes import equilibrium, multivalent
from reference import binding


def assert_same_bits(kernel: NDArray[np.float64], plain: Any) -> None:
    plain = np.array(plain, dtype=np.float64).reshape(kernel.shape)
    np.testing.assert_array_equal(kernel.view(np.uint64), plain.view(np.uint64))


def with_gaps(rng: np.random.Generator, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Some entries absent: kinds, receptors and affinities that are zero."""
    return np.where(rng.random(values.shape) < 0.15, 0.0, values)


@pytest.mark.parametrize("seed", range(200))
def test_patch_equilibrium(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds, types = int(rng.integers(1, 7)), int(rng.integers(1, 7))
    kappa = with_gaps(rng, 10 ** rng.uniform(-4, 2, (kinds, types)))
    opsonin = with_gaps(rng, 10 ** rng.uniform(-1, 4, kinds))
    receptors = with_gaps(rng, 10 ** rng.uniform(-1, 4, types))
    competitor = with_gaps(rng, 10 ** rng.uniform(-2, 3, types))
    bound, free = np.full((kinds, types), -1.0), np.full(kinds, -1.0)
    work = equilibrium.patch_work(kinds, types)
    steps = equilibrium.patch_equilibrium(
        kappa, opsonin, receptors, competitor, kinds, types, bound, free, work
    )
    plain = binding.patch_equilibrium(
        kappa.tolist(), opsonin.tolist(), receptors.tolist(), competitor.tolist()
    )
    assert_same_bits(bound, plain[0])
    assert_same_bits(free, plain[1])
    assert steps == plain[2]


@pytest.mark.parametrize("seed", range(200))
def test_multivalent_equilibrium(seed: int) -> None:
    rng = np.random.default_rng(seed)
    complexes, kinds, types = (int(n) for n in rng.integers(1, 6, 3))
    concentration = with_gaps(rng, 10 ** rng.uniform(-11, -4, complexes))
    counts = rng.choice([0.0, 1.0, 2.0, 4.0, 33.0, 2.7], (complexes, kinds))
    affinity = with_gaps(rng, 10 ** rng.uniform(3, 9, (kinds, types)))
    receptors = with_gaps(rng, 10 ** rng.uniform(1, 6, types))
    kx = float(10 ** rng.uniform(-14, -11))
    outputs = (
        np.zeros(types),
        np.zeros(complexes),
        np.zeros(complexes),
        np.zeros((complexes, types)),
        np.zeros((complexes, types)),
    )
    work = multivalent.multivalent_work(complexes, kinds, types)
    steps = multivalent.multivalent_equilibrium(
        concentration, counts, affinity, receptors, kx, *outputs, work
    )
    *plain, plain_steps = binding.multivalent_equilibrium(
        concentration.tolist(), counts.tolist(), affinity.tolist(), receptors.tolist(), kx
    )
    for kernel, transcribed in zip(outputs, plain, strict=True):
        assert_same_bits(kernel, transcribed)
    assert steps == plain_steps
