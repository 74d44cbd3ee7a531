"""Settings that a page sends: what they mean, and what is refused."""

import pytest

from ivigabm.app.settings import Config, carried, changed, chosen
from ivigabm.errors import InputError
from ivigabm.mechanisms import mechanism_ids, mechanisms
from ivigabm.perturbation import resolve
from ivigabm.scenario import Scenario


def off(bits):
    return {m.id for m, bit in zip(mechanisms(), bits, strict=True) if bit == "0"}


def test_defaults_are_the_scenario_as_it_stands():
    config = Config.read({})
    scenario = Scenario.load(config.scenario)
    assert resolve(scenario, config.perturbation(scenario)).scenario == scenario
    assert off(config.mechanisms) == set()


@pytest.mark.parametrize(
    ("preparation", "pathway"), [("fab2", "Fc"), ("fc", "Fab2"), ("recombinant_fc", "Fab2")]
)
def test_a_fragment_unticks_its_missing_half(preparation, pathway):
    missing = {m.id for m in mechanisms() if m.pathway == pathway or "intact" in m.needs}
    assert missing <= off(carried(preparation))
    if preparation != "recombinant_fc":  # which has no sialic acid either
        assert off(carried(preparation)) == missing


def test_what_needs_the_glycan_goes_with_it():
    sugar = {m.id for m in mechanisms() if "n297_glycan" in m.needs}
    assert off(carried("deglycosylated")) == sugar != set()


def test_albumin_carries_nothing():
    assert set(carried("albumin")) == {"0"}


def test_group_switches_leave_what_needs_both():
    bits = "1" * len(mechanism_ids())
    none = changed(bits, "group:Fc", False)
    assert off(none) == {m.id for m in mechanisms() if m.pathway == "Fc"}
    assert changed(none, "group:Fc", True) == bits
    assert chosen(changed("0" * len(bits), "FC_FCRN", True)) == ["FC_FCRN"]


@pytest.mark.parametrize("size", [32, 128])
def test_another_size_is_a_larger_tile_of_the_same_tissue(size):
    scenario = Scenario.load("itp")
    larger = resolve(scenario, Config(scenario="itp", size=size).perturbation(scenario)).scenario
    share = size * size / (64 * 64)
    assert larger.section.width == larger.section.height == size
    assert larger.cells.macrophage == scenario.cells.macrophage * share
    assert larger.target.count_per_agent == scenario.target.count_per_agent / share
    assert larger.cells.igg_parcels == scenario.cells.igg_parcels


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "object"),
        ({"sede": 1}, "did you mean 'seed'"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**60}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"size": 4096}, "32, 64, 128, 256"),
        ({"scenario": "cipd"}, "did you mean 'cidp'"),
        ({"scenario": "/etc/passwd"}, "not known"),
        ({"preparation": "../secret.toml"}, "not known"),
        ({"dose": 1e9}, "dose"),
        ({"dose": float("nan")}, "dose"),
        ({"mechanisms": "101"}, "one per mechanism"),
        ({"mechanisms": "2" * len(mechanism_ids())}, "one per mechanism"),
        ({"log": [[0, "FC_FCRN", 1]]}, "true or false"),
        ({"log": [[-1, "FC_FCRN", True]]}, "step"),
        ({"log": [[3, "give", 500]]}, "give"),
        ({"log": [[3, "FC_FCRM", True]]}, "did you mean 'FC_FCRN'"),
        ({"log": [[0, "give", 1.0]] * 3000}, "log"),
        ({"scenario": {"a": 1}}, "scenario"),
    ],
)
def test_what_cannot_be_is_refused_in_words(data, said):
    with pytest.raises(InputError) as error:
        Config.read(data)
    assert said in str(error.value)
    assert len(str(error.value)) < 1500


def test_settings_that_only_the_scenario_can_refuse_are_refused():
    scenario = Scenario.load("cidp")
    for bad in (Config(knockout=("FcgRX",)), Config(composition={"dimre": 0.1})):
        with pytest.raises(InputError):
            resolve(scenario, bad.perturbation(scenario))


def test_a_log_is_sorted_and_read_again_as_it_was():
    log = [[5, "give", 1.0], [2, "FC_FCRN", False]]
    config = Config.read({"log": log, "version": "0.0.9", "t": 7})
    assert [change[0] for change in config.log] == [2, 5]
    assert Config.read(config.as_json()) == config
