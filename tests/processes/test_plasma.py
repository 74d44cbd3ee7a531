"""The closed form of a pool over one step against an ODE solver, and FcRn's balance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from small_worlds import small

from ivigabm.processes.plasma import advance_pool, fcrn_bound_share

amounts = st.floats(0.0, 1e6)
rates = st.floats(1e-3, 20.0)
losses = st.one_of(st.just(0.0), st.floats(1e-4, 50.0))
steps = st.floats(0.05 / 24.0, 0.25)


def advance(plasma, tissue, depot, catabolic, removal, out, back, absorb, available, source, dt):
    result = np.empty(6)
    advance_pool(plasma, tissue, depot, catabolic, removal, out, back, absorb, available, source,
                 dt, result)
    return result


def solved(plasma, tissue, loss, out, back, source, dt):
    """Plasma, tissue, lost at the end of the step, by integration."""

    def slope(_, y):
        p, e, _ = y
        return [source - (loss + out) * p + back * e, out * p - back * e, loss * p]

    answer = solve_ivp(slope, (0.0, dt), [plasma, tissue, 0.0], method="LSODA", rtol=1e-11,
                       atol=1e-9)
    return answer.y[:, -1]


@settings(max_examples=60, deadline=None)
@given(amounts, amounts, losses, losses, rates, rates, st.floats(0.0, 1e5), steps)
def test_closed_form_is_the_solution_of_the_two_compartments(
    plasma, tissue, catabolic, removal, out, back, source, dt
):
    result = advance(plasma, tissue, 0.0, catabolic, removal, out, back, 0.3, 0.7, source, dt)
    expected = solved(plasma, tissue, catabolic + removal, out, back, source, dt)
    found = [result[0], tissue * result[1] + result[2], result[4]]
    scale = plasma + tissue + source * dt + 1.0
    assert np.allclose(found, expected, rtol=1e-7, atol=1e-8 * scale)


@settings(max_examples=100, deadline=None)
@given(amounts, amounts, amounts, losses, rates, rates, rates, st.floats(0.0, 1.0), amounts, steps)
def test_a_step_keeps_the_mass(
    plasma, tissue, depot, catabolic, out, back, absorb, available, source, dt
):
    after = advance(plasma, tissue, depot, catabolic, 0.0, out, back, absorb, available, source, dt)
    put_in = plasma + tissue + depot + source * dt
    left = after[0] + tissue * after[1] + after[2] + after[3]
    assert left + after[4] == pytest.approx(put_in, rel=1e-9, abs=1e-9)
    assert after.min() >= -1e-9 * (put_in + 1.0)


@settings(max_examples=50, deadline=None)
@given(amounts, amounts, amounts, rates, rates, rates, rates, steps)
def test_two_half_steps_are_one_step(plasma, tissue, depot, catabolic, out, back, absorb, dt):
    """Exact for a pool without a depot, where nothing is held but the rates."""
    whole = advance(plasma, tissue, 0.0, catabolic, 0.0, out, back, absorb, 1.0, depot, dt)
    half = advance(plasma, tissue, 0.0, catabolic, 0.0, out, back, absorb, 1.0, depot, dt / 2)
    middle = tissue * half[1] + half[2]
    again = advance(half[0], middle, 0.0, catabolic, 0.0, out, back, absorb, 1.0, depot, dt / 2)
    scale = plasma + tissue + depot * dt + 1.0
    assert again[0] == pytest.approx(whole[0], rel=1e-9, abs=1e-10 * scale)
    assert middle * again[1] + again[2] == pytest.approx(
        tissue * whole[1] + whole[2], rel=1e-9, abs=1e-10 * scale
    )
    assert half[4] + again[4] == pytest.approx(whole[4], rel=1e-9, abs=1e-10 * scale)


@settings(deadline=None)
@given(st.floats(1e-3, 200.0), st.floats(1e-3, 100.0), st.floats(1e-2, 20.0))
def test_fcrn_binding_is_at_equilibrium(igg, receptor, kd):
    bound = fcrn_bound_share(igg, receptor, kd) * igg
    assert 0.0 < bound <= min(igg, receptor) * (1.0 + 1e-9)
    free = (igg - bound) * (receptor - bound)
    assert free == pytest.approx(kd * bound, rel=1e-6, abs=1e-6 * igg * receptor)


@settings(deadline=None)
@given(st.floats(1e-3, 200.0), st.floats(1.001, 10.0), st.floats(1e-2, 100.0), st.floats(0.1, 20.0))
def test_more_igg_leaves_a_smaller_share_saved(igg, fold, receptor, kd):
    less = fcrn_bound_share(igg, receptor, kd)
    more = fcrn_bound_share(igg * fold, receptor, kd)
    assert more <= less * (1.0 + 1e-9)
    assert fcrn_bound_share(0.0, receptor, kd) == pytest.approx(receptor / (receptor + kd))


def test_less_fcrn_from_birth_keeps_less_of_the_same_production():
    """FCGRT VNTR2/3 (B020): the level falls by less than the receptor, and stays."""
    usual = small("healthy", no_ivig=True, days=3)
    carrier = small("healthy", no_ivig=True, days=3, genotype="FCGRT-VNTR23")
    level = carrier.world.own.igg()
    assert 0.75 < level / usual.world.own.igg() < 0.9
    assert carrier.world.own.production == pytest.approx(usual.world.own.production, rel=1e-9)
    assert carrier.run().world.own.igg() == pytest.approx(level, rel=1e-6)


def test_without_fcrn_the_pool_is_that_of_uptake_alone():
    usual = small("healthy", no_ivig=True, days=1)
    lacking = small("healthy", no_ivig=True, days=1, knockout="FcRn")
    held = lacking.world.own.igg() / usual.world.own.igg()
    assert held == pytest.approx(
        usual.world.own.production.sum()
        / (usual.world.own.plasma.sum() * lacking.world.ps["fcrn.k_int"])
    )
