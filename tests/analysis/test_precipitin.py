"""The study `analysis/precipitin.py`: its table and figure show the precipitin curve."""

import runpy
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "analysis" / "precipitin.py"


@pytest.fixture(scope="module")
def study():
    return runpy.run_path(str(SCRIPT))


def test_curve_peaks_near_equivalence_and_follows_the_closed_form(study):
    ratios = np.geomspace(0.05, 20.0, 9)
    mixture = study["MIXTURES"][0]
    found = study["measure"](mixture, ratios, range(1, 5))
    assert 0.4 < ratios[np.argmax(found.precipitate[0])] < 2.5
    far = np.abs(np.log(ratios)) < np.log(3.0)  # away from the two gel points, at 1/4 and 4
    np.testing.assert_allclose(found.precipitate[0, far], found.gel[far], atol=3.0)
    assert found.precipitate[0, [0, -1]].max() < 1.0
    assert study["table"](mixture, found).row_count == 3


def test_figure_is_written(study, tmp_path):
    mixtures = study["MIXTURES"][::3]
    curves = {m: study["measure"](m, np.geomspace(0.1, 10.0, 5), range(1, 3)) for m in mixtures}
    study["draw"](tmp_path / "precipitin.svg", curves)
    text = (tmp_path / "precipitin.svg").read_text(encoding="utf-8")
    assert sum(f'<g id="axes_{k}">' in text for k in range(1, 7)) == 5
