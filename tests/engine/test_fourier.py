"""Transforms without detours give the bits of the public ones."""

import numpy as np
import pytest
import scipy.fft

from ivigabm.engine import fourier

SHAPES = [(4, 4), (8, 16), (16, 8), (32, 32), (10, 14), (13, 7), (64, 64)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("core", [fourier.core, None], ids=["core", "public"])
def test_bits_of_scipy(shape, core, monkeypatch):
    monkeypatch.setattr(fourier, "core", core)
    fields = np.random.default_rng(1).random((3, *shape))
    modes = scipy.fft.rfft2(fields, axes=(-2, -1))
    assert fourier.to_modes(fields).tobytes() == modes.tobytes()
    back = scipy.fft.irfft2(modes, s=shape, axes=(-2, -1))
    assert fourier.to_fields(modes, shape).tobytes() == back.tobytes()
    assert np.allclose(back, fields)
