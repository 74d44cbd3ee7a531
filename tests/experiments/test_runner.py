"""One runner: every run once, the same bits wherever it is computed."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from light_tasks import die_on_three, die_once, fail, slow_square, threads, whose
from small_sweep import arm, arms, same

from ivigabm.errors import InputError
from ivigabm.experiments.executors import InProcess, Lost, Processes
from ivigabm.experiments.runner import Arm, run
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario


def test_runs_repeat_and_replicates_differ() -> None:
    once, again = run(arms(), [1, 2]), run(arms(), [1, 2])
    same(once.outcomes, again.outcomes)
    control = once.outcomes[once.outcomes["arm"] == "control"].set_index(["outcome", "seed"])
    assert (
        control.loc[("inflammation_auc", 1), "value"]
        != (control.loc[("inflammation_auc", 2), "value"])
    )
    assert (once.computed, once.cached, once.failed) == (8, 0, 0)
    assert list(once.outcomes) == ["arm", "key", "seed", "outcome", "unit", "value"]
    assert not once.outcomes.duplicated(["arm", "seed", "outcome"]).any()
    assert once.timeseries.empty


def test_the_key_is_what_is_simulated_and_not_the_name() -> None:
    assert arm("a", dose=1).key == arm("b", dose=1).key
    changes: list[dict[str, Any]] = [
        {}, {"dose": 2}, {"days": 0.25}, {"without": "fc"}, {"knockout": "FcRn"}, {"no_ivig": True},
        {"set.section.width": 20}, {"hypothesis": "idiotype_fraction:0"},
    ]  # fmt: skip
    assert len({arm("a", **{"dose": 1, **change}).key for change in changes}) == len(changes)


def test_the_key_sees_into_a_preparation_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    keys = set()
    for dimer in (0.1, 0.2):
        file.write_text(f'base = "ivig"\ndimer = {dimer}\n')
        keys.add(arm("own", preparation=str(file)).key)
    assert len(keys) == 2


def test_an_untreated_twin_is_simulated_once_for_all_mechanism_sets() -> None:
    twins = [arm("all", no_ivig=True), arm("no fc", no_ivig=True, without="fc")]
    found = run(twins, [1])
    assert found.computed == 1
    values = {name: part["value"].tolist() for name, part in found.outcomes.groupby("arm")}
    assert values["all"] == values["no fc"]


def test_without_igg_the_mechanism_set_changes_no_bit() -> None:
    """What sharing the untreated twin rests on: here both are simulated."""
    from ivigabm.model import IVIgModel

    tables = [
        IVIgModel("itp", rng=3, days=0.5, perturbation=twin.resolved).run().outcomes()
        for twin in (arm("all", no_ivig=True), arm("no fc", no_ivig=True, without="fc"))
    ]
    same(*tables)


def test_series_are_asked_for() -> None:
    found = run(arms()[:2], [1, 2], series=True)
    assert list(found.timeseries) == ["arm", "key", "seed", "day", "variable", "value"]
    assert not found.timeseries.duplicated(["arm", "seed", "day", "variable"]).any()
    assert set(found.timeseries["arm"]) == {"control", "0.5 g/kg"}
    last = found.timeseries.groupby(["arm", "seed", "variable"])["value"].last()
    titre = found.outcomes.set_index(["outcome", "arm", "seed"]).loc["autoantibody_titre"]
    assert last["control", 2, "autoantibody_titre"] == titre.loc[("control", 2), "value"]


def test_processes_give_the_same_bits() -> None:
    here = run(arms(), range(5), series=True)
    there = run(arms(), range(5), Processes(2, recycle=8), series=True)
    same(here.outcomes, there.outcomes)
    same(here.timeseries, there.timeseries)


def test_a_run_at_fault_raises_or_is_listed(
    scripted_model: type, disease: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: Any, days: float) -> None:
        if self.shift == 20.0:
            raise InputError("seed 2 is bad")

    monkeypatch.setattr(scripted_model, "run", break_down)
    only = [Arm("only", resolve(disease, parse({})), 1.0)]
    with pytest.raises(InputError, match="arm 'only', seed 2: seed 2 is bad"):
        run(only, [1, 2, 3])
    found = run(only, [1, 2, 3], keep_going=True)
    assert (found.computed, found.failed) == (2, 1)
    assert found.failures[0].seed == 2
    assert set(found.outcomes["seed"]) == {1, 3}


def test_a_worker_with_other_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivigabm.experiments.runner.code_version", lambda: "elsewhere")
    with pytest.raises(RuntimeError, match="another version"):
        run(arms()[:1], [1])


# -- processes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", [InProcess(), Processes(2)])
def test_every_task_gives_one_result(executor: Any) -> None:
    assert sorted(executor.map(slow_square, range(12))) == [n * n for n in range(12)]
    assert list(executor.map(slow_square, [])) == []


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    tasks = [(n, str(tmp_path / "mark")) for n in range(10)]
    assert sorted(Processes(2).map(die_once, tasks)) == list(range(10))
    assert (tmp_path / "mark").exists()


def test_a_task_that_kills_every_process_is_given_up_alone() -> None:
    found = list(Processes(2).map(die_on_three, range(8)))
    lost = [result for result in found if isinstance(result, Lost)]
    assert [(one.task, "3 processes died" in one.reason) for one in lost] == [(3, True)]
    assert sorted(set(found) - set(lost)) == [0, 1, 2, 4, 5, 6, 7]


def test_processes_are_recycled_and_have_one_thread() -> None:
    assert len(set(Processes(1, recycle=3).map(whose, range(9)))) == 3
    assert set(Processes(1).map(threads, [1])) == {"1"}


def test_an_exception_in_a_process_is_raised_here() -> None:
    with pytest.raises(ValueError, match="is wrong"):
        list(Processes(1).map(fail, [5]))


def test_processes_leave_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, time, os\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from light_tasks import whose\n"
        "from ivigabm.experiments.executors import Processes\n"
        "if __name__ == '__main__':\n"
        "    results = Processes(2).map(whose, range(4))\n"
        "    print(next(results), flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def test_values_keep_every_bit_through_the_store(tmp_path: Path) -> None:
    from ivigabm.experiments.store import Store
    from ivigabm.experiments.task import Run

    awkward = (0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308)
    names = tuple((f"o{i}", "", value) for i, value in enumerate(awkward))
    with Store(tmp_path) as store:
        store.add(Run("k", 1, names), {})
    kept = Store(tmp_path).outcomes()[0]["value"].to_numpy()
    assert kept.tobytes() == np.array(awkward).tobytes()
