"""What published dishes showed, by direction, and that the effect goes with its mechanism."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from ivigabm.evidence_arm import parse_arm
from ivigabm.model import IVIgModel

SEEDS = range(1, 5)
PHAGOCYTOSIS, COMPLEMENT = "invitro_phagocytosis", "invitro_complement"
ADCC, CULTURE = "invitro_adcc", "invitro_culture"
CLEAR = 0.1  # a difference of shares worth naming


@cache
def figure(scenario: str, measure: str, words: str) -> float:
    """Mean of a measure at the end of the run over the dishes."""
    change = parse_arm(words).perturbation()
    models = [IVIgModel(scenario, rng=seed, perturbation=change, probes=(measure,)).run()
              for seed in SEEDS]  # fmt: skip
    return float(np.mean([model.observer.last[measure] for model in models]))


IVIG = "preparation=ivig; concentration=10"
STRONG = "set.parameters.binding.dimer_weight=10"  # as E021 and E022 want it
# scenario, measure, arm, versus, +1 where the arm's figure is higher, mechanisms that carry it
DIRECTIONS = {
    "E025 IVIg keeps macrophages from opsonised cells": (
        PHAGOCYTOSIS, "phagocytic_index", IVIG, "none", -1, "FC_FCGR_BLOCK",
    ),
    "monocytes alike": (
        PHAGOCYTOSIS, "phagocytic_index", f"{IVIG}; cells=monocyte", "cells=monocyte", -1,
        "FC_FCGR_BLOCK",
    ),
    "E021 dimers block more than monomers": (
        PHAGOCYTOSIS, "phagocytic_index", f"preparation=ivig_dimer_rich; concentration=5; {STRONG}",
        f"preparation=ivig_monomer; concentration=5; {STRONG}", -1, "FC_FCGR_BLOCK",
    ),
    "E126 IgG stops lysis": (
        COMPLEMENT, "lysis", f"{IVIG}", "none", -1, "FC_COMPL_C3B,FC_COMPL_CONV,FC_COMPL_EARLY",
    ),
    "E128 less C5b-9 by anti-GM1 IgM": (
        COMPLEMENT, "deposition[C5b-9]", f"{IVIG}; antibody.class=IgM", "antibody.class=IgM", -1,
        "FC_COMPL_C3B,FC_COMPL_CONV,FC_COMPL_EARLY",
    ),
    "E128 less C4b by anti-GM1 IgM": (
        COMPLEMENT, "deposition[C4b]", f"{IVIG}; antibody.class=IgM", "antibody.class=IgM", -1,
        "FC_COMPL_C3B,FC_COMPL_EARLY",
    ),
    "E127 IgG stops killing by NK cells": (
        ADCC, "killing", IVIG, "none", -1, "FC_FCGR_BLOCK",
    ),
    "E161 IVIg that binds a cell has it killed": (
        ADCC, "killing", f"{IVIG}; composition.anti_target=0.001; antibody.dose_fold=0",
        "antibody.dose_fold=0", 1, "FAB_ADCC",
    ),
    "E134 IVIg spares keratinocytes from Fas ligand": (
        CULTURE, "viability[keratinocyte]", IVIG, "none", 1, "FAB_FAS_BLOCK",
    ),
    "E136 neutrophils from antibody to Fas": (
        CULTURE, "viability[neutrophil]", f"{IVIG}; cells=neutrophil; stimulus=anti-Fas",
        "cells=neutrophil; stimulus=anti-Fas", 1, "FAB_FAS_BLOCK",
    ),
    "E137 neutrophils die at high concentration": (
        CULTURE, "viability[neutrophil]",
        "preparation=ivig; concentration=40; cells=neutrophil; stimulus=GM-CSF:0",
        "cells=neutrophil; stimulus=GM-CSF:0", -1, "FAB_FAS_AGONIST,FAB_SIGLEC",
    ),
    "E138 lymphocytes die at high concentration": (
        CULTURE, "viability[lymphocyte]",
        "preparation=ivig; concentration=40; cells=lymphocyte; stimulus=FasL:0",
        "cells=lymphocyte; stimulus=FasL:0", -1, "FAB_FAS_AGONIST",
    ),
    "E140 primed neutrophils die by antibody to Siglecs": (
        CULTURE, "viability[neutrophil]", f"{IVIG}; cells=neutrophil; stimulus=GM-CSF:3",
        f"{IVIG}; cells=neutrophil; stimulus=GM-CSF:3; composition.anti_siglec=0", -1,
        "FAB_SIGLEC",
    ),
    "E142 TNF-primed neutrophils make peroxide": (
        CULTURE, "ros", "preparation=fab2; concentration=10; cells=neutrophil; stimulus=TNF:2",
        "cells=neutrophil; stimulus=TNF:2", 1, "FAB_ANCA_LIKE",
    ),
    "E092 dendritic cells mature less under LPS": (
        CULTURE, "maturation",
        "preparation=ivig; concentration=22; cells=dendritic_cell; stimulus=LPS:5; set.days=2",
        "cells=dendritic_cell; stimulus=LPS:5; set.days=2", -1, "BOTH_DC_MAT",
    ),
    "E092 and more IL-10 under LPS": (
        CULTURE, "cytokine[IL-10]",
        "preparation=ivig; concentration=22; cells=dendritic_cell:600; stimulus=LPS:5",
        "cells=dendritic_cell:600; stimulus=LPS:5", 1, "BOTH_DC_MAT",
    ),
    "E091 basophils under IL-3 make IL-4": (
        CULTURE, "cytokine[IL-4]",
        "preparation=ivig; concentration=22; cells=basophil; stimulus=IL-3",
        "cells=basophil; stimulus=IL-3", 1, "FAB_BASO_IGE",
    ),
    "E120 C5a leaves neutrophils calm": (
        CULTURE, "activation[neutrophil]",
        "preparation=fab2; concentration=20; composition.anti_granule=0; cells=neutrophil; "
        "stimulus=C5a", "cells=neutrophil; stimulus=C5a", -1, "FAB_ANAPHYLATOXIN",
    ),
    "E120 C3a leaves basophils full": (
        CULTURE, "degranulation",
        "preparation=fab2; concentration=6.7; cells=basophil; stimulus=C3a",
        "cells=basophil; stimulus=C3a", -1, "FAB_ANAPHYLATOXIN",
    ),
    "E098 dendritic cells make prostaglandin": (
        CULTURE, "pge2", "preparation=fab2; concentration=10; cells=dendritic_cell; stimulus=LPS",
        "cells=dendritic_cell; stimulus=LPS", 1, "FAB_DC_PGE2",
    ),
    "E024 monomeric IgG keeps aggregates from neutrophils": (
        CULTURE, "degranulation",
        "preparation=ivig_monomer; concentration=10; cells=neutrophil; stimulus=aggregated_igg",
        "cells=neutrophil; stimulus=aggregated_igg", -1, "FC_FCGR_BLOCK",
    ),
    "E114 sialylated IgG dampens the B-cell receptor": (
        CULTURE, "signal[BCR, b_cell]",
        f"{IVIG}; composition.fc_sialic26=1; cells=b_cell; stimulus=BCR:3",
        "preparation=desialylated; concentration=10; cells=b_cell; stimulus=BCR:3", -1,
        "FC_BCELL_CD22",
    ),
    "E163 anti-idiotypes keep the antibody from its cell": (
        PHAGOCYTOSIS, "antibody_bound", f"{IVIG}; set.antibody.idiotype_recognised=1",
        "set.antibody.idiotype_recognised=1", -1, "FAB_ANTIID",
    ),
    "E098 regulatory T cells divide beside dendritic cells": (
        CULTURE, "proliferation[treg]",
        "preparation=fab2; concentration=10; cells=dendritic_cell,treg; set.days=3",
        "cells=dendritic_cell,treg; set.days=3", 1, "FAB_DC_PGE2",
    ),
    "E113 fewer effectors come of T cells under polarisation": (
        CULTURE, "share_of[t_effector, t_cell]",
        "preparation=ivig; concentration=22; cells=t_naive; stimulus=Th17_polarising:5; set.days=4",
        "cells=t_naive; stimulus=Th17_polarising:5; set.days=4", -1,
        "FAB_TEFF,FAB_CELLCELL,BOTH_IL11",
    ),
    "E113 fewer effectors make IL-17 under polarisation": (
        CULTURE, "share_of[th17, t_effector]",
        "preparation=ivig; concentration=22.5; cells=t_effector:800; stimulus=Th17_polarising:3",
        "cells=t_effector:800; stimulus=Th17_polarising:3", -1, "FAB_TEFF",
    ),
    "E040 macrophages answer interferon-gamma less": (
        CULTURE, "signal[IFN-gamma, macrophage]", f"{IVIG}; cells=macrophage; stimulus=IFN-gamma:2",
        "cells=macrophage; stimulus=IFN-gamma:2", -1, "FC_IFNG",
    ),
}  # fmt: skip


@pytest.mark.parametrize("finding", DIRECTIONS)
def test_direction_and_the_mechanism_that_carries_it(finding):
    scenario, measure, arm, versus, sign, carried_by = DIRECTIONS[finding]
    effect = sign * (figure(scenario, measure, arm) - figure(scenario, measure, versus))
    assert effect >= CLEAR
    cut = f"; without={carried_by}"
    other = versus + cut if versus != "none" else cut.removeprefix("; ")
    left = sign * (figure(scenario, measure, arm + cut) - figure(scenario, measure, other))
    assert left < 0.5 * effect


@pytest.mark.parametrize("preparation", ["fab2", "fc"])
def test_neither_fragment_alone_has_a_cell_killed(preparation):
    anti = "; composition.anti_target=0.001" if preparation == "fab2" else ""
    words = f"preparation={preparation}; concentration=10; antibody.dose_fold=0{anti}"
    assert figure(ADCC, "killing", words) == 0.0
    assert figure(ADCC, "killing", words.replace(preparation, "ivig", 1)) > CLEAR or not anti


def test_f_ab_2_leaves_what_needs_an_fc():
    fab2 = "preparation=fab2; concentration=10"
    for scenario, measure in (
        (PHAGOCYTOSIS, "phagocytic_index"), (COMPLEMENT, "lysis"), (ADCC, "killing"),
    ):  # fmt: skip
        assert figure(scenario, measure, fab2) == figure(scenario, measure, "none") > 0.4


def test_f_ab_2_takes_some_of_baff_from_b_cells():
    """E115; the share of anti-BAFF in pooled IgG is small here, and so is the effect."""
    cells = "cells=b_cell; stimulus=BAFF:3"
    fab2 = f"preparation=fab2; concentration=10; {cells}"
    with_baff = figure(CULTURE, "viability[b_cell]", cells)
    assert figure(CULTURE, "viability[b_cell]", "cells=b_cell; stimulus=BAFF:0") < with_baff - CLEAR
    assert figure(CULTURE, "viability[b_cell]", fab2) < with_baff - 0.005
    assert figure(CULTURE, "viability[b_cell]", f"{fab2}; without=FAB_BAFF") == with_baff


def test_monoclonal_antibody_is_out_of_reach_of_anti_idiotypes():
    """E046."""
    assert figure(PHAGOCYTOSIS, "antibody_bound", IVIG) == figure(
        PHAGOCYTOSIS, "antibody_bound", "none"
    )


@pytest.mark.parametrize("scenario", [PHAGOCYTOSIS, ADCC])
def test_a_dish_of_mouse_cells_works_too(scenario):
    measure = {PHAGOCYTOSIS: "phagocytic_index", ADCC: "killing"}[scenario]
    mouse = "species=mouse; antibody.origin=mouse; antibody.class=IgG2a"
    assert figure(scenario, measure, mouse) > 0.4
    assert figure(scenario, measure, f"{mouse}; knockout=FcgR_activating") == 0.0


def test_recognition_by_c1q_is_intact():
    """E119: C1q binds targets as before; what comes after it is less."""
    only = f"{IVIG}; without=FC_COMPL_EARLY"
    bound = [figure(COMPLEMENT, "deposition[C1q]", words) for words in (only, "none")]
    assert bound[0] == pytest.approx(bound[1], rel=1e-6)
    assert figure(COMPLEMENT, "deposition[C3b]", only) < 0.7 * figure(
        COMPLEMENT, "deposition[C3b]", "none"
    )


def test_sialic_acid_of_the_fc_and_fcgr2b_do_not_matter_to_human_macrophages():
    """E025, E026."""
    usual = figure(PHAGOCYTOSIS, "phagocytic_index", IVIG)
    sialylated = figure(PHAGOCYTOSIS, "phagocytic_index", f"{IVIG}; composition.fc_sialic26=0.5")
    without_it = figure(PHAGOCYTOSIS, "phagocytic_index", f"{IVIG}; knockout=FcgRIIB")
    assert sialylated == pytest.approx(usual, abs=0.05)
    assert without_it == pytest.approx(usual, abs=0.05)


@pytest.mark.parametrize(
    ("scenario", "measure", "knockout"),
    [
        (PHAGOCYTOSIS, "phagocytic_index", "FcRgamma,FcgRIIA"),
        (COMPLEMENT, "lysis", "C1q"),
        (COMPLEMENT, "lysis", "C6"),
        (ADCC, "killing", "FcgRIIIA"),
    ],
)
def test_each_dish_hangs_on_its_own_gene_products(scenario, measure, knockout):
    assert figure(scenario, measure, f"knockout={knockout}") == 0.0
    assert figure(scenario, measure, "antibody.dose_fold=0") == 0.0


@pytest.mark.parametrize("scenario", [PHAGOCYTOSIS, COMPLEMENT, ADCC])
def test_more_igg_never_helps_the_attack(scenario):
    measure = {PHAGOCYTOSIS: "phagocytic_index", COMPLEMENT: "lysis", ADCC: "killing"}[scenario]
    rising = [figure(scenario, measure, "none")]
    rising += [
        figure(scenario, measure, f"preparation=ivig; concentration={c}") for c in (1, 3, 10, 30)
    ]
    assert all(later <= earlier + 0.02 for earlier, later in pairwise(rising))
    assert rising[-1] < 0.2 * rising[0]
