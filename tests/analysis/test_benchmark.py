"""The benchmark in its quick form: parts that compute in one process, ratios compared loosely."""

import json
import math

import pytest
from benchmark import against_c, engines, phases, report, scaling
from benchmark.clock import Measure, paired

from ivigabm.engine.diffusion import Operator, Smoother


def test_no_accepted_ratio_has_halved_unnoticed():
    """Both engines share a step's work, kernels and C a machine: the load drops out."""
    measures = [*engines.measure(quick=True), *against_c.measure(quick=True)]
    kept = [m for m in measures if m.kept]
    accepted = json.loads(report.ACCEPTED.read_text())
    assert {m.what for m in kept} <= set(accepted)
    assert all(math.isfinite(m.value) for m in kept)
    assert report.lost(measures) == []


def test_a_halved_ratio_is_said(tmp_path):
    before = [Measure("p", "a / b", 10.0, "×", kept=True), Measure("p", "time", 1.0, "s")]
    report.accept(before, tmp_path / "ratios.json")
    assert json.loads((tmp_path / "ratios.json").read_text()) == {"a / b": 10.0}
    assert report.lost(before, tmp_path / "ratios.json") == []
    after = [Measure("p", "a / b", 4.9, "×", kept=True), Measure("p", "time", 9.0, "s")]
    (line,) = report.lost(after, tmp_path / "ratios.json")
    assert "a / b" in line


def test_phases_add_up_and_the_field_operator_is_given_back(tmp_path):
    kept = Operator.advance, Smoother.__call__
    measures = list(phases.measure(quick=True))
    assert (Operator.advance, Smoother.__call__) == kept
    spent = {m.what: m.value for m in measures if m.unit == "µs/step"}
    whole, operator = spent.pop("whole step"), spent.pop(phases.FIELD_OPERATOR)
    assert 0.7 * whole < sum(spent.values()) < whole
    assert 0.0 < operator < spent["cytokines"] + spent["ports and mechanisms"]
    report.write(measures, [(10, 0.1), (100, 0.2)], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "benchmark.csv", "benchmark.md", "benchmark.svg"
    }  # fmt: skip


def test_a_molecule_agent_takes_little_memory():
    points: list[tuple[int, float]] = []
    measures = list(scaling.measure(True, points))
    sizes = [m.value for m in measures if m.what.startswith("memory of")]
    assert len(sizes) == 2
    assert max(sizes) < 200
    assert [n for n, _ in points] == sorted(n for n, _ in points)


def test_pairs_are_timed_apart():
    quick, slow = paired(lambda: sum(range(10)), lambda: sum(range(400_000)), rounds=3)
    assert slow > 5 * max(quick, 1e-6)


@pytest.mark.parametrize(("slope", "seconds"), [(1.0, (1e-3, 1e-2)), (0.5, (1e-3, 10**-2.5))])
def test_a_slope_is_that_of_logarithms(slope, seconds):
    assert scaling._slope(list(zip((100, 1000), seconds, strict=True))) == pytest.approx(slope)
