"""A population: patients differ, arms share them, and scores are read with an error.

The scenarios run at full size with a step of 3 h, which costs a third of a second each.
"""

from typing import Any

import numpy as np
import pytest

from ivigabm.build import build
from ivigabm.errors import InputError, NotExpressible
from ivigabm.evidence_arm import parse_arms
from ivigabm.experiments.findings.arms import compared
from ivigabm.experiments.findings.relations import Relation
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse, resolve
from ivigabm.processes.traits import Traits
from ivigabm.reading import Reading
from ivigabm.scenario import Scenario, scenario_names

QUICK = {"set.step_hours": 3}
CIDP = Scenario.load("cidp")
SEEDS = range(1, 17)


def patient(seed: int, scenario: str = "cidp", **words: Any) -> IVIgModel:
    change = parse({**QUICK, "population": "on", **words})
    return IVIgModel(scenario, rng=seed, days=28.0, perturbation=change)


def traits(seed: int, scenario: Scenario = CIDP, **words: Any) -> Traits:
    return build(resolve(scenario, parse({"population": "on", **words})), seed).traits


def improved(seed: int, **words: Any) -> bool:
    """Whether INCAT is read at least one point better after four weeks."""
    model = patient(seed, **words)
    before = model.observer.last["clinical_score"]
    return bool(model.run().observer.last["clinical_score"] <= before - 1.0)


@pytest.fixture(scope="module")
def improvers() -> dict[str, float]:
    arms: dict[str, dict[str, Any]] = {"ivig": {}, "placebo": {"no_ivig": True}}
    return {
        name: float(np.mean([improved(seed, **words) for seed in SEEDS]))
        for name, words in arms.items()
    }


def test_some_respond_and_some_do_not(improvers):
    assert 0.2 < improvers["ivig"] < 0.9


def test_some_improve_on_placebo_but_fewer(improvers):
    assert 0.0 < improvers["placebo"] < improvers["ivig"] - 0.2


def test_without_error_of_reading_nobody_improves_on_placebo():
    exact = {"set.population.reading": 0.0, "set.population.whole": "false"}
    assert not any(improved(seed, no_ivig=True, **exact) for seed in SEEDS[:4])


def test_the_typical_patient_is_the_default_and_is_everybody():
    assert resolve(CIDP).population is False
    for seed in (1, 2):
        assert build(resolve(CIDP), seed).traits == Traits()


def test_a_population_without_spread_is_the_typical_patient_to_the_last_bit():
    spreads = ("severity", "occupancy", "lost", "catabolism", "reading")
    none = {f"set.population.{name}": 0.0 for name in spreads} | {"set.population.whole": "false"}
    one, typical = patient(5, **none), patient(5, population="off")
    for model in (one, typical):
        model.run(3.0)
    assert one.observations().equals(typical.observations())


def test_patients_differ_in_every_trait():
    drawn = [traits(seed) for seed in range(1, 65)]
    for name, spread in (("severity", "severity"), ("odds", "occupancy"), ("catabolism", None)):
        log = np.log([getattr(one, name) for one in drawn])
        sd = build(resolve(CIDP), 1).ps[f"population.{spread or name}"]
        assert np.std(log) == pytest.approx(sd, rel=0.3)
        assert np.mean(log) == pytest.approx(0.0, abs=0.5 * sd)
    lost = np.array([one.lost for one in drawn])
    assert np.all((lost >= 0.0) & (lost < 1.0))
    assert np.mean(lost) == pytest.approx(build(resolve(CIDP), 1).ps["population.lost"], rel=0.4)


def test_traits_reach_what_they_are_traits_of():
    other, typical = (build(patient(3, population=word).resolved, 3) for word in ("on", "off"))
    one = other.traits
    assert other.antigen is not None and typical.antigen is not None
    theta = typical.quantity("opsonin.occupancy")
    share = one.occupancy(theta)
    assert share / (1.0 - share) == pytest.approx(one.odds * theta / (1.0 - theta))
    bound = other.antigen.epitopes * share
    assert bound == pytest.approx(one.severity * typical.antigen.epitopes * theta)
    faster = other.own.catabolic_rate(11.0) / typical.own.catabolic_rate(11.0)
    assert faster == pytest.approx(one.catabolism)
    assert other.own.igg() == pytest.approx(typical.own.igg())
    assert np.all(other.tables["target_cell"]["irreversible"] == one.lost)


def test_loss_before_the_start_is_not_of_the_healthy():
    assert patient(1, disease="off").observer.last["irreversible_loss"] == 0.0


@pytest.mark.parametrize(
    "words", [{"no_ivig": True}, {"without": "fc"}, {"therapy": "plasma_exchange"}]
)
def test_one_seed_is_one_patient_in_every_arm(words):
    assert traits(7, **words) == traits(7)
    assert patient(7, **words).observer.last == patient(7).observer.last


def test_a_reading_errs_alike_within_an_interval():
    world = build(resolve(CIDP, parse({"population": "on"})), 1)
    reading = Reading(world, np.array([0.0, 10.0]))
    days = np.arange(-200.0, 400.0, 0.5)
    read = np.array([reading.of(5.5, day) for day in days])
    assert np.array_equal(read, np.round(read))
    assert len(set(read[days == 0.0]) | set(read[(days > -84.0) & (days <= 0.0)])) == 1
    assert len(set(read[(days > 0.0) & (days <= 84.0)])) == 1
    assert len(set(read)) > 1


def test_a_reading_stays_on_the_scale():
    world = build(resolve(CIDP, parse({"population": "on", "set.population.reading": 30.0})), 1)
    reading = Reading(world, np.array([10.0, 0.0]))
    read = {reading.of(5.0, day) for day in np.arange(0.0, 2000.0, 84.0)}
    assert read <= {float(points) for points in range(11)} and {0.0, 10.0} <= read


def test_the_evidence_runs_individuals_in_every_arm_of_a_patients_row():
    arms = parse_arms("preparation=ivig", "none")
    relation = Relation("difference", 0.154, 0.517)
    row = compared(CIDP, "incat.share(change<=-1)@168d", relation, *arms)
    assert [run.population for side in row.sides for run in side.runs.values()] == [True, True]
    mouse = compared(Scenario.load("mouse_itp"), "platelets.protection@24h", Relation(">"), *arms)
    assert not any(run.population for side in mouse.sides for run in side.runs.values())
    typical = parse_arms("preparation=ivig; population=off", "population=off")
    row = compared(CIDP, "incat.share(change<=-1)@168d", relation, *typical)
    assert not any(run.population for side in row.sides for run in side.runs.values())


def test_every_scenario_of_patients_with_antibody_has_a_population():
    without = {"healthy", "alzheimer"}
    for name in scenario_names():
        scenario = Scenario.load(name)
        if scenario.species == "human":  # of animals some say how they differ
            has = scenario.dish is None and name not in without
            assert (scenario.population is not None) == has


def test_what_cannot_be_is_refused():
    with pytest.raises(NotExpressible, match="mouse_itp"):
        resolve(Scenario.load("mouse_itp"), parse({"population": "on"}))
    with pytest.raises(NotExpressible, match="onn"):
        parse({"population": "onn"})
    with pytest.raises(InputError, match=r"population\.lost"):
        patient(1, **{"set.population.lost": 1.0})


# -- whom a study takes -------------------------------------------------------------------------


def function_at_start(model: IVIgModel) -> float:
    return float(model.observer.last["target_integrity"])


@pytest.mark.parametrize("name", ["cidp", "gbs_aidp", "mg_achr"])
def test_a_study_takes_those_who_are_ill_enough(name):
    population = Scenario.load(name).population
    assert population is not None
    low, high = population.enrolled
    taken = [patient(seed, name) for seed in range(1, 9)]
    assert all(low <= function_at_start(one) <= high for one in taken)
    assert any(one.draw > 0 for one in taken)  # somebody was passed over
    everybody = {"set.population.enrolled": "all"}
    with pytest.raises(InputError, match="enrolled"):
        patient(1, name, **everybody)


def test_a_study_takes_the_same_individual_into_every_arm():
    seed = next(seed for seed in range(1, 9) if patient(seed, "mg_achr").draw > 0)
    arms = ({"no_ivig": True}, {"knockout": "C5"}, {"therapy": "c5_inhibitor"}, {"dose": 1})
    taken = patient(seed, "mg_achr")
    assert taken.draw > 0
    for words in arms:
        other = patient(seed, "mg_achr", **words)
        assert (other.draw, other.world.traits) == (taken.draw, taken.world.traits)


def test_where_nobody_is_ill_enough_the_first_is_taken():
    well = {"antibody.dose_fold": 0.0, "set.population.lost": 0.0}
    assert patient(1, **well).draw == 0
    assert patient(1, disease="off").draw == 0
    assert patient(1, population="off").draw == 0


def test_a_saved_individual_is_the_same_one(tmp_path):
    seed = next(seed for seed in range(1, 9) if patient(seed).draw > 0)
    model = patient(seed)
    model.step()
    model.save(tmp_path / "one.npz")
    resumed = IVIgModel.resume(tmp_path / "one.npz")
    assert resumed.world.traits == model.world.traits
    assert resumed.run(2.0).observations().equals(model.run(2.0).observations())
