"""Where cells are counted, and what activation means for each kind."""

import numpy as np
import pytest

from ivigabm.errors import NotExpressible
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.probes import probe

TINY = {"set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 20}
EAE = {
    **TINY, "no_ivig": True, "set.cells.dendritic_cell": 8, "set.cells.t_naive": 24,
    "set.cells.treg": 8, "set.parameters.t_cell.priming": 2.0, "set.parameters.t_cell.exit": 3.0,
    "set.parameters.t_cell.barrier": 0.5, "set.parameters.t_cell.differentiation": 2.0,
}  # fmt: skip


def ran(name, days, **words):
    return IVIgModel(name, rng=1, days=days, perturbation=parse(words)).run()


def read(text, model):
    return probe(text, model.resolved.scenario)(model.world)


def test_t_cells_are_counted_in_tissue_and_node():
    model = ran("mouse_eae", 9, **EAE)
    cells, world = model.tables["t_cell"], model.world
    for kind in ("t_effector", "treg"):
        tissue, node = read(f"cells[{kind}, tissue]", model), read(f"cells[{kind}, spleen]", model)
        assert node == read(f"cells[{kind}, lymph_node]", model)
        assert tissue + node <= read(f"cells[{kind}]", model)
    assert read("cells[t_effector, tissue]", model) > 0
    within = cells["alive"] & world.target_site[cells["x"], cells["y"]]
    assert read("cells[t_cell, tissue]", model) == np.count_nonzero(within)
    with pytest.raises(NotExpressible, match="tissue, spleen, lymph_node"):
        read("cells[t_effector, blood]", model)


def test_activation_of_dendritic_cells_is_their_maturity():
    calm = ran("invitro_culture", 1, cells="dendritic_cell:20", no_ivig=True)
    alarmed = ran("invitro_culture", 1, cells="dendritic_cell:20", stimulus="LPS", no_ivig=True)
    assert read("activation[dendritic_cell]", calm) == 0.0
    assert 0.0 < read("activation[dendritic_cell]", alarmed) == read("maturation", alarmed)


def test_activation_of_b_cells_is_what_inhibitors_leave():
    active = {**TINY, "induction": "active", "set.run_in_days": 0}
    assert read("activation[b_cell]", ran("mouse_eamg", 1, no_ivig=True, **active)) == 1.0
    for preparation, most in (("ivig", 1.0), ("fc_hexamer", 0.7)):
        treated = ran("mouse_eamg", 1, preparation=preparation, **active)
        assert 0.4 < read("activation[b_cell]", treated) < most
    cut = ran("mouse_eamg", 1, preparation="fc_hexamer", without="FC_BCELL_FCGR2B", **active)
    assert read("activation[b_cell]", cut) == 1.0


def test_activation_of_b_cells_of_a_dish_needs_a_stimulus():
    rest = ran("invitro_culture", 0.2, cells="b_cell:20", no_ivig=True)
    linked = ran("invitro_culture", 0.2, cells="b_cell:20", stimulus="BCR", no_ivig=True)
    assert read("activation[b_cell]", rest) == 0.0 < read("activation[b_cell]", linked)


def test_targets_that_are_b_cells_have_no_activation():
    model = ran("mouse_cell_depletion", 0.1, no_ivig=True, **TINY)
    with pytest.raises(NotExpressible, match="activation"):
        read("activation[b_cell]", model)
