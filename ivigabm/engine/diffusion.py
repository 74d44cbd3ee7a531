"""Exact diffusion and decay on a periodic mesh.

A linear field with its source held over a step has a closed solution per Fourier mode: the
mode decays by exp(-(D L + k) dt) and gains the source's integral. L is the eigenvalue of the
five-point Laplacian, (4 - 2 cos kx - 2 cos ky) / pitch^2: its exponential is a positive
matrix, so point sources never ring below zero. Stable at any step length.
"""

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ivigabm.engine.elementary import cos_turn, expm1

Field = NDArray[np.float64]


def laplacian_modes(nx: int, ny: int, pitch: float) -> Field:
    """Eigenvalues of minus the periodic five-point Laplacian, shape (nx, ny // 2 + 1)."""
    cx = np.array([cos_turn(i / nx) for i in range(nx)])
    cy = np.array([cos_turn(j / ny) for j in range(ny // 2 + 1)])
    return np.asarray((4.0 - 2.0 * cx[:, None] - 2.0 * cy[None, :]) / (pitch * pitch))


def _decay_and_gain(rate: Field, dt: float) -> tuple[Field, Field]:
    """exp(-rate dt) and (1 - exp(-rate dt)) / rate, the latter dt where rate is zero."""
    lost = np.array([-expm1(-r * dt) for r in rate.ravel()]).reshape(rate.shape)
    gain = np.where(rate > 0.0, lost / np.where(rate > 0.0, rate, 1.0), dt)
    return 1.0 - lost, gain


@dataclass(frozen=True)
class Operator:
    """One step of diffusion and decay for every field of a stack.

    decay, gain : multipliers per field and mode, shape (fields, nx, ny // 2 + 1).
    """

    decay: Field
    gain: Field
    shape: tuple[int, int]

    @classmethod
    def build(
        cls, shape: tuple[int, int], pitch: float, diffusion: Field, loss: Field, dt: float
    ) -> "Operator":
        """Operator for fields with these diffusion coefficients and loss rates.

        `diffusion` in pitch-units squared per time, `loss` per time, both of shape (fields,).
        """
        modes = laplacian_modes(*shape, pitch)
        parts = [_decay_and_gain(d * modes + k, dt) for d, k in zip(diffusion, loss, strict=True)]
        return cls(np.array([p[0] for p in parts]), np.array([p[1] for p in parts]), shape)

    def step(self, fields: Field, sources: Field) -> Field:
        """Fields after one step, shape (fields, nx, ny); sources are amounts per time.

        A field that is exactly zero and has no source stays so, untransformed; the bits of
        the others do not depend on it.
        """
        live = [i for i in range(len(fields)) if fields[i].any() or sources[i].any()]
        after = np.zeros_like(fields)
        if live:
            modes = scipy.fft.rfft2(np.concatenate((fields[live], sources[live])), axes=(-2, -1))
            n = len(live)
            modes = modes[:n] * self.decay[live] + modes[n:] * self.gain[live]
            after[live] = np.maximum(scipy.fft.irfft2(modes, s=self.shape, axes=(-2, -1)), 0.0)
        return after


@dataclass(frozen=True)
class Smoother:
    """What a point sees of diffusing particles, averaged over one step.

    A particle that diffuses for dt spreads each mode by (1 - exp(-D L dt)) / (D L dt): the
    time average of the heat kernel. The total is kept.
    """

    weight: Field
    shape: tuple[int, int]

    @classmethod
    def build(cls, shape: tuple[int, int], pitch: float, diffusion: float, dt: float) -> "Smoother":
        """Smoother on a mesh of this shape and pitch, for one diffusion coefficient."""
        rate = diffusion * laplacian_modes(*shape, pitch)
        return cls(_decay_and_gain(rate, dt)[1] / dt, shape)

    def __call__(self, amounts: Field) -> Field:
        """Smoothed amounts, shape (species, nx, ny)."""
        mode = scipy.fft.rfft2(amounts, axes=(-2, -1)) * self.weight
        return np.asarray(np.maximum(scipy.fft.irfft2(mode, s=self.shape, axes=(-2, -1)), 0.0))
