"""Who carries less FcRn makes as much IgG and holds less of it, from the first day on."""

import pytest
from small_worlds import small

from ivigabm.build import build
from ivigabm.perturbation import parse, resolve
from ivigabm.scenario import Scenario


def carrier(genotype, **words):
    change = parse({"genotype": f"FCGRT-{genotype}", **words})
    return build(resolve(Scenario.load("mg_achr"), change), 1)


def test_less_fcrn_holds_less_igg_on_the_same_production():
    """B020: 9.8 against 12.4 g/L."""
    common, rare = carrier("VNTR33"), carrier("VNTR23")
    assert rare.own.production.sum() == pytest.approx(common.own.production.sum())
    assert 0.7 < rare.own.igg() / common.own.igg() < 0.9
    low, lower = (carrier(name, baseline_igg=1.5) for name in ("VNTR33", "VNTR23"))
    assert lower.own.igg() < low.own.igg() == pytest.approx(1.51)


def test_a_carrier_is_at_rest():
    model = small("cidp", days=4.0, genotype="FCGRT-VNTR23", no_ivig=True)
    before = model.observer.last["serum_igg_g_per_l"]
    assert model.run().observer.last["serum_igg_g_per_l"] == pytest.approx(before, rel=5e-3)
