"""Real Fourier transforms of stacks of fields: those of `scipy.fft`, called without detours.

`scipy.fft.rfft2` finds out anew what array library, type and axes it was given, which takes as
long as the transform of a field of 16 x 16. Its compiled core gives the same numbers; where a
later scipy keeps it elsewhere, the public functions are called.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

try:
    from scipy.fft._pocketfft import pypocketfft as core
except ImportError:
    core = None

AXES = (1, 2)
FORWARD, BACKWARD = 0, 2  # of the core: the transform is not scaled, its inverse by 1 / size


def to_modes(fields: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Modes of fields (fields, nx, ny), shape (fields, nx, ny // 2 + 1)."""
    if core is None:
        return np.asarray(scipy.fft.rfft2(fields, axes=AXES))
    return np.asarray(core.r2c(fields, AXES, True, FORWARD, None, 1))


def to_fields(modes: NDArray[np.complex128], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Fields of this shape that have these modes."""
    if core is None:
        return np.asarray(scipy.fft.irfft2(modes, s=shape, axes=AXES))
    return np.asarray(core.c2r(modes, AXES, shape[1], False, BACKWARD, None, 1))
