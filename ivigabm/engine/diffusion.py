"""Exact diffusion and decay on a periodic mesh.

A linear field with its source held over a step has a closed solution per Fourier mode: the
mode decays by exp(-(D L + k) dt) and gains the source's integral. L is the eigenvalue of the
five-point Laplacian, (4 - 2 cos kx - 2 cos ky) / pitch^2: its exponential is a positive
matrix, so point sources never ring below zero. Stable at any step length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import cos_turn, expm1
from ivigabm.engine.fourier import to_fields, to_modes
from ivigabm.engine.kernel import kernel
from ivigabm.engine.sums import mean_of

Field = NDArray[np.float64]


def laplacian_modes(nx: int, ny: int, pitch: float) -> Field:
    """Eigenvalues of minus the periodic five-point Laplacian, shape (nx, ny // 2 + 1)."""
    cx = np.array([cos_turn(i / nx) for i in range(nx)])
    cy = np.array([cos_turn(j / ny) for j in range(ny // 2 + 1)])
    return np.asarray((4.0 - 2.0 * cx[:, None] - 2.0 * cy[None, :]) / (pitch * pitch))


@kernel
def _decay_and_gain(rate, dt, decay, gain):
    """exp(-rate dt) and (1 - exp(-rate dt)) / rate, the latter dt where rate is zero."""
    for i in range(rate.shape[0]):
        for j in range(rate.shape[1]):
            lost = -expm1(-rate[i, j] * dt)
            decay[i, j] = 1.0 - lost
            gain[i, j] = lost / rate[i, j] if rate[i, j] > 0.0 else dt


@kernel
def _holds(field):
    """True where a field is not zero everywhere; rows are scanned whole, which vectorises."""
    for i in range(field.shape[0]):
        found = False
        for j in range(field.shape[1]):
            found |= field[i, j] != 0.0
        if found:
            return True
    return False


@kernel
def list_live(fields, sources, live):
    """List in `live` the fields that hold something or have a source; returns how many."""
    count = 0
    for k in range(fields.shape[0]):
        if _holds(fields[k]) or _holds(sources[k]):
            live[count] = k
            count += 1
    return count


@kernel
def stack_live(fields, sources, live, stack):
    """Copy the listed fields to the front of a stack, their sources behind them."""
    n = len(live)
    for k in range(n):
        for i in range(fields.shape[1]):
            for j in range(fields.shape[2]):
                stack[k, i, j] = fields[live[k], i, j]
                stack[n + k, i, j] = sources[live[k], i, j]


@kernel
def advance_modes(modes, decay, gain, live):
    """modes[k] = modes[k] * decay + modes[n + k] * gain; real and imaginary part in turn."""
    n, nx, ny = len(live), modes.shape[1], modes.shape[2] // 2
    for k in range(n):
        f = live[k]
        for i in range(nx):
            for j in range(ny):
                keep, take = decay[f, i, j], gain[f, i, j]
                for part in range(2 * j, 2 * j + 2):
                    modes[k, i, part] = modes[k, i, part] * keep + modes[n + k, i, part] * take


@kernel
def weigh_modes(modes, weight):
    """Scale real and imaginary part of every mode."""
    for k in range(modes.shape[0]):
        for i in range(modes.shape[1]):
            for j in range(weight.shape[1]):
                modes[k, i, 2 * j] *= weight[i, j]
                modes[k, i, 2 * j + 1] *= weight[i, j]


@kernel
def put_back(values, live, fields):
    """Write fields back to where they are listed; what rounding took below zero becomes zero."""
    for k in range(len(live)):
        for i in range(values.shape[1]):
            for j in range(values.shape[2]):
                v = values[k, i, j]
                fields[live[k], i, j] = 0.0 if v <= 0.0 else v


@kernel
def exchange(fields, sources, places, pool, given_back, taken_up, relax):
    """A well-mixed pool follows the mean of each listed field and is a source of it everywhere.

    given_back : 1/time. taken_up : what the pool holds at rest of a unit of the mean. relax :
    share of the way there in this step.
    """
    for k in range(len(places)):
        held = taken_up * mean_of(fields[places[k]].ravel())
        pool[k] += relax * (held - pool[k])
        gift, source = given_back * pool[k], sources[places[k]]
        for i in range(source.shape[0]):
            for j in range(source.shape[1]):
                source[i, j] += gift


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
        decay, gain = np.empty((2, len(diffusion), *modes.shape))
        for f, (spread, lost) in enumerate(zip(diffusion, loss, strict=True)):
            _decay_and_gain(spread * modes + lost, dt, decay[f], gain[f])
        return cls(decay, gain, shape)

    def step(self, fields: Field, sources: Field) -> Field:
        """Fields after one step, shape (fields, nx, ny); sources are amounts per time."""
        after = fields.copy()
        self.advance(after, sources)
        return after

    def advance(self, fields: Field, sources: Field) -> None:
        """The same, in place.

        A field that is exactly zero and has no source stays so, untransformed; the bits of
        the others do not depend on it.
        """
        live = np.empty(len(fields), np.int64)
        live = live[: list_live(fields, sources, live)]
        if len(live) == 0:
            return
        stack = np.empty((2 * len(live), *self.shape))
        stack_live(fields, sources, live, stack)
        modes = to_modes(stack)
        advance_modes(modes.view(np.float64), self.decay, self.gain, live)
        put_back(to_fields(modes[: len(live)], self.shape), live, fields)


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
        decay, gain = np.empty((2, *rate.shape))
        _decay_and_gain(rate, dt, decay, gain)
        return cls(gain / dt, shape)

    def __call__(self, amounts: Field) -> Field:
        """Smoothed amounts, shape (species, nx, ny); a species that is nowhere stays so."""
        smoothed = np.zeros_like(amounts)
        live = np.empty(len(amounts), np.int64)
        live = live[: list_live(amounts, smoothed, live)]
        if len(live):
            modes = to_modes(amounts[live])
            weigh_modes(modes.view(np.float64), self.weight)
            put_back(to_fields(modes, self.shape), live, smoothed)
        return smoothed
