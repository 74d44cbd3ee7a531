"""The spectral step against a dense matrix exponential and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from ivigabm.engine.diffusion import Operator, Smoother, laplacian_modes

SHAPE = (6, 5)
seeds = st.integers(0, 2**32 - 1)
diffusions = st.one_of(st.just(0.0), st.floats(1e-9, 200.0))
losses = st.one_of(st.just(0.0), st.floats(1e-9, 50.0))
steps = st.floats(1e-3, 0.25)


def dense(shape, pitch, diffusion, loss):
    """The generator of diffusion and decay as a matrix over the flattened mesh."""
    nx, ny = shape
    matrix = np.zeros((nx * ny, nx * ny))
    for i in range(nx):
        for j in range(ny):
            here = i * ny + j
            for a, b in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
                matrix[here, (a % nx) * ny + b % ny] += diffusion / pitch**2
                matrix[here, here] -= diffusion / pitch**2
            matrix[here, here] -= loss
    return matrix


def operator(shape, diffusion, loss, dt, pitch=1.0):
    return Operator.build(shape, pitch, np.array([diffusion]), np.array([loss]), dt)


@settings(max_examples=25, deadline=None)
@given(seeds, diffusions, losses, steps)
def test_a_step_is_the_matrix_exponential_with_its_source_integrated(seed, diffusion, loss, dt):
    drawn = np.random.default_rng(seed)
    field, source = drawn.random(SHAPE), drawn.random(SHAPE)
    n = field.size
    # the source's integral comes from the exponential of the augmented matrix
    augmented = np.zeros((n + 1, n + 1))
    augmented[:n, :n] = dense(SHAPE, 1.5, diffusion, loss)
    augmented[:n, n] = source.ravel()
    expected = (expm(augmented * dt) @ np.append(field.ravel(), 1.0))[:n].reshape(SHAPE)
    found = operator(SHAPE, diffusion, loss, dt, pitch=1.5).step(field[None], source[None])[0]
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-11)


@settings(max_examples=25, deadline=None)
@given(seeds, diffusions, losses, steps)
def test_the_total_is_lost_and_gained_at_the_stated_rates(seed, diffusion, loss, dt):
    drawn = np.random.default_rng(seed)
    field, source = drawn.random((8, 16)), drawn.random((8, 16))
    after = operator((8, 16), diffusion, loss, dt).step(field[None], source[None])[0]
    gained = -np.expm1(-loss * dt) / loss if loss > 0.0 else dt
    expected = field.sum() * np.exp(-loss * dt) + source.sum() * gained
    assert after.sum() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("dt", [1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("diffusion", [0.1, 20.0, 4000.0])
def test_a_point_source_never_rings_below_zero(diffusion, dt):
    field, source = np.zeros((1, 32, 32)), np.zeros((1, 32, 32))
    source[0, 3, 30] = 1.0
    step = operator((32, 32), diffusion, 12.0, dt)
    raw = np.fft.irfft2(np.fft.rfft2(source[0]) * step.gain[0], s=(32, 32))
    assert raw.min() > -1e-15 * raw.max() * raw.size  # before rounding is cut off at zero
    after = step.step(field, source)[0]
    assert after.min() >= 0.0
    assert np.unravel_index(after.argmax(), after.shape) == (3, 30)


def test_a_steady_source_settles_where_loss_balances_it():
    diffusion, loss, source = 20.0, 12.0, np.zeros((1, 16, 16))
    source[0, 5, 5] = 24.0
    step = operator((16, 16), diffusion, loss, 1.0 / 24.0)
    field = np.zeros_like(source)
    for _ in range(400):
        field = step.step(field, source)
    matrix = dense((16, 16), 1.0, diffusion, loss)
    expected = np.linalg.solve(-matrix, source.ravel()).reshape(16, 16)
    assert np.allclose(field[0], expected, rtol=1e-9)
    assert field.sum() == pytest.approx(source.sum() / loss, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(seeds, diffusions, losses, steps)
def test_two_half_steps_are_one_step(seed, diffusion, loss, dt):
    drawn = np.random.default_rng(seed)
    field, source = drawn.random((1, *SHAPE)), drawn.random((1, *SHAPE))
    half = operator(SHAPE, diffusion, loss, dt / 2)
    whole = operator(SHAPE, diffusion, loss, dt).step(field, source)
    assert np.allclose(half.step(half.step(field, source), source), whole, rtol=1e-9, atol=1e-12)


def test_an_unused_field_stays_exactly_zero_and_touches_no_other():
    drawn = np.random.default_rng(1)
    used, source = drawn.random((8, 8)), drawn.random((8, 8))
    nothing = np.zeros((8, 8))
    two = Operator.build((8, 8), 2.0, np.array([20.0, 20.0]), np.array([12.0, 5.0]), 0.04)
    after = two.step(np.array([nothing, used]), np.array([nothing, source]))
    assert not after[0].any()
    one = Operator.build((8, 8), 2.0, np.array([20.0]), np.array([5.0]), 0.04)
    assert after[1].tobytes() == one.step(used[None], source[None])[0].tobytes()


def test_modes_are_those_of_the_five_point_laplacian():
    nx, ny, pitch = 8, 6, 2.0
    found = laplacian_modes(nx, ny, pitch)
    assert found.shape == (nx, ny // 2 + 1)
    kernel = np.zeros((nx, ny))
    kernel[0, 0] = 4.0
    kernel[[1, -1, 0, 0], [0, 0, 1, -1]] = -1.0
    assert np.allclose(found, np.fft.rfft2(kernel).real / pitch**2, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(0.01, 500.0), steps)
def test_smoothing_is_the_time_average_of_diffusion_and_keeps_the_total(seed, diffusion, dt):
    amounts = np.random.default_rng(seed).random(SHAPE)
    found = Smoother.build(SHAPE, 1.0, diffusion, dt)(amounts[None])[0]
    assert found.sum() == pytest.approx(amounts.sum(), rel=1e-12)
    n = amounts.size
    augmented = np.zeros((n + 1, n + 1))
    augmented[:n, :n] = dense(SHAPE, 1.0, diffusion, 0.0)
    augmented[:n, n] = amounts.ravel()
    average = expm(augmented * dt)[:n, n].reshape(SHAPE) / dt
    assert np.allclose(found, average, rtol=1e-8, atol=1e-10)
