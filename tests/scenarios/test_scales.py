"""Scales beside the clinical score, and an acute disease that is met some days after its onset."""

from itertools import pairwise

import numpy as np
import pytest
from courses import UNTREATED, courses

from ivigabm.build import build
from ivigabm.clinical import Scale
from ivigabm.errors import InputError, NotExpressible
from ivigabm.model import IVIgModel
from ivigabm.outcomes import describe
from ivigabm.perturbation import parse, resolve
from ivigabm.reading import ScaleReading, Seen
from ivigabm.readout import parse_readout, probes_of
from ivigabm.readout.measures import CLINICAL, span
from ivigabm.scenario import Scenario, scenario_names

SCENARIOS = [Scenario.load(name) for name in scenario_names()]
SCALES = [(scenario, scale) for scenario in SCENARIOS for scale in scenario.scales]
IDS = [f"{scenario.name}-{scale.reads}" for scenario, scale in SCALES]
TINY = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 20,
    "set.cells.b_cell": 20, "set.step_hours": 3,
}  # fmt: skip


def scale(**changed):
    plain = {"measure": "m", "reads": "m", "unit": "points", "better": "higher"}
    return Scale.model_validate({**plain, "scale": [(0.0, 0.0), (1.0, 10.0)], **changed})


def reads(one, seen, day=1.0, population="off"):
    world = build(resolve(Scenario.load("cidp"), parse({"population": population})), 1)
    return ScaleReading(world, one).of(seen, day)


@pytest.mark.parametrize(("scenario", "one"), SCALES, ids=IDS)
def test_a_scale_is_a_word_of_the_language_with_a_range_a_direction_and_a_source(scenario, one):
    assert one.reads in CLINICAL and one.source
    score = [points for _, points in one.scale]
    steps = [b - a if one.better == "higher" else a - b for a, b in pairwise(score)]
    assert all(step >= 0.0 for step in steps)
    assert span(one.reads, scenario) == pytest.approx(max(score) - min(score))
    assert describe(one.reads, scenario).unit == one.unit
    assert probes_of(parse_readout(f"{one.reads}.change@1d"), scenario) == (one.reads,)


def test_each_scale_takes_what_it_names():
    seen = Seen(function=0.6, lost=0.25, start=0.4)
    assert reads(scale(), seen) == pytest.approx(6.0)
    assert reads(scale(of="conducting"), seen) == pytest.approx(8.0)
    assert reads(scale(of="improvement"), seen) == pytest.approx(2.0)
    assert reads(scale(of="conducting"), Seen(0.0, 1.0, 0.0)) == 0.0


def test_a_scale_errs_in_a_population_only_and_an_improvement_not_on_day_0():
    seen, errs = Seen(0.5, 0.0, 0.5), {"reading": 1.0}
    assert reads(scale(**errs), seen) == 5.0
    assert reads(scale(**errs), seen, population="on") != 5.0
    whole = reads(scale(**errs, whole=True), seen, population="on")
    assert whole == np.round(whole)
    of = {"of": "improvement", **errs}
    assert reads(scale(**of), seen, 0.0, "on") == 0.0


def test_scales_of_one_individual_err_apart():
    seen = Seen(0.5, 0.0, 0.5)
    both = [reads(scale(reads=word, reading=1.0), seen, population="on") for word in ("a", "b")]
    assert both[0] != both[1]


def test_scales_are_observed_when_asked_for_and_follow_one_function():
    words = parse({**TINY, "schedule": "0:2"})
    model = IVIgModel("mg_achr", rng=1, days=10.0, perturbation=words, probes=["mg_adl"]).run()
    seen = model.observations(start=True)
    assert seen["mg_adl"].iloc[-1] < seen["mg_adl"].iloc[0] - 1.0
    ranks = seen[["clinical_score", "mg_adl", "target_integrity"]].corr("spearman")
    assert ranks.loc["clinical_score", "mg_adl"] == pytest.approx(1.0)
    assert ranks.loc["target_integrity", "mg_adl"] == pytest.approx(-1.0)


def test_an_improvement_is_counted_from_day_0_also_after_a_resume(tmp_path):
    words = parse({**TINY, "schedule": "-4:2"})
    model = IVIgModel("dermatomyositis", rng=1, days=6.0, perturbation=words, probes=["tis"])
    while model.day < 2.0:
        model.step()
    model.save(tmp_path / "half.npz")
    resumed = IVIgModel.resume(tmp_path / "half.npz").run().observations(start=True)
    whole = model.run().observations(start=True)
    assert whole.equals(resumed)
    before = whole["day"] <= 0.0
    assert np.all(whole["tis"][before] == 0.0) and whole["tis"].iloc[-1] > 0.0


def test_a_scale_of_another_disease_is_refused_and_two_of_one_word_are():
    with pytest.raises(NotExpressible, match=r"reads qmg, mg_adl"):
        probes_of(parse_readout("tis@1d"), Scenario.load("mg_achr"))
    data = Scenario.load("cidp").model_dump()
    data["scales"] += [data["scales"][0]]
    with pytest.raises(InputError, match="twice"):
        Scenario.from_dict(data)


# -- onset before day 0 -------------------------------------------------------------------------

GBS = ("gbs_aidp", "gbs_aman")
CANNOT_WALK = 2.5  # grade of disability from which help is needed


@pytest.mark.parametrize("name", GBS)
def test_gbs_is_met_when_the_patient_cannot_walk_and_gets_worse_before_it_gets_better(name):
    for course in courses(name, 56.0, **UNTREATED, **{"set.step_hours": 3}):
        grade = course["clinical_score"].to_numpy()
        assert grade[0] > CANNOT_WALK
        assert grade.max() > grade[0]
        assert grade[-1] < grade.max() - 0.3


@pytest.mark.parametrize("name", GBS)
def test_the_days_before_day_0_are_those_of_a_patient_seen_at_onset(name):
    """Nothing but the clock tells the two apart: same antibody, same course from onset on."""
    scenario = Scenario.load(name)
    days, quick = scenario.prodrome_days, {"set.step_hours": 3, "no_ivig": True}
    onset = parse({**quick, "set.prodrome_days": 0.0})
    late = IVIgModel(name, rng=1, days=7.0, perturbation=parse(quick)).run().observations()
    early = IVIgModel(name, rng=1, days=7.0 + days, perturbation=onset).run().observations()
    early = early[early["day"] > days]
    for what, near in (("autoantibody_titre", 0.01), ("target_integrity", 0.05)):
        assert late[what].to_numpy() == pytest.approx(early[what].to_numpy(), abs=near)
