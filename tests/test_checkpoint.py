"""A run that was saved and resumed goes on to the same bits, at any step, also elsewhere."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from reference.worlds import SCENARIOS, small

from ivigabm.engine import checkpoint
from ivigabm.engine.checkpoint import State
from ivigabm.errors import InputError
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse

STEPS = 6


def made(scenario: str, **words: object) -> IVIgModel:
    change = parse(small(scenario, **words))
    return IVIgModel(scenario, rng=21, perturbation=change, probes=["cells[macrophage]"])


def stepped(model: IVIgModel, steps: int) -> IVIgModel:
    for _ in range(steps):
        model.step()
    return model


def apart(one: Path, other: Path) -> list[str]:
    """Names of what two files do not hold alike, to the last bit."""
    a, b = checkpoint.read(one), checkpoint.read(other)
    names = [name for name in a.header | b.header if a.header.get(name) != b.header.get(name)]
    names += sorted(set(a.arrays) ^ set(b.arrays))
    return names + [
        name
        for name in set(a.arrays) & set(b.arrays)
        if a.arrays[name].shape != b.arrays[name].shape
        or a.arrays[name].tobytes() != b.arrays[name].tobytes()
    ]


def saved(model: IVIgModel, path: Path) -> bytes:
    """The file that a model writes of itself: all of its state, to the last bit."""
    model.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("no_ivig", [False, True], ids=["treated", "control"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_resumed_runs_equal_uninterrupted_ones(scenario, no_ivig, tmp_path):
    model = stepped(made(scenario, no_ivig=no_ivig), 14)
    model.save(tmp_path / "half")
    resumed = IVIgModel.resume(tmp_path / "half")
    resumed.save(tmp_path / "again")
    assert apart(tmp_path / "half", tmp_path / "again") == []
    one = saved(stepped(model, STEPS), tmp_path / "one")
    other = saved(stepped(resumed, STEPS), tmp_path / "other")
    assert apart(tmp_path / "one", tmp_path / "other") == []
    assert one == other


@pytest.mark.parametrize("at", [0, 1, 2, 5, 23, 25])
def test_it_may_be_saved_at_any_step(at, tmp_path):
    """Infusions run in over several steps, day 1 brings the next dose."""
    whole = stepped(made("itp", schedule="0:0.4x5/1"), 30)
    half = stepped(made("itp", schedule="0:0.4x5/1"), at)
    half.save(tmp_path / "half")
    resumed = stepped(IVIgModel.resume(tmp_path / "half"), 30 - at)
    assert saved(resumed, tmp_path / "b") == saved(whole, tmp_path / "a")


def test_comparators_go_on_where_they_were(tmp_path):
    words = {"therapy": ["plasma_exchange", "glucocorticoid", "anti_cd20", "fcrn_antagonist"]}
    model = stepped(made("cidp", **words), 10)
    assert model.world.comparators.b_cell_kill > 0.0
    model.save(tmp_path / "half")
    resumed = IVIgModel.resume(tmp_path / "half")
    assert resumed.world.comparators.b_cell_kill == model.world.comparators.b_cell_kill
    one = saved(stepped(model, STEPS), tmp_path / "a")
    assert saved(stepped(resumed, STEPS), tmp_path / "b") == one


def test_what_was_observed_comes_along(tmp_path):
    model = stepped(made("cidp"), 9)
    model.save(tmp_path / "half.npz")
    resumed = IVIgModel.resume(tmp_path / "half.npz")
    assert resumed.observations(start=True).equals(model.observations(start=True))
    assert resumed.outcomes().equals(model.outcomes())
    assert resumed.agent_steps == model.agent_steps
    assert resumed.acted == model.acted
    assert resumed.acted
    ours = resumed.datacollector.get_model_vars_dataframe()
    assert ours.equals(model.datacollector.get_model_vars_dataframe())
    assert (resumed.steps, resumed.days, resumed.seed) == (9, model.days, 21)
    assert len(resumed.agents) == len(model.agents)
    layer = resumed.grid._mesa_property_layers["tnf"]
    assert np.array_equal(layer.data, model.grid._mesa_property_layers["tnf"].data)


def test_another_process_goes_on_to_the_same_bits(tmp_path):
    model = stepped(made("mouse_kbxn"), 12)
    model.save(tmp_path / "half")
    code = (
        "import sys; from ivigabm import IVIgModel\n"
        "model = IVIgModel.resume(sys.argv[1])\n"
        f"for _ in range({STEPS}): model.step()\n"
        "model.save(sys.argv[2])"
    )
    ways = [str(tmp_path / name) for name in ("half", "elsewhere")]
    subprocess.run([sys.executable, "-c", code, *ways], check=True)
    one = saved(stepped(model, STEPS), tmp_path / "here")
    assert (tmp_path / "elsewhere").read_bytes() == one


def test_a_finished_run_stays_finished_and_can_be_prolonged(tmp_path):
    model = made("cidp").run(days=0.5)
    model.save(tmp_path / "end")
    resumed = IVIgModel.resume(tmp_path / "end")
    assert not resumed.running
    assert resumed.run(days=0.75).world.step == 18


def test_the_file_is_plain_arrays_and_json(tmp_path):
    made("cidp").save(tmp_path / "state.npz")
    with np.load(tmp_path / "state.npz", allow_pickle=False) as arrays:
        header = json.loads(arrays["header"].tobytes())
        assert arrays["table/macrophage/activation"].dtype == np.float64
    assert header["resolved"]["scenario"]["name"] == "cidp"
    assert list(tmp_path.iterdir()) == [tmp_path / "state.npz"]


@pytest.mark.parametrize("harm", ["cut", "flip", "text", "folder", "gone", "plain npz"])
def test_what_is_no_saved_state_is_refused(harm, tmp_path):
    path = tmp_path / "state"
    if harm in ("cut", "flip"):
        made("healthy").save(path)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data[:-40] if harm == "cut" else data)
    elif harm == "text":
        path.write_text("no archive")
    elif harm == "folder":
        path.mkdir()
    elif harm == "plain npz":
        with path.open("wb") as file:
            np.savez(file, a=np.zeros(2))
    with pytest.raises(InputError, match="state"):
        IVIgModel.resume(path)


def change(path: Path, header: dict[str, object], arrays: dict[str, object]) -> None:
    state = checkpoint.read(path)
    checkpoint.write(path, State({**state.header, **header}, {**state.arrays, **arrays}))


@pytest.mark.parametrize(
    ("header", "arrays", "message"),
    [
        ({"format": "ivigabm state 0"}, {}, "format"),
        ({"code": "f" * 16}, {}, "other code"),
        ({"resolved": {}}, {}, "scenario"),
        ({"founders": {}}, {}, "does not fit"),
        ({}, {"table/macrophage/activation": np.zeros(3)}, "macrophage.activation"),
        ({}, {"fields": np.zeros((2, 2))}, "does not fit"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(header, arrays, message, tmp_path):
    path = tmp_path / "state"
    made("healthy").save(path)
    change(path, header, arrays)
    with pytest.raises(InputError, match=message):
        IVIgModel.resume(path)


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        made("healthy").save(tmp_path / "missing" / "state")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    model = made("healthy")
    before = saved(model, tmp_path / "state")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "open", full)
    with pytest.raises(InputError, match="No space"):
        stepped(model, 1).save(tmp_path / "state")
    assert (tmp_path / "state").read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "state"]
