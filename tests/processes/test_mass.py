"""Nothing appears or vanishes: immunoglobulin pools, their parcels, receptor copies."""

import numpy as np
import pytest
from small_worlds import small, stepwise, total

CASES = [
    ("healthy", {"schedule": "0:1,0.5:1sc"}),
    ("cidp", {"schedule": "0:2", "preparation": "igm_enriched"}),
    ("cidp", {"schedule": "-1:0.4x2/1sc", "knockout": "FcRn"}),
    ("itp", {"schedule": "0:1x2/1"}),
    ("mouse_itp", {"schedule": "-1:1ip", "preparation": "fab"}),
]


@pytest.mark.parametrize(("scenario", "words"), CASES, ids=lambda part: str(part))
def test_dosed_and_produced_is_present_and_cleared_at_every_step(scenario, words):
    for model in stepwise(small(scenario, days=2, **words)):
        for pools in (model.world.own, model.world.drug.pools):
            gone_in = pools.dosed + pools.produced
            assert np.allclose(gone_in, pools.present() + pools.cleared, rtol=1e-9, atol=0.0)
            assert pools.balance_error() < 1e-9
            assert (pools.present() >= 0.0).all()
            assert (pools.cleared >= 0.0).all()
    assert (model.world.drug.pools.cleared > 0.0).all()


@pytest.mark.parametrize("scenario", ["cidp", "itp", "mouse_itp"])
def test_parcels_hold_what_their_pool_has_in_tissue(scenario):
    for model in stepwise(small(scenario, days=1, schedule="0:2")):
        world = model.world
        for kind, pools in (("autoantibody", world.own), ("therapeutic_igg", world.drug.pools)):
            table, held = world.tables[kind], world.parcelled(pools)
            sums = total(table["amount_nmol"], table["pool"], len(pools.tissue))
            assert np.allclose(sums[held], pools.tissue[held], rtol=1e-12, atol=0.0)
            assert (table["amount_nmol"] >= 0.0).all()
        assert (world.drug.pools.tissue > 0.0).all()


@pytest.mark.parametrize("scenario", ["healthy", "cidp", "itp", "mouse_itp"])
def test_receptors_founded_and_made_are_present_or_lost(scenario):
    for model in stepwise(small(scenario, days=2, schedule="0:2")):
        made, lost, founded = model.world.receptor_ledger
        present = float(np.sum(model.world.tables["fcg_receptor"]["copies"]))
        assert founded + made == pytest.approx(present + lost, rel=1e-9)
    assert min(made, lost) > 0.0


def test_coated_red_cells_take_receptors_with_them():
    """They leave the blood in days, fill phagocytes, and what they take is lost, not forgotten."""
    coated = {"give": "opsonised_red_cell:40", "treat_day": 0.0, "no_ivig": True}
    bare, busy = (small("mouse_itp", days=1, **words).run() for words in ({}, coated))
    shown = [float(np.sum(m.world.tables["fcg_receptor"]["copies"])) for m in (bare, busy)]
    assert shown[1] < 0.7 * shown[0]
    assert np.min(busy.world.tables["macrophage"]["load"]) > 5.0
    assert 0.0 < busy.world.coated_red_cells < 20.0
    made, lost, founded = busy.world.receptor_ledger
    assert founded + made == pytest.approx(shown[1] + lost, rel=1e-9)


def test_what_cells_see_of_parcels_is_all_of_them():
    """Smoothing keeps the total: the mean over the mesh is the pool's mean concentration."""
    model = small("cidp", days=1, schedule="0:2").run()
    world = model.world
    (local,) = model.transport.local_molar((world.tables["therapeutic_igg"], world.drug.pools))
    assert np.allclose(local.mean(axis=(1, 2)), world.drug.pools.tissue_molar(), rtol=1e-9)
