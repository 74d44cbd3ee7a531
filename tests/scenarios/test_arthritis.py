"""What must emerge in K/BxN serum-transfer arthritis, over 8 seeds with a 95 % interval.

Mean score (0-12) of days 2 to 10 in a small joint, as a difference of two mice of one seed.
Arms that are published: C5, factor B and the γ chain are needed (Ji 2002), C1q and C6 are not;
neutrophils are needed (Wipke & Allen 2001); FcRn-deficient mice are protected (E056); IVIg
before the serum protects (E057, E074). In collagen-antibody arthritis IVIg and its Fc treat the
established disease, F(ab')2 does not, and desialylation changes nothing (E075 to E077).
"""

from functools import cache
from typing import Any

import numpy as np
import pytest

from ivigabm.experiments.bootstrap import Estimate, Values, difference, paired
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario

SERUM, CAIA = Scenario.load("mouse_kbxn"), Scenario.load("mouse_caia")
SEEDS, FEW = range(1, 9), range(1, 6)
SMALL = {
    "set.section.width": 32, "set.section.height": 32, "set.cells.macrophage": 40,
    "set.cells.neutrophil": 3, "set.cells.sensor_cell": 10, "set.cells.basophil": 10,
    "set.cells.igg_parcels": 4, "set.cells.autoantibody_parcels": 40, "set.step_hours": 2,
}  # fmt: skip
DAYS = 10.0
ILL, WELL, TRIFLE = 4.0, 1.0, 1.0  # points of the mean score
FC_ROUTES = "FC_FCGR_BLOCK,FC_FCRN,FC_COMPL_C3B,FC_TH2_AXIS"


def simulate(days: float, seed: int, scenario: Scenario = SERUM, **words: Any) -> IVIgModel:
    return IVIgModel(scenario, rng=seed, days=days, perturbation=parse({**SMALL, **words})).run()


@cache
def _scores(words: tuple[tuple[str, Any], ...]) -> Values:
    def mean_score(seed: int) -> float:
        course = simulate(DAYS, seed, **dict(words)).observations()
        return float(course["clinical_score"][course["day"] >= 2.0].mean())

    return np.array([mean_score(seed) for seed in SEEDS])


def scores(**words: Any) -> Values:
    """Mean score of days 2 to 10, shape (seeds,)."""
    return _scores(tuple(sorted(words.items())))


def change(**words: Any) -> Estimate:
    """Points by which an arm stands above the untreated wild type."""
    return paired(difference, scores(**words), scores(no_ivig=True))


def test_course_of_the_untreated_disease():
    """Onset on day 1 to 4, peak on day 5 to 11, half gone by day 21."""
    courses = [simulate(21.0, seed, no_ivig=True).observations() for seed in FEW]
    for course in courses:
        day, score = course["day"].to_numpy(), course["clinical_score"].to_numpy()
        assert 1.0 < day[np.argmax(score > 1.0)] < 4.0
        assert 5.0 < day[np.argmax(score)] < 11.0
        assert score.max() > 6.0
        assert score[-1] < 0.5 * score.max()


def test_no_antibody_no_disease():
    assert np.max(scores(no_ivig=True, disease="off")) == 0.0
    assert np.min(scores(no_ivig=True)) > ILL


@pytest.mark.parametrize("product", ["C5", "CFB", "FcRgamma", "FcRn"])
def test_what_the_disease_needs(product):
    assert np.max(scores(no_ivig=True, knockout=product)) < WELL
    assert change(no_ivig=True, knockout=product).high < -ILL


@pytest.mark.parametrize("product", ["C1q", "C6"])
def test_what_the_disease_does_not_need(product):
    effect = change(no_ivig=True, knockout=product)
    assert effect.low > -TRIFLE
    assert effect.high < TRIFLE


def test_neutrophils_are_needed_and_macrophages_less():
    neutrophils = change(no_ivig=True, deplete="neutrophil")
    macrophages = change(no_ivig=True, deplete="macrophage")
    assert neutrophils.high < macrophages.low
    assert neutrophils.high < -0.5 * float(np.mean(scores(no_ivig=True)))


def test_c5_is_needed_because_c5a_calls_neutrophils():
    """Without its receptor on phagocytes as without C5, but for what C5b-9 does."""
    assert change(no_ivig=True, knockout="C5aR").high < -ILL
    calm = simulate(5.0, 1, no_ivig=True, knockout="C5")
    full = simulate(5.0, 1, no_ivig=True)
    assert calm.world.fields["c5a"].max() == 0.0
    assert full.tables["neutrophil"].living > 5 * calm.tables["neutrophil"].living


def test_ivig_before_the_serum_protects_and_less_of_it_less():
    assert change(dose=1.0).high < -ILL
    small = paired(difference, scores(dose=0.1), scores(dose=1.0))
    assert small.low > TRIFLE


def test_ivig_protects_through_its_fc():
    fc = change(preparation="fc")
    fab2 = change(preparation="fab2")
    assert fc.high < -ILL
    assert fab2.low > -ILL
    assert fc.high < fab2.low


def test_without_its_fc_routes_ivig_hardly_protects():
    """Negative control: the same dose, the routes that carry the effect cut."""
    assert change(without=FC_ROUTES).low > -0.5 * ILL


@cache
def _established(words: tuple[tuple[str, Any], ...]) -> Values:
    """Score at day 12 of collagen-antibody arthritis, shape (seeds,)."""
    courses = (simulate(12.0, seed, CAIA, **dict(words)).observations() for seed in FEW)
    return np.array([course["clinical_score"].iloc[-1] for course in courses])


def treated_late(preparation: str) -> Estimate:
    """Change of the score at day 12 by 2 g/kg on day 4, when the joint is inflamed."""
    late = {"preparation": preparation, "treat_day": 4.0, "dose": 2.0}
    one, other = _established(tuple(sorted(late.items()))), _established((("no_ivig", True),))
    return paired(difference, one, other)


def test_established_arthritis_is_treated_by_fc_with_or_without_sialic_acid():
    whole, fc = treated_late("ivig"), treated_late("fc")
    bare, arms = treated_late("desialylated"), treated_late("fab2")
    assert max(whole.high, fc.high, bare.high) < -TRIFLE
    assert abs(bare.value - whole.value) < 0.5 * TRIFLE
    assert arms.high > -TRIFLE
    assert arms.low > 0.5 * whole.value


def test_neutrophils_are_born_keyed_and_their_receptors_come_and_go():
    one, again = (simulate(4.0, 3, no_ivig=True) for _ in range(2))
    table, receptors = one.tables["neutrophil"], one.tables["neutrophil_receptor"]
    assert table["id"].tobytes() == again.tables["neutrophil"]["id"].tobytes()
    assert len(set(table["id"].tolist())) == table.n
    assert len(set(receptors["id"].tolist())) == receptors.n
    assert receptors.living == table.living * len(one.world.receptors)
    hosts = table["alive"][receptors["host_row"]]
    assert (hosts == receptors["alive"]).all()
    made, lost, founded = one.world.phagocytes[1].ledger
    present = float(np.sum(receptors["copies"][receptors["alive"]]))
    assert founded + made == pytest.approx(present + lost, rel=1e-9)
    assert lost > 0.0
