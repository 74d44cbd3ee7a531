"""Measures of the whole animal or patient, and the refusals of those that have nothing to read."""

import numpy as np
import pytest
from small_worlds import small

from ivigabm.errors import NotExpressible
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.probes import probe
from ivigabm.scenario import Scenario

TINY = {"set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 20}


def read(text, model):
    return probe(text, model.resolved.scenario)(model.world)


def tiny(name, days, **words):
    return IVIgModel(name, rng=1, days=days, perturbation=parse({**TINY, **words})).run()


@pytest.mark.parametrize(
    ("scenario", "text", "hint"),
    [
        ("cidp", "survival", "individual dies"),
        ("cidp", "antigen_load[abeta]", "no amyloid"),
        ("alzheimer", "antigen_load[tau]", "abeta"),
        ("cidp", "rbc_clearance", "red cells"),
        ("cidp", "component[C9]", "C1q"),
        ("cidp", "proliferation[macrophage]", "b_cell"),
    ],
)
def test_measures_without_their_subject_are_refused(scenario, text, hint):
    with pytest.raises(NotExpressible, match=hint):
        probe(text, Scenario.load(scenario))


def test_complement_in_plasma_falls_under_ivig_and_c3_does_not():
    """E122, E124, E130: complexes with two C3b to about a third, early components less."""
    treated, twin = (small("cidp", days=1, **w).run() for w in ({"dose": 0.5}, {"no_ivig": True}))
    left = {
        name: read(name, treated) / read(name, twin)
        for name in ("c3b2", "complement_activity", "component[C1q]", "component[C4]")
    }
    assert 0.2 < left["c3b2"] < 0.8
    assert left["c3b2"] < left["complement_activity"] < left["component[C4]"] < 1.0
    assert left["component[C1q]"] == left["component[C4]"]
    assert read("component[C3]", treated) == read("component[C3]", twin) == 1.0
    without = small("cidp", days=1, dose=0.5, knockout="C1q").run()
    assert read("component[C1q]", without) == read("complement_activity", without) == 0.0


def test_early_components_are_consumed_in_plasma_and_come_back():
    """E124: up to 40 % of C4 is consumed soon after 2 g/kg; nothing without the edge."""
    model = small("cidp", days=28, dose=2)
    left = {}
    for day in (0, 2, 28):
        left[day] = read("component[C4]", model.run(day))
    assert left[0] == 1.0
    assert 0.6 < left[2] < 0.9
    assert left[2] < left[28] < 1.0
    cut = small("cidp", days=2, dose=2, without="FC_COMPL_EARLY").run()
    assert read("component[C4]", cut) == 1.0


def test_igm_is_read_where_there_is_some():
    enriched = small("cidp", days=1, preparation="igm_enriched").run()
    assert read("serum_igm", enriched) > 0.1
    assert read("serum_igm", small("cidp", days=0.25, no_ivig=True).run()) == 0.0
    mmn = tiny("mmn", 0.25, no_ivig=True, **{"set.run_in_days": 0, "set.cells.b_cell": 60})
    assert read("serum_igm", mmn) == pytest.approx(0.01, rel=0.2)


def test_amyloid_loads_are_its_pools():
    model = tiny("alzheimer", 2, no_ivig=True)
    pools = dict(zip(("b40", "b42", "o", "l", "p40", "p42"), model.world.amyloid, strict=True))
    assert read("antigen_load[abeta42]", model) == pools["p42"]
    assert read("antigen_load[abeta_oligomer]", model) == pools["o"]
    brain = sum(pools[name] for name in ("b40", "b42", "o", "l"))
    assert read("antigen_load[abeta]", model) == pytest.approx(brain)


def test_amyloid_without_antibody_stays_where_it_is_settled():
    model = tiny("alzheimer", 30, no_ivig=True)
    now = model.world.amyloid
    assert now == pytest.approx(np.array([1.0, 1.0, 1.0, now[3], 1.0, 1.0]), rel=1e-9)


def test_proliferation_counts_divisions():
    words = {"set.cells.dendritic_cell": 8, "set.cells.t_naive": 40, "set.cells.treg": 20}
    model = tiny("mouse_eae", 6, no_ivig=True, **words)
    kinds = ("t_cell", "treg", "t_effector")
    rates = {kind: [] for kind in kinds}
    for _ in range(24):
        model.step()
        for kind in kinds:
            rates[kind].append(read(f"proliferation[{kind}]", model))
    assert np.nanmean(rates["t_cell"]) > 0.1
    assert np.nansum(rates["t_effector"]) == 0.0  # effectors do not divide


def test_red_cells_are_cleared_by_the_hour():
    model = tiny("mouse_cell_depletion", 0.25, no_ivig=True, **{"antibody.target": "red_cell"})
    assert 0.0 < read("rbc_clearance", model) < 1.0


def test_il4_of_all_origins_is_one_reading():
    model = tiny("mouse_kbxn", 0.5, no_ivig=True, give="IL-4:3")
    assert not model.world.fields["il4"].any()
    assert read("cytokine[IL-4]", model) == pytest.approx(3.0 * np.exp(-0.25), rel=0.1)


def test_a_clearance_test_reads_the_phagocytes_of_the_blood_and_changes_nothing():
    """C126, E029: sensitised red cells stay longer under IVIg, spleen or not."""
    words = {"set.cells.macrophage": 60, "set.cells.b_cell": 20, "set.run_in_days": 1}
    words |= {"set.section.width": 24, "set.section.height": 24, "set.step_hours": 3}
    word = "rbc_clearance"

    def rate(**more):
        change = parse({**words, **more})
        return IVIgModel("itp", rng=1, days=3.0, perturbation=change, probes=[word]).run()

    treated, twin = rate(), rate(no_ivig=True)
    assert 0.1 < twin.observer.last[word] < 3.0  # gone within hours in the untreated
    assert treated.observer.last[word] < 0.7 * twin.observer.last[word]
    blind = rate(without="FC_FCGR_BLOCK").observer.last[word]
    assert blind > 0.85 * twin.observer.last[word]
    without = rate(no_ivig=True, deplete="spleen").observer.last[word]
    assert 0.3 < without / twin.observer.last[word] < 0.95
    unseen = IVIgModel("itp", rng=1, days=3.0, perturbation=parse(words)).run()
    for name, value in unseen.observer.last.items():
        assert treated.observer.last[name] == value
