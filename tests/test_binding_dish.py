"""The dish `invitro_binding`: complexes and preparations on cells with one Fc receptor."""

import csv

import pytest

from ivigabm.build import drug_molecules
from ivigabm.errors import InputError, NotExpressible
from ivigabm.evidence_arm import parse_arm, parse_arms
from ivigabm.experiments.binding_assay import bound_complexes, table_affinity
from ivigabm.knowledge import ParameterSet, load_preparation
from ivigabm.knowledge.tables import FOLDER
from ivigabm.knowledge.vocabulary import load_lectins
from ivigabm.model import IVIgModel
from ivigabm.perturbation import resolve
from ivigabm.readout import parse_readout, probes_of
from ivigabm.scenario import Scenario
from tests.reference.test_same_bits import run_both
from tests.reference.worlds import small
from tests.small_worlds import differences, state

DISH = Scenario.load("invitro_binding")
KX = ParameterSet("human")["binding.kx"]
LECTINS = {"SIGN-R1": "FC_SIGNR1_SENSOR", "DC-SIGN": "FC_TYPE2", "CD23": "FC_TYPE2",
           "CD22": "FC_BCELL_CD22", "DCIR": "FC_DCIR_TREG"}  # fmt: skip
with (FOLDER / "evidence" / "binding.csv").open(newline="", encoding="utf-8") as stream:
    ROWS = list(csv.DictReader(stream, strict=True))
# what the table of affinities or saturation gets wrong, and galactose, which binds nothing here
AGAINST = {"L001", "L007", "L012", "L017", "L042", "L043", "L045", "L046", "L047",
           "L048", "L054"}  # fmt: skip


def model(words, probes=()):
    change = parse_arm(words).perturbation()
    return IVIgModel(DISH, rng=1, perturbation=change, probes=probes).run()


def figure(words, probe="bound_complex"):
    return model(words, [probe]).observer.last[probe]


@pytest.mark.parametrize("receptor", ["FcgRIIA-131H", "FcgRIIIA-158V", "FcgRIIB-232T"])
@pytest.mark.parametrize("valency", [1, 4, 26])
def test_it_is_the_equation_of_the_validation(receptor, valency):
    words = f"receptor={receptor}; complex.subclass=IgG3; complex.valency={valency}"
    affinity = (table_affinity("IgG3", receptor),)
    many = min(72e-9, 66.7e-9 / valency)  # no more complexes than the antibody makes
    expected = bound_complexes(many, valency, (1.0,), affinity, 1e6, KX)
    assert figure(words) == pytest.approx(expected, rel=1e-6)
    counted = bound_complexes(20e-9, valency, (1.0,), affinity, 1e6, KX)
    assert figure(f"{words}; complex.concentration=20") == pytest.approx(counted, rel=1e-6)


def test_a_mixture_lies_between_its_parts():
    receptor = "receptor=FcgRIIIA-158F; complex.valency=4; complex.subclass="
    weak, mixed, strong = (
        figure(receptor + mix) for mix in ("IgG2", "IgG1:0.5,IgG2:0.5", "IgG1")
    )  # fmt: skip
    assert 2.0 * weak < mixed < 0.9 * strong
    expected = bound_complexes(66.7e-9 / 4, 4, (0.5, 0.5), (1.17e6, 3e4), 1e6, KX)
    assert mixed == pytest.approx(expected, rel=1e-6)


def test_larger_complexes_cross_link_more_of_a_weak_receptor():
    words = "receptor=FcgRIIB-232I; complex.valency="
    small_ones, large = (model(f"{words}{v}", ["crosslinked", "binding[FcgRIIB]"]) for v in (4, 26))
    one, other = small_ones.observer.last, large.observer.last
    assert other["crosslinked"] > 10.0 * one["crosslinked"]
    assert other["crosslinked"] / other["binding[FcgRIIB]"] > 0.6
    assert one["crosslinked"] / one["binding[FcgRIIB]"] < 0.3


@pytest.mark.parametrize("words", ["knockout=FcgRIIA", "complex.concentration=0", "disease=off"])
def test_nothing_binds_without_receptor_or_complexes(words):
    assert figure(words) == 0.0


def test_a_preparation_takes_the_receptor_from_complexes_by_one_edge():
    free, blocked = figure("none"), figure("preparation=ivig; concentration=10")
    assert blocked < 0.1 * free
    assert figure("preparation=fab2; concentration=10") == pytest.approx(free)
    without = "preparation=ivig; concentration=10; without=FC_FCGR_BLOCK"
    assert figure(without) == pytest.approx(free, rel=1e-6)
    hidden = state(model("preparation=ivig; concentration=10; only=FAB_CELLCELL"), drug=False)
    ports = {"port.cell_contact"}
    assert set(differences(hidden, state(model("none"), drug=False))) <= ports


def test_a_preparation_itself_binds():
    words = "complex.concentration=0; preparation={}; concentration={}"
    ask = "occupancy[FcgRIIA, macrophage]"
    low, high = (figure(words.format("ivig", c), ask) for c in (0.01, 10))
    assert 0.0 < low < 0.5 < high < 1.0
    assert figure(words.format("fab2", 10), ask) == 0.0
    dimers, monomers = (figure(words.format(p, 0.1), ask) for p in ("ivig_dimer_rich", "ivig"))
    assert dimers > monomers


@pytest.mark.parametrize(("lectin", "mechanism"), LECTINS.items())
def test_lectins_bind_the_sugar_that_they_need_by_their_mechanism(lectin, mechanism):
    ask = f"occupancy[{lectin}, macrophage]"
    words = f"receptor={lectin}; concentration=1; preparation="
    assert 0.3 < figure(words + "recombinant_fc_sialylated", ask) < 1.0
    for without in ("recombinant_fc", "desialylated", "deglycosylated", "fab2"):
        assert figure(words + without, ask) == 0.0
    assert figure(f"{words}fc_tetrasialylated; without={mechanism}", ask) == 0.0
    bound = figure(words + "ivig", f"binding[{lectin}]")
    assert bound == pytest.approx(1e6 * figure(words + "ivig", ask))
    assert figure(f"receptor={lectin}") == 0.0  # complexes carry the serum's sugar


@pytest.mark.parametrize("lectin", ["SIGN-R1", "DC-SIGN", "CD22", "DCIR"])
def test_a_lectin_can_be_knocked_out(lectin):
    words = f"receptor={lectin}; preparation=fc_tetrasialylated; concentration=1; knockout={lectin}"
    assert figure(words, f"binding[{lectin}]") == 0.0


@pytest.mark.parametrize(("lectin", "held"), [("DC-SIGN", 0), ("CD23", 0), ("SIGN-R1", 1)])
def test_who_holds_that_nothing_binds_dc_sign(lectin, held):
    words = f"receptor={lectin}; preparation=fc_tetrasialylated; concentration=1"
    found = figure(f"{words}; hypothesis=dc_sign_ligand:none", f"occupancy[{lectin}]")
    assert found == held * figure(words, f"occupancy[{lectin}]")


def test_own_igg_is_on_the_lectin_too():
    words = "receptor=CD22; baseline_igg=10"
    assert 0.0 < figure(words, "occupancy[CD22]") < 0.5


def test_every_lectin_of_the_table_is_tried():
    assert set(load_lectins()) == set(LECTINS)


def test_core_fucose_is_native_up_to_that_of_serum():
    serum = ParameterSet("human")["glycan.core_fucose"]
    for name in ("ivig", "fc_tetrasialylated", "recombinant_fc", "fab2", "deglycosylated"):
        kinds, shares = drug_molecules(load_preparation(name), fucose=serum)
        assert "afucosylated" not in {kind.glycoform for kind in kinds}
        assert drug_molecules(load_preparation(name))[1].tolist() == shares.tolist()
    low = load_preparation("ivig").changed({"fc_fucose": 0.5 * serum})
    kinds, shares = drug_molecules(low, fucose=serum)
    without = sum(s for k, s in zip(kinds, shares, strict=True) if k.glycoform == "afucosylated")
    assert without == pytest.approx(0.5)
    assert shares.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("words", "kind", "hint"),
    [
        ("receptor=FcgRIIA", NotExpressible, "FcgRIIA-131H"),
        ("receptor=DCSIGN", NotExpressible, "'DC-SIGN'"),
        ("receptor=FcgRIV", NotExpressible, "not known"),
        ("complex.subclass=IgG5", NotExpressible, "IgG4"),
        ("complex.subclass=IgG1:0.5,IgG2:0.4", InputError, "add up"),
        ("complex.valency=2.5", InputError, "whole number"),
        ("complex.valency=0", InputError, "allowed"),
        ("complex.concentration=-1", InputError, "allowed"),
        ("complex.antibody=0", InputError, "allowed"),
        ("complex.ratio=-2", InputError, "epitopes per arm"),
        ("complex.epitopes=1.5", InputError, "whole number"),
    ],
)
def test_refusals_name_the_fault(words, kind, hint):
    with pytest.raises(InputError) as caught:
        resolve(DISH, parse_arm(words).perturbation())
    assert type(caught.value) is kind
    assert hint in str(caught.value)


def test_words_of_one_receptor_are_refused_elsewhere():
    for name in ("cidp", "invitro_phagocytosis"):
        with pytest.raises(NotExpressible, match=r"no cells with one receptor|is no dish"):
            resolve(Scenario.load(name), parse_arm("receptor=FcgRI").perturbation())
    with pytest.raises(NotExpressible, match="is no dish"):
        resolve(Scenario.load("cidp"), parse_arm("complex.valency=4").perturbation())
    with pytest.raises(NotExpressible, match="no soluble complexes"):
        probes_of(parse_readout("bound_complex"), Scenario.load("invitro_phagocytosis"))


def test_a_mouse_receptor_can_be_named_after_its_species():
    assert resolve(DISH, parse_arm("receptor=FcgRIV; receptors=mouse").perturbation())


@pytest.mark.parametrize(
    "words",
    [
        {"receptor": "DC-SIGN", "preparation": "fc_tetrasialylated"},
        {"receptor": "FcgRIIB-232I", "complex.subclass": "IgG1:0.3,IgG4:0.7"},
        {"complex.valency": 26, "block": "FcgRIIA:0.5", "no_ivig": True},
        {"complex.ratio": 0.3, "complex.subclass": "IgG1:0.6,IgG3:0.37,IgG4:0.03"},
        {"composition.fc_fucose": 0.4, "preparation": "ivig", "receptor": "FcgRIIIA-158F"},
    ],
)
def test_the_two_engines_agree_to_the_last_bit(words):
    run_both("invitro_binding", 3, small("invitro_binding", **words), steps=3)


def test_rows_are_in_the_language():
    assert [row["id"] for row in ROWS] == [f"L{k:03d}" for k in range(1, len(ROWS) + 1)]
    for row in ROWS:
        assert row["scenario"] == DISH.name
        for arm in parse_arms(row["arm"], row["versus"]):
            scenario = resolve(DISH, arm.perturbation()).scenario
            assert probes_of(parse_readout(row["readout"], scenario), scenario)


@pytest.mark.parametrize("row", ROWS[::5], ids=lambda row: row["id"])
def test_a_row_agrees_or_is_known_not_to(row):
    """Default limits of the relations; the dish has no chance in it."""
    ratio = figure(row["arm"], row["readout"]) / figure(row["versus"], row["readout"])
    low = float(row["low"] or (1.1 if row["relation"] == ">" else 0.0))
    high = float(row["high"] or (0.9 if row["relation"] == "<" else 1e9))
    assert (low <= ratio <= high) == (row["id"] not in AGAINST), ratio
