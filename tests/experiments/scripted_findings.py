"""A stand-in for the simulator: platelets that only know what a finding is about."""

from collections.abc import Callable

import numpy as np

from ivigabm.experiments.task import Run, Task

HEADER = (
    "id,scenario,arm,versus,readout,relation,low,high,mechanism,citation,confidence,contested_by\n"
)
EDGE, NODE = "FC_FCGR2B_UP", "FcgRIIB"


def protects(task: Task) -> bool:
    """IgG that acts through one edge on one receptor."""
    found = task.resolved
    return found.preparation is not None and EDGE in found.mechanisms and NODE not in found.absent


def scripted(
    noise: float = 5.0, calls: list[Task] | None = None, rescue: float = 0.8
) -> Callable[[Task], Run]:
    """A `simulate` without a simulation: 1000 platelets, 100 with the antibody.

    rescue : what IgG gives back of the loss. noise : spread between seeds, same in all arms.
    """

    def simulate(task: Task) -> Run:
        if calls is not None:
            calls.append(task)
        found = task.resolved
        ill = any(antibody.dose_fold > 0.0 for antibody in found.scenario.antibody)
        low = 100.0 + 900.0 * (rescue if protects(task) else 0.0)
        chance = noise * np.random.default_rng(task.seed).standard_normal()
        day = np.array([found.start_day, 0.0, task.days or 1.0])
        level = np.array([1000.0, 1000.0, low + chance if ill else 1000.0])
        names = task.observe or ()
        columns = [level if name == "clinical_score" else 0.0 * day for name in names]
        outcomes = (("clinical_score", "", float(level[-1])),)
        return Run(
            task.key, task.seed, outcomes, names, np.column_stack([day, *columns]), wall_s=0.25
        )

    return simulate
