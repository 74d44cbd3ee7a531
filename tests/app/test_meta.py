"""What can be shown and chosen is what the model has."""

import json
import re

from ivigabm.app.happened import MOST, Happened, spoken
from ivigabm.app.meta import meta, page
from ivigabm.app.palette import GROUPS, KINDS, SIALYLATED
from ivigabm.app.settings import Config, carried
from ivigabm.app.twin_model import TwinModel
from ivigabm.mechanisms import mechanism_ids
from ivigabm.mechanisms.graph import wiring
from ivigabm.scenario import scenario_names


def test_every_mechanism_scenario_and_edge_is_there():
    found = meta()
    assert [m["id"] for m in found["mechanisms"]] == list(mechanism_ids())
    assert [s["id"] for s in found["scenarios"]] == scenario_names()
    assert {tuple(edge) for edge in found["graph"]["edges"]} == set(wiring().edges)
    json.dumps(found, allow_nan=False)


def test_references_point_somewhere():
    found = meta()
    for mechanism in found["mechanisms"]:
        assert mechanism["references"], mechanism["id"]
        assert set(mechanism["references"]) <= set(found["references"])
        assert mechanism["evidence"] in ("agreed", "disputed")


def test_the_first_screen_names_what_exists():
    found = meta()
    assert set(page()["headline"]) <= set(mechanism_ids())
    assert all(len(short) <= 18 for short in page()["headline"].values())
    assert set(page()["charts"]) <= {variable["id"] for variable in found["variables"]}
    assert set(found["cards"]) <= {lesson["id"] for lesson in found["lessons"]}
    assert sorted(v["chart"] for v in found["variables"] if v["chart"]) == [1, 2, 3]


def test_presets_untick_what_the_product_cannot_carry():
    presets = {preset["id"]: preset for preset in meta()["presets"]}
    assert presets["fab2"]["mechanisms"] == carried("fab2")
    for preset in presets.values():
        Config.read({"preparation": preset["preparation"], "mechanisms": preset["mechanisms"]})


def test_nodes_of_the_diagram_do_not_lie_on_each_other():
    nodes = meta()["graph"]["nodes"]
    places = [(node["x"], node["y"]) for node in nodes]
    assert len(set(places)) == len(places)
    assert all(0.0 <= x <= 1.0 and 0.0 < y < 1.0 for x, y in places)


def test_colours_of_the_groups_belong_to_nobody_else():
    groups = {group[shade] for group in GROUPS for shade in ("colour", "dark")}
    others = {c for look in KINDS for c in (look.colour, look.dark)}
    others |= {SIALYLATED["colour"], SIALYLATED["dark"]}
    assert not groups & others
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in groups | others)


def test_what_happened_names_the_change_first_and_its_references():
    twin = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32}))
    happened = Happened(twin)
    for t in range(40):
        if t == 20:
            twin.change("FC_FCGR_BLOCK", False)
        happened.notice()
        twin.step()
    happened.notice()
    told = happened.sentences()
    assert told[0]["mechanism"] == "FC_FCGR_BLOCK"
    assert "Blockade of Fcγ receptors was switched off" in told[0]["text"]
    assert "20 steps later" in told[0]["text"]
    assert 1 < len(told) <= MOST
    assert {entry["mechanism"] for entry in told[1:]} & {"FC_FCRN"}
    for entry in told:
        assert entry["references"]
        assert set(entry["references"]) <= set(meta()["references"])


def test_what_happened_tells_of_doses_and_groups():
    twin = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32, "dose": 0.0}))
    happened = Happened(twin)
    assert happened.sentences() == []
    twin.change("give", 1.5)
    happened.notice()
    assert "1.5 g/kg" in happened.sentences()[0]["text"]
    twin.change("group:Fab2", False)
    happened.notice()
    assert "All Fab2 mechanisms were switched off" in happened.sentences()[0]["text"]
    assert all(entry["references"] for entry in happened.sentences())


def test_numbers_are_said_as_people_say_them():
    said = {278_200_000.0: "278 million", 2.5e9: "2.5 billion", 12_345.0: "12\u202f300",
            41.26: "41.3", 0.0: "0", 0.02: "0.02", 1e-9: "less than 0.001"}  # fmt: skip
    assert {value: spoken(value) for value in said} == said
