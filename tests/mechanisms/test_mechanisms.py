"""What every mechanism owes, ours and outside ones: a declaration, one port, a dose response."""

import re
from functools import cache

import numpy as np
import pytest
from small_worlds import small

from ivigabm.mechanisms import Mechanism, expand, mechanism_ids, mechanisms
from ivigabm.processes.ports import PORTS

MOLECULE = {"paratope", "fc", "intact", "n297_glycan", "fc_sialic26", "fab_sialic"}
OF_FC = {"fc", "n297_glycan", "fc_sialic26"}
LACKING = {  # a preparation in which no molecule has the feature
    "paratope": "recombinant_fc_sialylated",
    "fc": "fab2",
    "intact": "fab2",
    "n297_glycan": "deglycosylated",
    "fc_sialic26": "desialylated",
    "fab_sialic": "desialylated",
}
ANTI_TARGET = 1e-3  # share against the target, of which a pool of healthy donors has none
each = pytest.mark.parametrize("mechanism", mechanisms(), ids=lambda m: m.id)


@cache
def treated(preparation: str, dose: float):
    """A patient two days after a dose; fields and cells have answered it."""
    words = {"composition.anti_target": ANTI_TARGET} if preparation == "ivig" else {}
    return small("cidp", days=2, preparation=preparation, dose=dose, **words).run()


def brought(mechanism: Mechanism, preparation: str, dose: float) -> np.ndarray:
    return np.asarray(mechanism.contribution(treated(preparation, dose).world.drug))


def reach(mechanism: Mechanism, preparation: str, dose: float) -> np.ndarray:
    """How far the drug takes the port from its neutral value."""
    return np.abs(brought(mechanism, preparation, dose) - PORTS[mechanism.port].neutral)


@each
def test_declares_everything(mechanism):
    assert re.fullmatch(r"(FC|FAB|BOTH)_[A-Z0-9]+(_[A-Z0-9]+)*", mechanism.id)
    assert mechanism.pathway in {"Fab2", "Fc", "both"}
    assert mechanism.needs
    assert mechanism.needs <= MOLECULE
    assert mechanism.sources
    assert all(isinstance(source, str) and source.strip() for source in mechanism.sources)
    assert isinstance(mechanism.contested, bool)
    for text in (mechanism.name, mechanism.claim, mechanism.falsified_by):
        assert len(text.split()) > 1
    assert mechanism.claim.endswith(".")
    assert mechanism.falsified_by.endswith(".")


@each
def test_pathway_says_which_part_of_the_molecule_is_needed(mechanism):
    if mechanism.pathway == "Fc":
        assert mechanism.needs <= OF_FC
    if mechanism.pathway == "Fab2":
        assert "paratope" in mechanism.needs
        assert not mechanism.needs & OF_FC
    by_pathway = {"Fc": "FC", "Fab2": "FAB", "both": "BOTH"}
    # who needs both parts in one molecule is listed by the arm that finds the cell
    expected = "FAB" if "intact" in mechanism.needs else by_pathway[mechanism.pathway]
    assert mechanism.id.split("_")[0] == expected


@each
def test_lives_in_a_file_of_its_own_name(mechanism):
    module = type(mechanism).__module__
    if module.startswith("ivigabm."):
        assert module == f"ivigabm.mechanisms.{mechanism.id.lower()}"


@each
def test_brings_the_shape_of_its_port(mechanism):
    assert mechanism.port in PORTS
    value, port = brought(mechanism, "ivig", 2.0), treated("ivig", 2.0).world.ports[mechanism.port]
    assert value.shape in {(), port.shape}
    assert np.isfinite(value).all()
    assert (value >= 0.0).all()
    assert reach(mechanism, "ivig", 2.0).sum() > 0.0


@each
def test_brings_more_at_a_higher_dose(mechanism):
    low, middle, high = (reach(mechanism, "ivig", dose) for dose in (0.5, 1.0, 2.0))
    slack = 1e-12 * high.max()
    assert (middle >= low - slack).all()
    assert (high >= middle - slack).all()
    assert low.sum() < middle.sum() < high.sum()


@each
def test_brings_nothing_without_what_it_needs(mechanism):
    for need in mechanism.needs:
        assert reach(mechanism, LACKING[need], 2.0).any() == mechanism.either, need
    assert not reach(mechanism, "albumin", 2.0).any()


@each
def test_looking_does_not_change_the_drug(mechanism):
    one, again = (brought(mechanism, "ivig", 1.0).copy() for _ in range(2))
    assert one.tobytes() == again.tobytes()


@each
def test_switched_off_leaves_its_port_neutral_and_alone(mechanism):
    model = small("cidp", days=1, schedule="0:2", only=mechanism.id).run()
    assert [m.id for m in model.mechanisms] == [mechanism.id]
    written = {name for name in PORTS if not model.world.ports.is_neutral(name)}
    assert written <= {mechanism.port}


def test_ids_are_sorted_and_groups_cover_them():
    ids = mechanism_ids()
    assert list(ids) == sorted(set(ids))
    assert set(expand(["fab2"])) | set(expand(["fc"])) == set(ids)
    assert expand([ids[0]]) == (ids[0],)
