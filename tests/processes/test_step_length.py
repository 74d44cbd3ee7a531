"""The length of a step is a matter of accuracy, not of outcome."""

import numpy as np
import pytest
from small_worlds import small

SECTION = {"set.section.width": 32, "set.section.height": 32, "set.cells.b_cell": 150}
DISEASE = {
    "cidp": {"set.cells.macrophage": 60, "set.run_in_days": 2},
    "itp": {"set.cells.macrophage": 100, "set.run_in_days": 3, "set.target.count_per_agent": 1.0},
}


@pytest.mark.parametrize("hours", [0.5, 2.0, 4.0])
def test_plasma_hardly_depends_on_the_step(hours):
    one, other = (
        small("healthy", days=14, schedule="0:0.4x5/1", **{"set.step_hours": step}).run()
        for step in (1.0, hours)
    )
    ends = [model.observations().serum_igg_g_per_l.iloc[-1] for model in (one, other)]
    cleared = [model.world.own.cleared.sum() for model in (one, other)]
    assert ends[1] == pytest.approx(ends[0], rel=0.004)
    assert cleared[1] == pytest.approx(cleared[0], rel=0.004)


@pytest.mark.parametrize("scenario", DISEASE)
def test_patients_do_alike_at_a_longer_step(scenario):
    names = ("target_integrity", "inflammation_auc", "autoantibody_titre")
    seeds = range(6)

    def group(hours):
        words = {**SECTION, **DISEASE[scenario], "set.step_hours": hours}
        models = (small(scenario, days=5, seed=seed, **words).run() for seed in seeds)
        runs = [model.observer.outcomes() for model in models]
        return np.array([[run[name] for name in names] for run in runs])

    fine, coarse = group(1.0), group(3.0)
    error = np.sqrt((fine.var(axis=0, ddof=1) + coarse.var(axis=0, ddof=1)) / len(seeds))
    apart = np.abs(fine.mean(axis=0) - coarse.mean(axis=0))
    assert (apart < 3.0 * error + 0.02 * fine.mean(axis=0)).all(), apart
    assert (error < 0.08 * fine.mean(axis=0)).all()  # or the line above would pass anything
