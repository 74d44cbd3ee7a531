"""Arms of published findings: what their text says, and what it changes in a world."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import FEW, PER_SCENARIO, small

from ivigabm.build import build
from ivigabm.errors import InputError, NotExpressible
from ivigabm.evidence_arm import KEYS, EvidenceArm, parse_arm, parse_arms
from ivigabm.knowledge import load_preparation
from ivigabm.model import IVIgModel
from ivigabm.perturbation import Perturbation, parse, resolve
from ivigabm.readout import evaluate, parse_readout, probes_of
from ivigabm.scenario import Scenario

ITP = Scenario.load("mouse_itp")

# -- texts --------------------------------------------------------------------------------------

VALUES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9:,./@\-]{0,15}", fullmatch=True)
WORDS = st.dictionaries(st.sampled_from(sorted(set(KEYS) - {"n"})), VALUES, max_size=5)
COUNTS = st.one_of(st.none(), st.integers(1, 1000))


@given(WORDS, COUNTS)
def test_what_is_written_reads_back_the_same(words, n):
    arm = EvidenceArm({**words, "preparation": "ivig"}, n=n)
    assert parse_arm(str(arm)) == arm


@given(st.one_of(st.text(max_size=40), st.text("dose=1; preparation=ivig,fab2:.", max_size=40)))
def test_any_text_is_read_or_refused_as_input(text):
    try:
        arm = parse_arm(text)
        resolve(ITP, arm.perturbation())
    except InputError as error:
        assert str(error)
    else:
        assert parse_arm(str(arm)) == arm


@given(WORDS)
def test_any_values_are_read_or_refused_as_input(words):
    try:
        resolve(ITP, EvidenceArm({**words, "preparation": "ivig"}).perturbation())
    except InputError as error:
        assert str(error)


def test_an_arm_holds_igg_only_if_it_names_a_preparation():
    assert resolve(ITP, parse_arm("none").perturbation()).preparation is None
    assert resolve(ITP, parse_arm("knockout=FcRn").perturbation()).preparation is None
    assert resolve(ITP, parse_arm("preparation=none").perturbation()).preparation is None
    treated = resolve(ITP, parse_arm("preparation=fab2; dose=1; treat_day=-1").perturbation())
    assert treated.preparation == "fab2"
    assert [(dose.day, dose.g_per_kg) for dose in treated.doses] == [(-1.0, 1.0)]


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("dose=2", InputError, "without a preparation"),
        ("schedule=0:2", InputError, "without a preparation"),
        ("concentration=10", InputError, "without a preparation"),
        ("composition.dimer=0.2; knockout=FcRn", InputError, "without a preparation"),
        ("preparation=none; dose=2", InputError, "without a preparation"),
        ("knokout=FcRn", InputError, "'knockout'"),
        ("composition.dimers=0.1; preparation=ivig", InputError, "composition.dimer"),
        ("knockout", InputError, "key=value"),
        ("knockout=FcRn; knockout=C3", InputError, "twice"),
        ("before", InputError, "versus only"),
        ("", InputError, "empty"),
        ("n=0", InputError, "individuals"),
        ("preparation=ivig; dose=much", InputError, "number"),
        ("preparation=ivig; dose=1; schedule=0:2", InputError, "both given"),
        ("preparation=fab2:0.7,fc:0.7", InputError, "add up"),
        ("preparation=fab2:0.6,fc:0.4; composition.dimer=0", InputError, "mixture"),
        ("preparation=fab2; composition.fc_sialic26=0.5", InputError, "fab2 has none"),
        ("preparation=ivigg", NotExpressible, "'ivig'"),
        ("knockout=FcgRIIb", NotExpressible, "FcgRIIB"),
        ("genotype=FCGR2B-promotor", NotExpressible, "FCGR2B-promoter"),
        ("genotype=FCGR2A-131HH", NotExpressible, "mouse receptors"),
        ("knockin=FcRn", NotExpressible, "knocked out"),
        ("antibody.class=IgE", NotExpressible, "IgG1"),
        ("antibody.origin=rat", NotExpressible, "mouse"),
        ("antibody.target=tumour", NotExpressible, "platelet"),
        ("antibody.delivery=oral", NotExpressible, "bolus"),
        ("antibody.dose=-1", InputError, "allowed"),
        ("hypothesis=sna_enrichment:arms", NotExpressible, "fab"),
        ("hypothesis=idiotype_fraction:much", InputError, "number"),
        ("without=FC_FCRM", NotExpressible, "FC_FCRN"),
        ("species=axolotl", NotExpressible, "rat"),
    ],
)
def test_refusals_name_the_fault(text, kind, hint):
    with pytest.raises(InputError) as caught:
        resolve(ITP, parse_arm(text).perturbation())
    assert type(caught.value) is kind
    assert hint in str(caught.value)


def test_whole_cell_words_of_versus():
    arm, versus = parse_arms("knockout=FcRn; preparation=ivig", "before")
    assert versus is not None
    assert versus.before
    assert versus.words == arm.words
    arm, versus = parse_arms("knockout=FcRn; preparation=ivig", "healthy")
    assert versus == EvidenceArm({**arm.words, "disease": "off"})
    assert parse_arms("none", "") == (EvidenceArm(), None)
    assert parse_arms("preparation=ivig; n=8", "none")[0].n == 8


def test_a_hypothesis_holds_in_both_arms():
    state = "sna_enrichment:fc"
    arm, versus = parse_arms(f"preparation=ivig; hypothesis={state}", "none")
    assert versus is not None
    assert arm.words["hypothesis"] == versus.words["hypothesis"] == state
    with pytest.raises(InputError, match="in the other"):
        parse_arms(f"hypothesis={state}", "hypothesis=sna_enrichment:fab")


def test_arms_must_not_differ_in_what_the_model_cannot_tell_apart():
    arm, versus = parse_arms("strain=DA; preparation=ivig", "strain=DA")
    assert versus is not None
    assert resolve(ITP, arm.perturbation()).proxies == ("DA",)
    with pytest.raises(NotExpressible, match="strain"):
        parse_arms("strain=DA", "strain=Lewis")
    with pytest.raises(NotExpressible, match="not of an animal"):
        resolve(Scenario.load("cidp"), parse({"species": "rat"}))


# -- what they change ---------------------------------------------------------------------------


def world_of(name, text):
    words = {**FEW, **PER_SCENARIO[name], **parse_arm(text).words}
    return build(resolve(Scenario.load(name), parse(words)), seed=1)


def dosed(name, text):
    """Molecules given by kind, nmol."""
    drug = small(name, **parse_arm(text).words).run(days=0.5).world.drug
    found = {}
    for molecule, amount in zip(drug.molecules, drug.pools.dosed.tolist(), strict=True):
        found[molecule.fragment] = found.get(molecule.fragment, 0.0) + amount
    return found


def test_composition_replaces_values_of_the_preparation():
    text = "preparation=ivig; composition.dimer=0.4; composition.igg4=1"
    molecules = world_of("mouse_itp", text).drug.molecules
    assert {molecule.dimer for molecule in molecules} == {0.4}
    assert {molecule.subclass for molecule in molecules} == {"IgG4"}
    default = world_of("mouse_itp", "preparation=ivig").drug.molecules
    assert {molecule.dimer for molecule in default} == {load_preparation("ivig").dimer}


def test_a_mixture_is_the_sum_of_its_parts():
    both = dosed("mouse_itp", "preparation=fab2:0.75,fc:0.25; dose=2; treat_day=0")
    alone = {
        name: dosed("mouse_itp", f"preparation={name}; dose=2; treat_day=0")[name]
        for name in ("fab2", "fc")
    }
    assert both == pytest.approx({"fab2": 0.75 * alone["fab2"], "fc": 0.25 * alone["fc"]})


@pytest.mark.parametrize("name", ["fab2", "fab", "fc", "fab2:0.67,fc:0.33"])
def test_a_molar_dose_holds_as_many_molecules_as_intact_igg(name):
    whole = sum(dosed("mouse_itp", "preparation=ivig; dose=1; treat_day=0").values())
    text = f"preparation={name}; dose=1; treat_day=0"
    assert sum(dosed("mouse_itp", f"{text}; dose_basis=molar").values()) == pytest.approx(whole)
    assert sum(dosed("mouse_itp", text).values()) > 1.2 * whole


def test_untreated_twins_are_one_whatever_was_given():
    texts = (
        "preparation=ivig; composition.dimer=0.4; treat_day=-1",
        "preparation=fc; dose_basis=molar; dose=1; treat_day=-1",
    )
    twins = [resolve(ITP, parse_arm(t).perturbation().without_therapy()) for t in texts]
    assert twins[0].as_dict() == twins[1].as_dict()


def test_disease_off_comes_last():
    change = parse_arm("antibody.class=IgG2a; antibody.dose=1").perturbation().without_disease()
    assert resolve(ITP, change).scenario.antibody == []


def test_human_receptors_in_a_mouse_and_alleles_in_people():
    names = {r.name for r in world_of("mouse_itp", "receptors=human").receptors}
    assert "FcgRIIA-131R" in names
    assert "FcgRIV" not in names
    names = {r.name for r in world_of("cidp", "genotype=FCGR2A-131HH,FCGR3A-158FV").receptors}
    assert {"FcgRIIA-131H", "FcgRIIIA-158F", "FcgRIIIA-158V"} <= names
    assert "FcgRIIA-131R" not in names


def test_a_knock_in_gives_back_what_a_knock_out_took():
    assert world_of("mouse_itp", "knockout=SIGN-R1").present("sensor_lectin") == 0.0
    both = world_of("mouse_itp", "knockout=SIGN-R1; knockin=DC-SIGN")
    assert both.present("sensor_lectin") == 1.0


def test_fragments_of_the_antibody_bind_no_receptor():
    for fragment, binds in (("intact", True), ("fab2", False)):
        world = world_of("mouse_itp", f"antibody.fragment={fragment}")
        assert bool(np.any(world.fcgr_affinity(world.antigen.molecules))) is binds


def test_a_tracer_binds_nothing():
    assert np.all(world_of("mouse_itp", "antibody.target=none").antigen.epitopes == 0.0)
    assert np.all(world_of("mouse_itp", "antibody.target=platelet").antigen.epitopes > 0.0)


@pytest.mark.parametrize(
    ("words", "doses"),
    [
        ("antibody.delivery=bolus", 1.0),
        ("antibody.delivery=bolus; antibody.dose_fold=3", 3.0),
        ("antibody.delivery=bolus; antibody.day=2.5", 0.0),
        ("antibody.delivery=daily", 2.0),
        ("antibody.delivery=daily; antibody.day=1", 1.0),
        ("antibody.delivery=infusion", 2.0),
        ("antibody.dose=0", 0.0),
    ],
)
def test_deliveries_of_the_antibody(words, doses):
    model = small("mouse_itp", days=2.0, no_ivig=True, **parse_arm(words).words).run()
    world = model.world
    given_nmol = float(np.sum(world.own.dosed[world.antigen.pools]))
    usual = ITP.antibody[0].dose * 1e-3 * world.body.mass * 1e6 / world.ps["mass.igg"]
    assert given_nmol == pytest.approx(doses * usual)


def test_chronic_disease_has_folds_of_its_antibody_only():
    cidp = Scenario.load("cidp")
    with pytest.raises(NotExpressible, match="dose_fold"):
        resolve(cidp, parse({"antibody.dose": 1}))
    none = resolve(cidp, parse({"antibody.dose": 0})).scenario
    assert {antibody.dose_fold for antibody in none.antibody} == {0.0}


# -- arms and readouts in a world ---------------------------------------------------------------

PROBES = (
    "fcgr[FcgRIIB, macrophage, spleen]", "occupancy[FcgRIIB,macrophage]", "activation[macrophage]",
    "cytokine[IL-4]", "cells[platelet, blood]", "antibody_serum", "antibody_bound[platelet]",
    "plasma[preparation]", "plasma_pool[total_igg]", "catabolised[antibody]",
)  # fmt: skip


def test_probes_are_recorded_when_asked_for_and_change_nothing():
    plain = small("mouse_itp").run()
    words = {**FEW, **PER_SCENARIO["mouse_itp"]}
    probed = IVIgModel("mouse_itp", rng=1, days=1.0, perturbation=parse(words), probes=PROBES)
    probed.run()
    seen = probed.observations()
    assert plain.observations().equals(seen[plain.observations().columns])
    assert len(seen.columns) == len(plain.observations().columns) + len(PROBES)
    assert "occupancy[FcgRIIB, macrophage]" in seen
    assert np.isfinite(seen.to_numpy()).all()
    last = seen.iloc[-1]
    world = probed.world
    assert last["fcgr[FcgRIIB, macrophage, spleen]"] == pytest.approx(last["fcgr2b_copies"])
    assert last["plasma[preparation]"] == pytest.approx(last["therapeutic_igg_g_per_l"])
    assert last["activation[macrophage]"] == pytest.approx(last["macrophage_activation"])
    assert last["cells[platelet, blood]"] == world.tables["target_cell"].living
    assert 0.0 < last["occupancy[FcgRIIB, macrophage]"] <= 1.0
    assert last["antibody_serum"] > 0.0
    assert last["catabolised[antibody]"] > 0.0


def test_the_start_is_seen_before_the_first_step():
    model = small("mouse_itp", treat_day=0.5).run()
    with_start, steps = model.observations(start=True), model.observations()
    assert with_start["day"].iloc[0] == 0.0
    assert with_start.iloc[1:].reset_index(drop=True).equals(steps)
    assert with_start["therapeutic_igg_g_per_l"].iloc[0] == 0.0


def runs_of(change: Perturbation, probes, seeds):
    return {
        seed: IVIgModel("mouse_itp", rng=seed, days=1.0, perturbation=change, probes=probes)
        .run()
        .observations(start=True)
        for seed in seeds
    }


def test_intact_igg_protects_platelets_and_fab2_does_not():
    readout, seeds = parse_readout("platelets.protection@24h"), range(1, 5)
    probes = probes_of(readout, ITP)
    few = {key: value for key, value in FEW.items() if "macrophage" not in key}
    few |= {"set.cells.macrophage": 100, **PER_SCENARIO["mouse_itp"]}

    def group(cell):
        arm = parse_arm(cell)
        assert arm.treated
        change = parse({**few, **arm.words})
        untreated = change.without_therapy()
        runs = {
            "arm": runs_of(change, probes, seeds),
            "untreated": runs_of(untreated, probes, seeds),
            "off": runs_of(untreated.without_disease(), probes, seeds),
        }
        return evaluate(readout, runs, ITP)

    ivig = group("preparation=ivig; dose=1; treat_day=-1")
    fab2 = group("preparation=fab2; dose=1; treat_day=-1")
    assert ivig.figure > fab2.figure + 0.1
    assert abs(fab2.figure) < 0.1
