"""Kernels are compiled beforehand by several processes that share the work."""

import pytest

from ivigabm.experiments import warm


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_process_meets_every_phase_and_scenario_from_another_place(count):
    plans = [list(warm._plan(part, count)) for part in range(count)]
    for plan in plans:
        assert {name for name, _ in plan} == set(warm.SCENARIOS)
        first = [phase for name, phase in plan if name == warm.SCENARIOS[0]]
        assert sorted(first) == list(range(len(warm.phase_names())))
    assert len({plan[0] for plan in plans}) == count
    assert warm.total(count) == sum(map(len, plans))


@pytest.mark.parametrize("part", [0, 1])
def test_phases_run_in_any_order(part):
    assert sum(1 for _ in warm.compile_part(part, 2)) == len(list(warm._plan(part, 2)))


def test_processes_say_how_far_they_are():
    said: list[tuple[int, int]] = []
    assert warm.warm(lambda done, total: said.append((done, total)), workers=2)
    assert said[-1] == (warm.total(2), warm.total(2))
    assert [done for done, _ in said] == sorted(done for done, _ in said)


def test_a_process_that_fails_is_said(monkeypatch):
    monkeypatch.setattr(warm.sys, "executable", "false")
    assert not warm.warm(lambda done, total: None, workers=1)
