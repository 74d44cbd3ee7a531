"""The interaction network: what is counted, that counting changes nothing, and paths."""

import dataclasses

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from ivigabm.errors import InputError
from ivigabm.experiments import acts
from ivigabm.experiments.network import LAYERS, layer_of, network_of
from ivigabm.experiments.port_acts import rule_of
from ivigabm.experiments.tally import KEYS, Tally, acts_of
from ivigabm.mechanisms import mechanisms
from ivigabm.perturbation import parse
from ivigabm.processes import processes
from ivigabm.processes.ports import PORTS
from ivigabm.scenario import Scenario
from tests.small_worlds import FEW, PER_SCENARIO, differences, small, state

CIDP = Scenario.load("cidp")
CONVENTIONAL, SIALYLATED = acts.DRUG


def little(**words):
    return parse({**FEW, **PER_SCENARIO["cidp"], "dose": 2.0, **words})


@pytest.fixture(scope="module")
def found():
    return network_of(CIDP, little(), seeds=(1, 2), days=1.0)


@pytest.fixture(scope="module")
def model():
    return small("cidp", days=1.0, dose=2.0).run()


@pytest.mark.parametrize("scenario", ["cidp", "mouse_itp"])
def test_a_witness_changes_no_bit(scenario):
    days = 0.5 if scenario == "cidp" else 0.1
    plain, watched = (small(scenario, days=days) for _ in range(2))
    watched.witness = Tally()
    assert differences(state(plain.run()), state(watched.run())) == []
    assert watched.witness.steps == watched.world.step - round(
        watched.resolved.start_day / watched.world.dt
    )


def test_nobody_watches_by_default():
    assert small("cidp").witness is None


def test_shares_are_shares_and_weights_are_positive(found):
    assert ((found.edges["share"] >= 0) & (found.edges["share"] <= 1 + 1e-12)).all()
    assert (found.edges["weight"] >= 0).all()
    assert set(found.edges["sign"]) <= {-1, 1}
    assert not found.edges.duplicated(list(KEYS)).any()
    assert found.edges.notna().all().all()


def test_every_mechanism_that_acts_carries_an_edge_from_where_it_comes(found):
    carried = found.edges[found.edges["mechanism"] != ""]
    by_id = carried.groupby("mechanism")["source"].agg(set)
    assert by_id["FC_FCGR_BLOCK"] == {CONVENTIONAL, SIALYLATED}
    assert by_id["FC_TYPE2"] == {SIALYLATED}  # needs sialylated Fc
    assert by_id["FC_SIGNR1_SENSOR"] == {SIALYLATED}
    assert by_id["FC_TH2_AXIS"] == {"sensor_cell"}  # carried by cells that met the drug
    assert by_id["FC_FCGR2B_UP"] == {"il4"}
    known = {m.id for m in mechanisms()}
    assert set(by_id.index) <= known


def test_what_the_drug_holds_is_what_the_receptors_show(model):
    table = model.world.tables["fcg_receptor"]
    own = model.binding.own_competition(model.world)
    port = model.world.ports["fcgr_competitor"][0].mean(axis=(1, 2))
    held = [a for a in acts_of(model) if a.mechanism == "FC_FCGR_BLOCK"]
    for j, name in enumerate(model.receptor_names):
        rows = table["receptor"] == j
        drug = table["occupied_monomer"][rows] * port[j] / (own[j] + port[j])
        copies = table["copies"][rows]
        taken = float(np.sum((drug + table["occupied_complex"][rows]) * copies))
        found = [a for a in held if a.target == f"fcg_receptor:{name}"]
        assert sum(a.weight for a in found) == pytest.approx(taken * model.world.dt)
        assert sum(a.share for a in found) == pytest.approx(taken / float(np.sum(copies)))
        assert 0 < sum(a.share for a in found) < 1


def test_shares_of_an_attack_and_of_a_drive_sum_to_one(model):
    every = list(acts_of(model))
    attack = [a for a in every if a.target == "target_cell" and a.unit == "cells damaged"]
    assert sum(a.share for a in attack) == pytest.approx(1.0)
    table = model.world.tables["target_cell"]
    rate = float(np.sum(model.tissue.attack(model.world)[table["alive"]]))
    assert sum(a.weight for a in attack) == pytest.approx(rate * model.world.dt)
    drive = [a for a in every if a.process == "signalling"]
    assert sum(a.share for a in drive) == pytest.approx(1.0)
    assert {a.sign for a in drive if "RIIB" in a.source} == {-1}
    made = [a for a in every if a.target == "tnf" and a.process == "cytokines" and not a.mechanism]
    assert sum(a.share for a in made) == pytest.approx(1.0)


def test_engulfed_targets_are_counted_one_by_one():
    mouse = small("mouse_itp", days=0.2, no_ivig=True)
    mouse.witness = tally = Tally()
    deaths = 0
    while mouse.running:
        mouse.step()
        deaths += sum(group.phagocytosis.deaths for group in mouse.world.phagocytes)
    table = tally.table().set_index(["source", "target", "unit"])
    assert deaths > 0
    assert table.loc[("macrophage", "target_cell", "cells engulfed"), "weight"] == deaths


def test_without_the_drug_no_edge_leaves_it():
    bare = network_of(CIDP, little(no_ivig=True, dose=None), days=0.25)
    assert not set(acts.DRUG) & set(bare.edges["source"])
    assert (bare.edges["mechanism"] == "").all()
    assert bare.paths() == []


def test_mechanisms_that_are_off_carry_nothing():
    one = network_of(CIDP, little(only="FC_FCRN"), days=0.25)
    assert set(one.edges["mechanism"]) == {"", "FC_FCRN"}
    (path,) = (p for p in one.paths() if len(p.nodes) == 4 and p.nodes[0] == CONVENTIONAL)
    assert path.nodes == (CONVENTIONAL, "autoantibody", "target_cell", "inflammation_auc")
    assert path.mechanisms == ("FC_FCRN",)
    assert path.sign == -1


def test_agents_that_are_not_there_neither_act_nor_are_acted_on(found):
    tables = small("cidp").world.tables
    empty = {kind for kind, table in tables.items() if not table.living}
    assert "neutrophil" in empty
    assert not empty & {*found.edges["source"], *found.edges["target"]}


def test_every_port_and_process_has_somebody_to_act_on(model):
    for process in processes():
        assert process.name in acts.AGENT_OF
    for name in PORTS:
        for act in rule_of(name)(model):
            assert layer_of(act.target) != "outcome", name


def test_the_graph_merges_parallel_acts(found):
    graph = found.graph()
    assert isinstance(graph, nx.DiGraph)
    assert {data["layer"] for _, data in graph.nodes(data=True)} <= set(LAYERS)
    edge = graph.edges[CONVENTIONAL, "autoantibody"]
    assert set(edge["mechanism"].split(",")) == {"FC_FCRN", "FAB_ANTIID"}
    assert edge["pathway"] == "both"
    rows = found.edges[
        (found.edges["source"] == CONVENTIONAL) & (found.edges["target"] == "autoantibody")
    ]
    assert edge["share"] == pytest.approx(1 - np.prod(1 - rows["share"]))
    again = nx.parse_graphml("\n".join(nx.generate_graphml(graph)))
    assert again.edges[CONVENTIONAL, "autoantibody"]["share"] == pytest.approx(edge["share"])


def edges_of(rows):
    return pd.DataFrame(
        [(a, b, "p", m, "u", sign, 1.0, share) for a, b, m, share, sign in rows],
        columns=[*KEYS, "weight", "share"],
    )


def test_paths_are_ranked_by_the_product_of_their_shares(found):
    rows = [
        (CONVENTIONAL, "b_cell", "A", 0.5, -1), ("b_cell", "target_cell", "", 0.5, 1),
        (CONVENTIONAL, "target_cell", "B", 0.2, -1), (CONVENTIONAL, "target_cell", "C", 0.1, 1),
        ("target_cell", "b_cell", "", 1.0, 1), ("target_cell", "inflammation_auc", "", 1.0, 1),
        (SIALYLATED, "tnf", "D", 0.9, 1),
    ]  # fmt: skip
    edges = edges_of(rows)
    paths = dataclasses.replace(found, edges=edges).paths(count=3)
    told = [(p.mechanisms, round(p.share, 12), p.sign) for p in paths]
    assert told == [(("A",), 0.25, -1), (("B",), 0.2, -1), (("C",), 0.1, 1)]
    assert paths[0].nodes == (CONVENTIONAL, "b_cell", "target_cell", "inflammation_auc")
    assert len(dataclasses.replace(found, edges=edges).paths(most=0.15)) == 2


def test_the_long_way_round_the_spleen_is_found(found):
    ways = [p for p in found.paths(count=400) if "FC_FCGR2B_UP" in p.mechanisms]
    best = max(ways, key=lambda p: p.share)
    assert best.nodes[:5] == (SIALYLATED, "sensor_cell", "il33", "basophil", "il4")
    assert best.mechanisms == ("FC_SIGNR1_SENSOR", "FC_TH2_AXIS", "FC_FCGR2B_UP")
    assert best.sign == -1  # more FcγRIIB, less attack


def test_seeds_are_averaged(found):
    one, two = (network_of(CIDP, little(), seeds=(seed,), days=1.0).edges for seed in (1, 2))
    both = pd.concat([one, two]).groupby(list(KEYS))["weight"].sum() / 2
    mean = found.edges.set_index(list(KEYS))["weight"]
    assert mean.to_dict() == pytest.approx(both[mean.index].to_dict())


def test_an_outcome_that_nothing_leads_to_is_named(found):
    with pytest.raises(InputError, match="inflammation_auc"):
        found.paths("inflamation_auc")
    with pytest.raises(InputError, match="macrophage"):
        found.paths("macrophage")


def test_forms_of_the_drug_add_up_to_the_whole(model):
    def totals(forms):
        found = {}
        for act in acts_of(model, forms):
            key = (act.mechanism, act.target, act.process)
            weight, share = found.get(key, (0.0, 0.0))
            found[key] = (weight + act.weight, share + act.share)
        return found

    apart, whole = totals(True), totals(False)
    assert set(apart) == set(whole)
    for key, values in whole.items():
        assert apart[key] == pytest.approx(values)
    assert {act.source for act in acts_of(model, forms=False)} >= {CONVENTIONAL}
    assert SIALYLATED not in {act.source for act in acts_of(model, forms=False)}
