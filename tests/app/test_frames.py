"""Frames: what is sent is what the models hold."""

import numpy as np
import pytest

from ivigabm.app.frames import ALIGN, MAGIC, frame, quantised, read_frame
from ivigabm.app.palette import KINDS, SIALYLATED
from ivigabm.app.settings import Config
from ivigabm.app.twin_model import ARMS, TwinModel
from ivigabm.app.welcome import config_message
from ivigabm.outcomes import CONTROL, TREATED
from ivigabm.processes.cytokines import NAMES
from ivigabm.scenario import scenario_names


@pytest.fixture(scope="module")
def twin():
    found = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32}))
    for _ in range(20):
        found.step()
    return found


def kind(name):
    return [look.id for look in KINDS].index(name)


def test_a_frame_is_read_back_as_the_models_are(twin):
    head, sections = read_frame(frame(twin, {"frame": 3}))
    assert (head["t"], head["frame"], head["bits"]) == (20, 3, twin.bits)
    for arm in ARMS:
        model = twin.models[arm]
        assert head["values"][arm] == pytest.approx(model.observer.last)
        of_macrophages = sections[arm, "kind"] == kind("macrophage")
        table = model.tables["macrophage"]
        assert sections[arm, "x"][of_macrophages].tolist() == table["x"].tolist()
        assert sections[arm, "y"][of_macrophages].tolist() == table["y"].tolist()
        activation = sections[arm, "state"][of_macrophages] / 255.0
        assert np.abs(activation - table["activation"]).max() <= 0.5 / 255.0
        for name in NAMES:
            field = model.world.fields[name]
            assert sections[arm, name].shape == field.shape[::-1]
            seen = sections[arm, name].T / 255.0
            assert np.abs(seen - field / (1.0 + field)).max() <= 0.5 / 255.0 + 1e-12


def test_sections_are_aligned_for_typed_arrays(twin):
    data = frame(twin, {})
    head, _ = read_frame(data)
    assert data[: len(MAGIC)] == MAGIC
    length = int.from_bytes(data[4:8], "little")
    assert (8 + length) % ALIGN == 0
    assert all(section["offset"] % ALIGN == 0 for section in head["sections"])


def test_both_arms_look_alike_at_the_start():
    _, sections = read_frame(frame(TwinModel(Config.read({"scenario": "itp", "size": 32})), {}))
    for (arm, name), array in sections.items():
        assert arm == TREATED or array.tobytes() == sections[TREATED, name].tobytes()


def test_sialylated_igg_is_told_apart_and_only_in_the_treated_arm(twin):
    _, sections = read_frame(frame(twin, {}))
    for arm in ARMS:
        igg = sections[arm, "kind"] == kind("therapeutic_igg")
        flags = sections[arm, "flags"]
        assert not flags[~igg].any()
        assert (igg.any(), flags.any()) == ((True, True) if arm == TREATED else (False, False))
    shapes = [look.shape for look in KINDS]
    assert SIALYLATED["shape"] != shapes[kind("therapeutic_igg")]
    assert arm == CONTROL


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_can_be_shown(name):
    found = TwinModel(Config.read({"scenario": name, "size": 32}))
    for _ in range(3):
        found.step()
    head, sections = read_frame(frame(found, {}))
    assert head["t"] == 3
    for arm in ARMS:
        assert sections[arm, "x"].max(initial=0) < 32
        assert sections[arm, "y"].max(initial=0) < 32
    assert config_message(found)["config"]["scenario"] == name


def test_half_effect_is_half_way():
    assert quantised(np.array([0.0, 1.0, 1e12, -1.0])).tolist() == [0, 128, 255, 0]
