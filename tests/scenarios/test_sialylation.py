"""The sialylation chain in K/BxN arthritis and murine ITP, gifts, transfers and open questions.

Sialylated Fc on sensor cells, IL-33, basophil IL-4, and what IL-4 does: FcγRIIB on macrophages
and neutrophils that no longer follow their attractant.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest

from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse

SEEDS = (1, 2, 3)
NONE = {"no_ivig": True}
SMALL = {
    "set.section.width": 32, "set.section.height": 32, "set.cells.macrophage": 40,
    "set.cells.neutrophil": 3, "set.cells.sensor_cell": 10, "set.cells.basophil": 10,
    "set.cells.igg_parcels": 4, "set.cells.autoantibody_parcels": 40, "set.step_hours": 2,
}  # fmt: skip
FC = {"hypothesis": "sna_enrichment:fc"}
TETRA = {"preparation": "fc_tetrasialylated", "dose": 0.1}


@cache
def _swelling(words: tuple[tuple[str, Any], ...]) -> float:
    change, found = parse({**SMALL, **dict(words)}), []
    for seed in SEEDS:
        course = IVIgModel("mouse_kbxn", rng=seed, days=9, perturbation=change).run().observations()
        found.append(float(course["clinical_score"][course["day"] >= 2.0].mean()))
    return float(np.mean(found))


def swelling(**words: Any) -> float:
    """Mean score of days 2 to 9 of serum-transfer arthritis."""
    return _swelling(tuple(sorted(words.items())))


def protection(host: dict[str, Any] | None = None, **words: Any) -> float:
    host = host or {}
    untreated = swelling(**host, **NONE)
    return (untreated - swelling(**host, **words)) / untreated


def test_a_tenth_of_the_dose_suffices_where_the_fc_is_sialylated():
    """E063, E066, E073; E064 and E067 are the controls."""
    assert protection(**TETRA) > 0.7
    assert protection(preparation="recombinant_fc_sialylated", dose=0.03) > 0.7
    assert protection(preparation="sna_enriched", dose=0.1, **FC) > 0.55
    assert protection(preparation="recombinant_fc", dose=0.03) < 0.45
    assert protection(**TETRA) - protection(preparation="desialylated", dose=0.1) > 0.3


@pytest.mark.parametrize("product", ["SIGN-R1", "IL-33", "IL-4", "STAT6", "CSF-1"])
def test_the_gain_is_lost_without_a_link_of_the_chain(product):
    """E061, E067."""
    assert protection({"knockout": product}, **TETRA) < protection(**TETRA) - 0.25


@pytest.mark.parametrize("edge", ["FC_SIGNR1_SENSOR", "FC_TH2_AXIS"])
def test_the_gain_is_lost_without_an_edge_of_the_chain(edge):
    assert protection(**TETRA, without=edge) < protection(**TETRA) - 0.25


@pytest.mark.parametrize("gift", ["IL-33", "IL-4"])
def test_injected_cytokines_protect(gift):
    """E071; through the IL-4 receptor."""
    given = {"give": gift, **NONE}
    assert swelling(**given) < 0.8 * swelling(**NONE)
    assert swelling(knockout="IL-4R", **given) == pytest.approx(
        swelling(knockout="IL-4R", **NONE), rel=0.02
    )


def test_positions_on_the_chain_change_what_it_does():
    """E078, and splenectomy."""
    bystander = {"hypothesis": "th2_axis:bystander"}
    assert protection(bystander, **TETRA) < protection(**TETRA) - 0.25
    idle = {"hypothesis": "sialylation:not_required"}
    assert protection(idle, **TETRA) < protection(**TETRA) - 0.25
    spleenless = {"deplete": "spleen"}
    needed = protection(spleenless, **TETRA)
    elsewhere = {**spleenless, "hypothesis": "signr1_spleen:not_needed"}
    assert needed < protection(**TETRA) - 0.25
    assert protection(elsewhere, **TETRA) > needed + 0.25


@cache
def _platelets(words: tuple[tuple[str, Any], ...]) -> float:
    change = parse({"set.cells.igg_parcels": 8, **dict(words)})
    runs = (IVIgModel("mouse_itp", rng=seed, perturbation=change).run() for seed in SEEDS[:2])
    return float(np.mean([run.observations()["clinical_score"].iloc[-1] for run in runs]))


def platelets(**words: Any) -> float:
    """Platelets (1e9/L) a day after the antibody."""
    return _platelets(tuple(sorted(words.items())))


@pytest.mark.parametrize("position", ["fcgr2b_route:needed", "sialylation:required"])
def test_where_fcgr2b_is_needed_blockade_does_nothing(position):
    """E003, E012."""
    world, dose = {"hypothesis": position}, {"dose": 1.0, "treat_day": -1.0}
    untreated = platelets(**world, **NONE)
    gain = platelets(**world, **dose) - untreated
    assert gain > 200.0
    bare = {"knockout": "FcgRIIB"}
    assert platelets(**world, **bare, **dose) - platelets(**world, **bare, **NONE) < 0.5 * gain
    plain = platelets(preparation="desialylated", **world, **dose)
    assert plain - untreated < 0.5 * gain


def test_arthritis_without_fcgr2b_is_treated_less_where_it_is_needed():
    """E060: the loss is partial here, as FcRn and complement still see the drug."""
    world, dose = {"hypothesis": "fcgr2b_route:needed"}, {"dose": 2.0}
    bare = {**world, "knockout": "FcgRIIB"}
    assert protection(bare, **dose) < protection(world, **dose) - 0.1


def test_donor_cells_and_complexes_reach_phagocytes():
    """E034, E036, E038: directions; complexes and donor cells do less here than in the papers."""
    cells = {"transfer": "dendritic_cell:1e5", **NONE}
    met = {**cells, "transfer.preparation": "ivig", "transfer.concentration": 10.0}
    assert platelets(**met) > platelets(**cells) == platelets(**NONE)
    bare, cut = {"transfer.knockout": "FcgRIII"}, {"transfer.without": "FC_DC_FCGR3"}
    assert platelets(**met, **bare) == platelets(**cells) == platelets(**met, **cut)
    complexes = {"give": "immune_complex", "treat_day": -1.0, **NONE}
    assert platelets(**complexes) > platelets(treat_day=-1.0, **NONE)
    bare = {"knockout": "FcgRIIB", **NONE}
    coated = {"give": "opsonised_red_cell", "treat_day": 0.0}
    assert platelets(**coated, **bare) > platelets(**bare) + 20.0
