"""The picture without a browser, and Mesa's own page where that is installed."""

import numpy as np
import pytest
from small_worlds import small

from ivigabm.app.palette import KINDS, SIALYLATED
from ivigabm.app.picture import SCALE, frame_rgb


def colour(text):
    return [int(text[i : i + 2], 16) for i in (1, 3, 5)]


def test_a_picture_shows_who_stands_where():
    model = small("mouse_kbxn", schedule="0:2", preparation="fc_tetrasialylated")
    for _ in range(12):
        model.step()
    image = frame_rgb(model)
    assert image.shape == (16 * SCALE, 16 * SCALE, 3)
    looks = {look.id: look for look in KINDS}
    igg = model.tables["therapeutic_igg"]
    row = int(np.argmax(igg["amount_nmol"] * igg["sialylated"]))
    middle = SCALE // 2
    pixel = image[igg["y"][row] * SCALE + middle, igg["x"][row] * SCALE + middle]
    assert pixel.tolist() == colour(SIALYLATED["colour"])
    shown = {tuple(pixel) for pixel in image.reshape(-1, 3).tolist()}
    assert tuple(colour(looks["macrophage"].colour)) in shown


def test_untreated_and_treated_look_alike_before_the_first_dose():
    pictures = [frame_rgb(small("mouse_kbxn", no_ivig=off)) for off in (False, True)]
    assert np.array_equal(*pictures)


def test_mesas_own_page_renders_with_a_model_for_each_visitor(monkeypatch):
    solara = pytest.importorskip("solara", reason="the extra viz is not installed")
    from ivigabm.app import solara_page

    made, make = [], solara_page.first
    monkeypatch.setattr(solara_page, "first", lambda: made.append(make()) or made[-1])
    visits = [solara.render(solara_page.Page(), handle_error=False)[1] for _ in range(2)]
    assert len(made) == 2
    assert made[0] is not made[1]
    made[0].step()
    assert made[0].day > made[1].day == 0.0
    for visit in visits:
        visit.close()
