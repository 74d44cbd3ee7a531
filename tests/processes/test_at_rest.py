"""A chronic patient is at rest before the first day, in what is observed as in what is."""

import pytest
from small_worlds import small

from ivigabm.scenario import Scenario


@pytest.mark.parametrize("blocking", [0.0, 1.0])
def test_the_row_before_the_first_step_is_the_patient_at_rest(blocking):
    """Changes from day 0 are counted from it."""
    (antibody,) = Scenario.load("cidp").antibody
    words = {"set.antibody": [{**antibody.model_dump(), "blocking": blocking}]}
    model = small("cidp", days=0.25, no_ivig=True, **words, **{"set.run_in_days": 2})
    table = model.run().observations(start=True)
    assert 0.0 < table["target_integrity"].iloc[0] < 0.9
    for name in ("clinical_score", "target_integrity"):
        before, after = table[name].iloc[:2]
        assert before == pytest.approx(after, rel=0.02), name
