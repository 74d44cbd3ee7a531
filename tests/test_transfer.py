"""Transferred cells: they come as their dish or donor left them, and stay what they are."""

import numpy as np
import pytest
from reference.compare import differences
from reference.engine import ReferenceModel
from small_worlds import small

from ivigabm.errors import InputError, NotExpressible
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario

MANY = "1e6"
SENSING = {
    "transfer": f"macrophage:{MANY}", "transfer.knockin": "DC-SIGN",
    "transfer.preparation": "recombinant_fc_sialylated", "transfer.concentration": 0.5,
}  # fmt: skip


def host(scenario="mouse_kbxn", **words):
    return small(scenario, days=0.5, no_ivig=True, **{**words, "set.run_in_days": 0})


def newcomers(model, kind, without):
    """Rows of a kind that a host without transfer does not have."""
    return slice(without.tables[kind].n, model.tables[kind].n)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("macrophage", "macrophage"), ("monocyte", "macrophage"), ("neutrophil", "neutrophil"),
     ("nk_cell", "nk_cell"), ("dendritic_cell", "dendritic_cell"), ("basophil", "basophil"),
     ("t_effector", "t_cell"), ("t_naive", "t_cell"), ("treg", "t_cell")],
)  # fmt: skip
def test_every_kind_of_donor_cell_comes_and_moves_no_founder(cell, kind):
    plain, given = host(), host(transfer=f"{cell}:{MANY}")
    each = given.world.ps["transfer.cells_per_agent"]
    assert given.tables[kind].n - plain.tables[kind].n == float(MANY) / each
    before = plain.tables[kind].n
    for name in ("id", "x", "y"):
        assert (given.tables[kind][name][:before] == plain.tables[kind][name]).all()
    given.run()


def copies(model, receptor, rows):
    """Copies of a receptor on macrophages of these rows."""
    table = model.tables["fcg_receptor"]
    names = [r.name for r in model.world.receptors]
    mine = table["receptor"] == names.index(receptor)
    here = (table["host_row"] >= rows.start) & (table["host_row"] < rows.stop)
    return table["copies"][mine & here]


def test_a_knockout_of_the_donor_stays_one_in_the_host_and_the_other_way_round():
    plain, words = host(), {"transfer": f"macrophage:{MANY}"}
    bare = host(**words, **{"transfer.knockout": "FcgRIIB"})
    rows = newcomers(bare, "macrophage", plain)
    assert (copies(bare, "FcgRIIB", rows) == 0.0).all()
    assert (copies(bare, "FcgRIIB", slice(0, rows.start)) > 0.0).all()
    rescued = host(**words, knockout="FcgRIIB")
    assert (copies(rescued, "FcgRIIB", rows) > 0.0).all()
    assert (copies(rescued, "FcgRIIB", slice(0, rows.start)) == 0.0).all()


def test_cells_with_the_lectin_bring_what_met_them_in_their_dish():
    met, clean = host(**SENSING), host(**{k: v for k, v in SENSING.items() if "r.p" not in k
                                          and "concentration" not in k})  # fmt: skip
    assert met.world.donated_il33 > 0.1
    assert clean.world.donated_il33 == 0.0
    assert host(**{**SENSING, "transfer.knockin": None}).world.donated_il33 == 0.0
    assert host(**SENSING, **{"transfer.without": "FC_TH2_AXIS"}).world.donated_il33 == 0.0
    assert host(**SENSING, **{"transfer.knockout": "IL-33"}).world.donated_il33 == 0.0
    met.run()
    assert met.world.basophils_own > 0.0
    plain = {**SENSING, "transfer.preparation": "recombinant_fc"}
    assert host(**plain).world.donated_il33 == 0.0


def test_a_dish_primes_dendritic_cells_by_its_concentration():
    primed = []
    for grams in (1.0, 10.0):
        words = {"transfer": "dendritic_cell:1e5", "transfer.preparation": "ivig"}
        model = host("mouse_itp", **words, **{"transfer.concentration": grams})
        primed.append(model.tables["dendritic_cell"]["primed"].max())
    assert 0.0 < primed[0] < primed[1] < 1.0


def test_a_donor_animal_is_treated_by_dose():
    words = {"transfer": "dendritic_cell:1e5", "transfer.preparation": "ivig"}
    little, much = (
        host("mouse_itp", **words, **{"transfer.dose": dose}).tables["dendritic_cell"]["primed"]
        for dose in (0.1, 2.0)
    )
    assert 0.0 < little.max() < much.max()


def test_both_engines_give_the_same_bits():
    change = parse({**SENSING, "set.section.width": 16, "set.section.height": 16})
    model = IVIgModel("mouse_kbxn", rng=5, perturbation=change)
    reference = ReferenceModel("mouse_kbxn", rng=5, perturbation=change)
    for _ in range(6):
        assert differences(model, reference) == []
        model.step()
        reference.step()
    assert np.isfinite(model.world.basophils_own)


def test_the_untreated_twin_gets_no_cells_and_cells_that_make_the_disease_stay():
    found = parse(SENSING).without_therapy()
    assert found.transfer is None
    assert found.donor is None
    ill = parse({**SENSING, "transfer": "t_effector:1e6", "induction": "transfer"})
    assert ill.without_therapy().donor == ill.donor


@pytest.mark.parametrize(
    ("scenario", "words", "kind", "hint"),
    [
        ("mouse_kbxn", {"transfer.knockout": "C5"}, InputError, "transfer=CELL:NUMBER"),
        ("mouse_kbxn", {**SENSING, "transfer.knokout": "C5"}, InputError, "transfer.*knockout"),
        ("mouse_kbxn", {**SENSING, "transfer.dose": 1}, InputError, "transfer.concentration"),
        ("mouse_kbxn", {**SENSING, "transfer.preparation": None}, InputError, "preparation"),
        ("mouse_kbxn", {**SENSING, "transfer.knockout": "C55"}, NotExpressible, "C5"),
        ("mouse_kbxn", {**SENSING, "transfer": "macrophage"}, InputError, "CELL:NUMBER"),
        ("mouse_kbxn", {**SENSING, "transfer": "macrophage:nan"}, InputError, "macrophage"),
        ("mouse_kbxn", {**SENSING, "transfer.transfer": "treg:9"}, InputError, "no donor"),
        ("mouse_kbxn", {**SENSING, "treat_day": 4}, NotExpressible, "treat_day"),
        ("invitro_adcc", SENSING, NotExpressible, "is a dish"),
    ],
)
def test_what_cannot_be_transferred_is_refused(scenario, words, kind, hint):
    with pytest.raises(kind, match=hint) as caught:
        resolve(Scenario.load(scenario), parse(words))
    assert type(caught.value) is kind
