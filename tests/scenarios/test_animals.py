"""Directions of the smaller animal models and of Alzheimer's disease, with a negative control each.

Small sections, few seeds: each test compares individuals of one seed. What was published stands
beside each test by the id of its finding.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest

from ivigabm.errors import InputError, NotExpressible
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario

SEEDS = (1, 2, 3)
NONE = {"no_ivig": True}
SMALL = {
    "set.section.width": 32, "set.section.height": 32, "set.cells.igg_parcels": 4,
    "set.cells.autoantibody_parcels": 20,
}  # fmt: skip

TINY = {"set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 10}


@cache
def _models(name: str, words: tuple[tuple[str, Any], ...]) -> tuple[IVIgModel, ...]:
    slow = "alzheimer" in name  # hundreds of days, hardly any chance in them
    change = parse({**SMALL, **(TINY if slow else {}), **dict(words)})
    probes = ("c5a",) if name == "mouse_complement_shock" else ()
    seeds = SEEDS[:1] if slow else SEEDS
    return tuple(
        IVIgModel(name, rng=seed, perturbation=change, probes=probes).run() for seed in seeds
    )


def models(name: str, **words: Any) -> tuple[IVIgModel, ...]:
    return _models(name, tuple(sorted(words.items())))


def courses(name: str, column: str = "clinical_score", **words: Any) -> np.ndarray:
    """Courses from the start on, shape (seeds, observations)."""
    return np.array([m.observations(start=True)[column] for m in models(name, **words)])


def mean(name: str, **words: Any) -> float:
    return float(courses(name, **words).mean())


# -- tracer -------------------------------------------------------------------------------------


def clearance(**words: Any) -> float:
    """mL/d/kg of the tracer over the run: lost over the area of its concentration."""
    probes = ("catabolised[antibody]", "plasma[antibody]")
    change = parse({**SMALL, **words})
    table = IVIgModel("mouse_healthy", rng=1, perturbation=change, probes=probes).run()
    seen = table.observations()
    area = np.trapezoid(seen["plasma[antibody]"], seen["day"])
    return float(seen["catabolised[antibody]"].iloc[-1] / area)


def test_a_tracer_is_cleared_faster_under_ivig_by_fcrn_alone():
    """P027, P028: 5.2 mL/d/kg, 11 to 16 under 1 to 2 g/kg, 68 without FcRn."""
    alone, treated = clearance(**NONE), clearance(dose=1.0)
    assert 4.0 < alone < 7.0
    assert 9.0 < treated < 18.0
    assert clearance(dose=1.0, without="FC_FCRN") == pytest.approx(alone, rel=1e-9)
    assert clearance(knockout="FcRn", **NONE) > 8.0 * alone


def test_a_tracer_harms_nobody():
    for model in models("mouse_healthy", **NONE):
        target = model.tables["target_cell"]
        assert not target["opsonin"].any()
        assert (target["function"] == 1.0).all()


# -- circulating cells --------------------------------------------------------------------------


def left(hour: float, **words: Any) -> float:
    """Share of circulating cells left some hours after the antibody."""
    rows = [m.observations() for m in models("mouse_cell_depletion", **words)]
    return float(np.mean([r["target_integrity"][r["day"] <= hour / 24.0].iloc[-1] for r in rows]))


def test_b_cells_are_gone_within_days_and_only_with_fcgr():
    """Those of organs too, which are cleared as they come into the blood."""
    assert left(96, **NONE) < 0.2
    assert left(72, knockout="FcgR_activating", **NONE) > 0.6
    assert left(72, deplete="macrophage", **NONE) > 0.8
    assert left(72, disease="off", **NONE) > 0.9


def test_ivig_slows_clearance_of_red_cells_through_blockade():
    """E029."""
    red = {"antibody.target": "red_cell"}
    gain = left(24, dose=2.0, **red) - left(24, **red, **NONE)
    assert gain > 0.1
    assert left(24, dose=2.0, without="FC_FCGR_BLOCK", **red) - left(24, **red, **NONE) < gain / 2


# -- organs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("organ", ["skin", "kidney", "joint", "muscle"])
def test_ivig_lessens_the_lesion_of_an_organ(organ):
    """E054, E065, E121: lesion over a week."""
    untreated, treated = (
        mean("mouse_tissue_antibody", organ=organ, **NONE),
        mean("mouse_tissue_antibody", organ=organ),
    )
    assert untreated > 0.1
    assert treated < 0.9 * untreated


def test_organs_differ_and_health_has_no_lesion():
    found = {o: mean("mouse_tissue_antibody", organ=o, **NONE) for o in ("skin", "brain", "joint")}
    assert found["brain"] < 0.2 * found["skin"] < found["joint"]
    assert mean("mouse_tissue_antibody", disease="off", **NONE) == 0.0


def test_ivig_without_its_routes_leaves_the_skin_alone():
    cut = "FC_FCRN,FC_FCGR_BLOCK,FC_COMPL_C3B,FC_COMPL_EARLY,FC_COMPL_CONV,FC_TH2_AXIS"
    untreated = mean("mouse_tissue_antibody", **NONE)
    gain = untreated - mean("mouse_tissue_antibody")
    assert untreated - mean("mouse_tissue_antibody", without=cut) < gain / 2


def test_ivig_saves_from_fatal_nephritis():
    """E065, but for its loss without FcγRIIB, which the position fcgr2b_route:needed holds."""
    name, ill = "mouse_tissue_antibody", {"organ": "kidney"}
    assert not any(m.world.survived for m in models(name, **ill, **NONE))
    assert all(m.world.survived for m in models(name, **ill))


# -- nerve and end-plate ------------------------------------------------------------------------


def test_the_antibody_holds_up_a_regrowing_axon_through_fcgr():
    """E150, E153: without activating FcγR regrowth is that of a mouse without antibody."""
    grown = {k: float(courses("mouse_gbs_nerve", **w)[:, -1].mean()) for k, w in {
        "ill": NONE, "treated": {}, "well": {"disease": "off", **NONE},
        "bare": {"knockout": "FcRgamma", **NONE},
    }.items()}  # fmt: skip
    assert grown["well"] > 0.8
    assert grown["ill"] < 0.65 * grown["well"]
    assert grown["bare"] > 0.95 * grown["well"]
    assert grown["treated"] > grown["ill"]
    assert (courses("mouse_gbs_nerve", **NONE)[:, 0] == 0.0).all()


def test_eamg_is_a_disease_of_complement_and_ivig_holds_it_off():
    """Needs C3 and C5, not FcγR (B016: FcγRIIB protects nobody here)."""
    ill = mean("mouse_eamg", **NONE)
    assert courses("mouse_eamg", **NONE)[:, :48].max() < 1.0 < ill
    for product in ("C3", "C5", "C1q"):
        assert mean("mouse_eamg", knockout=product, **NONE) < 0.1 * ill
    assert mean("mouse_eamg", knockout="FcRgamma", **NONE) > 0.8 * ill
    assert mean("mouse_eamg") < 0.5 * ill
    complement = "FC_COMPL_C3B,FC_COMPL_CONV,FC_COMPL_EARLY,FC_FCRN"
    assert mean("mouse_eamg", without=complement) > 0.8 * ill


def test_established_eamg_is_held_by_the_animals_own_plasma_cells():
    active = {"induction": "active", "set.cells.b_cell": 80}
    ill = courses("mouse_eamg", **active, **NONE)
    assert 0.5 < ill[:, 0].min() < ill.max() < 2.9  # room to both sides
    assert abs(ill[:, -1] - ill[:, 0]).max() < 0.6
    assert mean("mouse_eamg", **active) < ill.mean() - 0.2


def test_rats_recover_from_neuritis_more_often_with_ivig_or_its_fc():
    """E154, E155: by day 30, 29 % without, 71 % and 50 % with."""

    def well(**words: Any) -> float:
        seeds, change = range(1, 7), parse({"population": "on", "set.step_hours": 2, **words})
        ends = [
            IVIgModel("mouse_ean", rng=seed, perturbation=change).run().observations()
            for seed in seeds
        ]
        return float(np.mean([table["clinical_score"].iloc[-1] <= 0.0 for table in ends]))

    without = well(preparation="albumin")
    assert without < 0.5
    assert well(preparation="ivig") > without
    assert well(preparation="fc", dose_basis="molar") > without


# -- shock --------------------------------------------------------------------------------------


def test_shock_kills_within_hours_and_ivig_before_it_saves():
    """E116: no survivor without IVIg, survival prolonged or death prevented with it."""
    name = "mouse_complement_shock"
    assert not any(m.world.survived for m in models(name, **NONE))
    assert all(m.world.survived for m in models(name))
    assert courses(name, "c5a").max() < courses(name, "c5a", **NONE).max()
    assert not any(m.world.survived for m in models(name, without="FC_COMPL_C3B"))
    assert all(m.world.survived for m in models(name, knockout="C3", **NONE))
    assert all(m.world.survived for m in models(name, disease="off", **NONE))


# -- amyloid ------------------------------------------------------------------------------------


def worse(**words: Any) -> float:
    """Points of ADAS-Cog lost in 18 months."""
    found = courses("alzheimer", **words)
    return float((found[:, -1] - found[:, 0]).mean())


def test_no_effect_of_ivig_emerges_in_alzheimers_disease():
    """C110: 8.94 against 8.43 points in 18 months."""
    untreated, treated = worse(**NONE), worse()
    assert 6.0 < untreated < 11.0
    assert abs(treated - untreated) < 0.1 * untreated


def test_plasma_abeta42_falls_and_abeta40_does_not():
    """C113; brain is out of reach."""
    for model, twin in zip(models("alzheimer"), models("alzheimer", **NONE), strict=True):
        fold = model.world.amyloid / twin.world.amyloid
        assert fold[5] < 0.8
        assert fold[4] == pytest.approx(1.0, abs=0.05)
        assert (np.abs(fold[:4] - 1.0) < 0.05).all()
    off = models("alzheimer", without="FAB_ANTIGEN")[0].world.amyloid
    assert off[5] == pytest.approx(models("alzheimer", **NONE)[0].world.amyloid[5], rel=1e-12)


def test_carriers_of_apoe4_hold_more_amyloid_and_decline_no_slower():
    carrier = {"genotype": "APOE-e4", **NONE}
    assert models("alzheimer", **carrier)[0].world.amyloid[2] > 1.5
    assert worse(**carrier) > worse(**NONE)


def test_amyloid_mice_answer_with_less_tnf_only():
    """E158, E159: pathology unchanged, TNF down."""
    name = "mouse_alzheimer"
    plaque = [m.world.amyloid[3] for m in (*models(name), *models(name, **NONE))]
    assert plaque[0] == pytest.approx(plaque[-1], rel=0.05)
    assert courses(name, "tnf").mean() < 0.97 * courses(name, "tnf", **NONE).mean()
    assert courses(name, "tnf", without="BOTH_MICROGLIA").mean() == pytest.approx(
        courses(name, "tnf", **NONE).mean(), rel=0.02
    )


# -- T cells ------------------------------------------------------------------------------------

TEAM = {
    "set.cells.dendritic_cell": 16, "set.cells.t_naive": 90, "set.cells.treg": 11,
    "set.cells.macrophage": 40, "set.step_hours": 2,
}  # fmt: skip


def test_neuritis_recovers_under_ivig_from_the_onset_of_signs():
    """E154, E155: complete recovery by day 30 in 71 % against 29 %; Fc fragments do it too."""
    ill = courses("mouse_ean", **TEAM, **NONE)
    assert ill[:, : 8 * 12].max() < 0.3
    assert ill.max(axis=1).min() > 0.5
    late = {k: courses("mouse_ean", **TEAM, **w)[:, -120:].mean() for k, w in {
        "none": NONE, "ivig": {}, "fc": {"preparation": "fc"},
    }.items()}  # fmt: skip
    assert late["ivig"] < 0.8 * late["none"]
    assert late["fc"] < 0.8 * late["none"]
    assert courses("mouse_ean", disease="off", **TEAM, **NONE).max() == 0.0


def test_allergic_airway_is_calmed_through_regulatory_cells():
    """E110."""
    ill, treated = mean("mouse_airway", **TEAM, **NONE), mean("mouse_airway", **TEAM)
    assert ill > 110.0
    assert treated - 100.0 < 0.8 * (ill - 100.0)
    host = {"deplete": "treg"}
    bare = mean("mouse_airway", **TEAM, **host, **NONE)
    assert bare - mean("mouse_airway", **TEAM, **host) < 0.2 * (bare - 100.0)
    assert mean("mouse_airway", disease="off", **TEAM, **NONE) == 100.0


def test_airway_t_cells_are_of_type_2():
    model = models("mouse_airway", **TEAM, **NONE)[0]
    assert model.world.ps["t_cell.th2_share"] > 0.5
    assert model.world.fields["il4_own"].max() > 0.0
    assert not model.world.fields["il4"].any()


# -- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "words", "kind", "hint"),
    [
        ("cidp", {"organ": "skin"}, NotExpressible, "no choice"),
        ("mouse_tissue_antibody", {"organ": "lungs"}, NotExpressible, "lung"),
        ("mouse_eamg", {"induction": "transfer"}, NotExpressible, "active"),
        ("mouse_itp", {"deplete": "microglia"}, NotExpressible, "microglia"),
        ("mouse_cell_depletion", {"antibody.target": "platelet"}, NotExpressible, "tumour"),
        ("mouse_kbxn", {"give": "IL-3"}, NotExpressible, "IL-33"),
        ("mouse_itp", {"transfer": "dendritic_cell"}, InputError, "CELL:NUMBER"),
        ("mouse_itp", {"transfer": "b_cell:10"}, NotExpressible, "dendritic_cell"),
        ("mouse_itp", {"transfer.preparation": "ivig"}, InputError, "transfer=CELL"),
    ],
)
def test_words_without_a_meaning_are_refused(scenario, words, kind, hint):
    with pytest.raises(kind, match=hint) as caught:
        resolve(Scenario.load(scenario), parse(words))
    assert type(caught.value) is kind
