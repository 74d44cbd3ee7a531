"""Readouts: what their text says, and every stat on courses whose answer is known."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigabm.errors import InputError, NotExpressible
from ivigabm.observation import OBSERVED
from ivigabm.probes import MAKERS
from ivigabm.readout import (
    Condition,
    Readout,
    When,
    evaluate,
    in_unit_interval,
    parse_readout,
    probes_of,
)
from ivigabm.readout.grammar import CONDITION_STATS, POINT_STATS, QUANTITIES, WINDOW_STATS
from ivigabm.readout.measures import CLINICAL, KINETICS, measure_words
from ivigabm.scenario import Scenario, scenario_names

# -- texts --------------------------------------------------------------------------------------

NUMBERS = st.floats(-1e4, 1e4, allow_nan=False, allow_infinity=False)
UNITS = st.sampled_from(["h", "d"])
TIMES = st.builds(When, NUMBERS, st.none(), UNITS)
WINDOWS = st.builds(
    lambda ends, unit: When(max(ends), min(ends), unit), st.tuples(NUMBERS, NUMBERS), UNITS
)
WHENS = st.one_of(st.none(), TIMES, WINDOWS)
SIGNS = st.sampled_from([">=", "<=", ">", "<"])
NAMES = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9\-]{0,9}", fullmatch=True), max_size=3)


def conditions(whens):
    return st.builds(Condition, st.sampled_from(QUANTITIES), SIGNS, NUMBERS, whens)


def readouts():
    measure, which = st.sampled_from(sorted(measure_words())), NAMES.map(tuple)
    plain = st.sampled_from((*POINT_STATS, *WINDOW_STATS))
    own = conditions(st.none())
    given_ = st.one_of(st.none(), conditions(WHENS))
    single = st.one_of(
        st.builds(lambda m, w, s, t: Readout(m, w, s, when=t), measure, which, plain, WHENS),
        st.builds(
            lambda m, w, s, c, t: Readout(m, w, s, c, when=t),
            measure, which, st.sampled_from(CONDITION_STATS[:2]), own, WHENS,
        ),
    )  # fmt: skip
    share = st.builds(
        lambda m, w, c, g, t: Readout(m, w, "share", c, g, t), measure, which, own, given_, WHENS
    )
    pair = st.tuples(single, single).map(lambda both: Readout("corr", stat="corr", pair=both))
    return st.one_of(single, share, pair)


@given(readouts())
def test_what_is_written_reads_back_the_same(readout):
    assert parse_readout(str(readout)) == readout


@given(st.one_of(st.text(max_size=40), st.text("platesharcor().@[]<>=&1d -", max_size=40)))
def test_any_text_is_read_or_refused_as_input(text):
    try:
        readout = parse_readout(text)
    except InputError as error:
        assert str(error)
    else:
        assert parse_readout(str(readout)) == readout


@given(readouts(), st.sampled_from(["cidp", "mouse_itp", "healthy"]))
def test_any_readout_is_expressible_or_refused_as_input(readout, name):
    scenario = Scenario.load(name)
    try:
        probes = probes_of(readout, scenario)
    except InputError as error:
        assert str(error)
    else:
        assert not set(probes) & set(OBSERVED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "platelets.protection@24h",
            Readout("platelets", stat="protection", when=When(24, None, "h")),
        ),
        ("serum_igg_g_per_l", Readout("serum_igg_g_per_l")),
        (
            "fcgr[FcgRIIB, macrophage,spleen].peak@0-4d",
            Readout("fcgr", ("FcgRIIB", "macrophage", "spleen"), "peak", when=When(4, 0)),
        ),
        (
            "incat.share(rise>=1 given <5@84d)@84-252d",
            Readout(
                "incat", (), "share", Condition("rise", ">=", 1),
                Condition("value", "<", 5, When(84)), When(252, 84),
            ),
        ),
    ],
)  # fmt: skip
def test_texts_of_the_language(text, said):
    assert parse_readout(text) == said


@pytest.mark.parametrize(
    ("text", "kind", "hint"),
    [
        ("platelet.mean@4d", NotExpressible, "platelets"),
        ("platelets.protecton@4d", NotExpressible, "protection"),
        ("platelets.share@4d", InputError, "takes a condition"),
        ("platelets.mean(>=5)@4d", InputError, "takes no condition"),
        ("platelets.time_to(>=5 given <3@1d)@4d", InputError, "share"),
        ("platelets.share(rises>=5)@4d", InputError, "rise"),
        ("platelets@4w", InputError, "4w"),
        ("platelets@10-4d", InputError, "ends before"),
        ("corr(platelets & incat & qmg)", InputError, "two readouts"),
        ("corr(platelets & corr(incat & qmg))", InputError, "corr"),
        ("platelets.", InputError, "cannot be read"),
        ("", InputError, "cannot be read"),
    ],
)
def test_refusals_name_the_fault(text, kind, hint):
    with pytest.raises(InputError) as caught:
        parse_readout(text)
    assert type(caught.value) is kind
    assert hint in str(caught.value)


def test_twins_and_days_that_a_readout_needs():
    assert parse_readout("platelets.protection@1d").needs == {"untreated", "off"}
    assert parse_readout("platelets.loss@1d").needs == set()
    both = parse_readout("corr(platelets.protection@1d & inflammation@0-48h)")
    assert both.needs == {"untreated", "off"}
    assert both.until == 2.0
    assert parse_readout("platelets.share(>=5 given <3@9d)@4d").until == 9.0
    assert parse_readout("platelets").until is None


# -- stats --------------------------------------------------------------------------------------

ITP = Scenario.load("mouse_itp")
DAYS = [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]


def table(values, days=DAYS, name="clinical_score"):
    return pd.DataFrame({"day": np.array(days, float), name: np.array(values, float)})


def figure(text, *courses, scenario=ITP, name="clinical_score", **twins):
    arm = dict(enumerate((table(course, name=name) for course in courses), start=1))
    runs = {"arm": arm, **{k: {1: table(v, name=name)} for k, v in twins.items()}}
    return evaluate(parse_readout(text), runs, scenario).figure


COURSE = [9.0, 10.0, 20.0, 40.0, 30.0, 5.0]  # at days -1, 0, 1, 2, 3, 4


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("platelets", 5.0),
        ("platelets@2d", 40.0),
        ("platelets@36h", 20.0),  # the last observation at or before the time
        ("platelets@0d", 10.0),
        ("platelets@1-3d", (30.0 + 35.0) / 2),
        ("platelets.mean@0-2d", (15.0 + 30.0) / 2),
        ("platelets.mean@2d", (15.0 + 30.0) / 2),
        ("platelets.auc@0-4d", 15.0 + 30.0 + 35.0 + 17.5),
        ("platelets.auc@12-36h", 0.5 * (17.5 + 25.0)),
        ("platelets.peak", 40.0),
        ("platelets.peak@3-4d", 30.0),
        ("platelets.nadir@1-3d", 20.0),
        ("platelets.t_peak", 2.0),
        ("platelets.change@3d", 20.0),
        ("platelets.fold@2d", 4.0),
        ("platelets.percent@4d", 50.0),
        ("platelets.loss@4d", 0.5),
        ("platelets.change@1-3d", 22.5),
        ("platelets.time_to(>=30)@4d", 2.0),
        ("platelets.time_to(>=99)@4d", 4.0),  # never: the end of the window
        ("platelets.time_to(change>=10)", 1.0),
        ("platelets.time_to(fall>=10)@2-4d", 3.0),
        ("platelets.time_to(rise>=20)@1-4d", 2.0),
        ("platelets.duration(>=20)@0-4d", 3.0),
        ("platelets.duration(>99)@0-4d", 0.0),
        ("platelets.duration(<=5)@0-4d", 1.0),
        ("platelets.share(<10)@4d", 1.0),
        ("platelets.share(<10)@3d", 0.0),
        ("platelets.share(>35)@0-4d", 1.0),
        ("platelets.share(change<=-5)@4d", 1.0),
        ("platelets.share(change<=-5.5)@4d", 0.0),
        ("platelets.share(rise>=10)@1d", 1.0),
    ],
)
def test_stats_of_one_course(text, answer):
    assert figure(text, COURSE) == pytest.approx(answer, abs=1e-12)


def test_the_group_takes_means_medians_of_times_and_proportions():
    slow, never = [0, 0, 0, 0, 0, 50], [0, 0, 0, 0, 0, 0]
    quick = [0, 0, 50, 50, 50, 50]
    assert figure("platelets@4d", quick, slow, never) == pytest.approx(100 / 3)
    assert figure("platelets.time_to(>=50)@4d", quick, quick, never) == 1.0
    assert figure("platelets.time_to(>=50)@4d", quick, slow) == 2.5
    assert figure("platelets.share(>=50)@4d", quick, slow, never) == pytest.approx(2 / 3)
    # of the two who were low on day 1, one is high at the end
    assert figure("platelets.share(>=50 given <50@1d)@4d", quick, slow, never) == 0.5


def test_share_among_nobody_is_undefined():
    assert math.isnan(figure("platelets.share(>=50 given >=99@1d)@4d", COURSE))


@pytest.mark.parametrize(
    ("arm", "untreated", "off", "answer"),
    [
        (800, 200, 1000, 0.75),
        (200, 200, 1000, 0.0),
        (1000, 200, 1000, 1.0),
        (100, 200, 1000, -0.125),
        (800, 960, 1000, float("nan")),  # less than 5 % of 0 to 1000: no disease
        (800, 940, 1000, -7 / 3),
        (7, 1000, 1000, float("nan")),
    ],
)
def test_protection(arm, untreated, off, answer):
    twins = {"untreated": [untreated] * 6, "off": [off] * 6}
    found = figure("platelets.protection@1d", [arm] * 6, **twins)
    assert found == pytest.approx(answer, nan_ok=True)


def test_protection_is_of_group_means_and_of_window_means():
    def runs(*levels):
        return {seed: table([level] * 6) for seed, level in enumerate(levels)}

    readout = parse_readout("platelets.protection@0-2d")
    both = {"arm": runs(500, 900), "untreated": runs(0, 600), "off": runs(1000, 1000)}
    group = evaluate(readout, both, ITP)
    assert group.figure == pytest.approx(1 - (1000 - 700) / (1000 - 300))
    assert group.values == pytest.approx([0.5, 0.75])
    assert group.figures(np.array([[0, 0], [1, 1]])) == pytest.approx([0.5, 0.75])


def test_a_measure_without_range_compares_the_disease_with_itself():
    twins = {"untreated": [10.0] * 6, "off": [9.0] * 6}
    found = figure("serum_igg_g_per_l.protection", [9.5] * 6, name="serum_igg_g_per_l", **twins)
    assert found == pytest.approx(0.5)
    twins["off"] = [9.6] * 6
    found = figure("serum_igg_g_per_l.protection", [9.8] * 6, name="serum_igg_g_per_l", **twins)
    assert math.isnan(found)


@pytest.mark.parametrize("text", ["platelets.fold@1d", "platelets.loss@1d", "platelets.percent"])
def test_a_fold_of_nothing_is_undefined(text):
    assert math.isnan(figure(text, [0.0] * 6))
    assert math.isnan(figure(text, [0, 0, 1, 1, 1, 1], COURSE))


@pytest.mark.parametrize(
    "text",
    [
        "platelets@9d", "platelets@0-9d", "platelets.peak@0-9d", "platelets.share(>1)@9d",
        "platelets.time_to(>=50)@9d", "platelets.auc@9d", "platelets@-3d",
    ],
)  # fmt: skip
def test_what_was_not_observed_is_undefined(text):
    assert math.isnan(figure(text, COURSE))


def test_without_an_observation_before_day_0_there_is_no_change():
    late = {1: table([1.0, 2.0], days=[1.0, 2.0])}
    for text in ("platelets.change@2d", "platelets.share(change>=1)@2d"):
        assert math.isnan(evaluate(parse_readout(text), {"arm": late}, ITP).figure)
    assert evaluate(parse_readout("platelets.peak@0-2d"), {"arm": late}, ITP).figure == 2.0


def test_what_is_undefined_in_an_observation_stays_so():
    holes = [1.0, 1.0, float("nan"), 1.0, 1.0, 1.0]
    for text in ("platelets@1d", "platelets.mean", "platelets.peak", "platelets.duration(>0)",
                 "platelets.share(>0)@0-4d", "platelets.share(>0)@1d"):  # fmt: skip
        assert math.isnan(figure(text, holes)), text


def test_inflammation_is_summed_from_day_0_on():
    found = figure("inflammation_auc@3d", [7, 7, 1, 2, 4, 9], name="inflammation")
    assert found == 7.0


def test_correlation_is_of_ranks():
    def runs(scores, igg):
        return {
            seed: table([score] * 6).assign(serum_igg_g_per_l=level)
            for seed, (score, level) in enumerate(zip(scores, igg, strict=True))
        }

    readout = parse_readout("corr(platelets@4d & serum_igg_g_per_l@1d)")
    for scores, igg, answer in (
        ([1, 2, 3, 4], [1, 10, 100, 1000], 1.0),
        ([1, 2, 3, 4], [9, 4, 2, 1], -1.0),
        ([1, 2, 3, 4], [2, 1, 4, 3], 0.6),
        ([1, 2, 3, 4], [5, 5, 5, 5], float("nan")),
        ([1, 2], [1, 2], float("nan")),
    ):
        group = evaluate(readout, {"arm": runs(scores, igg)}, ITP)
        assert group.figure == pytest.approx(answer, nan_ok=True)
    group = evaluate(readout, {"arm": runs([1, 2, 3, 4], [2, 1, 4, 3])}, ITP)
    assert group.figures(np.array([[0, 2, 2, 0], [1, 1, 1, 1]]))[0] == pytest.approx(1.0)
    assert math.isnan(group.figures(np.array([[1, 1, 1, 1]]))[0])


def test_kinetics_of_a_tracer():
    day = np.linspace(0.0, 40.0, 401)
    rate, volume = np.log(2.0) / 8.0, 50.0  # 1/d, mL/kg
    level = 2.0 * np.exp(-rate * day)  # g/L of a dose of 100 mg/kg
    run = pd.DataFrame(
        {
            "day": day,
            "plasma[antibody]": level,
            "plasma_pool[antibody]": level * volume,
            "catabolised[antibody]": 100.0 - level * volume,
        }
    )
    for text, answer in (
        ("half_life[antibody]", 8.0),
        ("half_life[antibody]@5-20d", 8.0),
        ("clearance[antibody]@40d", rate * volume),
        ("fcr[antibody]@0-10d", rate),
    ):
        readout = parse_readout(text)
        assert evaluate(readout, {"arm": {1: run}}, ITP).figure == pytest.approx(answer, rel=1e-4)
        assert set(probes_of(readout, ITP)) <= set(run.columns)
    flat = run.assign(**{"plasma[antibody]": 1.0})
    group = evaluate(parse_readout("half_life[antibody]"), {"arm": {1: flat}}, ITP)
    assert math.isnan(group.figure)
    with pytest.raises(InputError, match="one figure"):
        probes_of(parse_readout("half_life[antibody].peak"), ITP)


def test_half_life_is_terminal_in_a_window_that_holds_the_dose():
    """Nothing is there before the dose, and distribution is not elimination."""
    day = np.linspace(0.0, 56.0, 57)
    slow, fast = np.exp(-np.log(2.0) / 20.0 * day), np.exp(-np.log(2.0) / 1.0 * day)
    level = np.where(day < 2.0, 0.0, slow + fast)  # given on day 2
    run = pd.DataFrame({"day": day, "plasma[antibody]": level})
    for text in ("half_life[antibody]@0-56d", "half_life[antibody]"):
        group = evaluate(parse_readout(text), {"arm": {1: run}}, ITP)
        assert group.figure == pytest.approx(20.0, rel=1e-3)
    chosen = evaluate(parse_readout("half_life[antibody]@3-6d"), {"arm": {1: run}}, ITP)
    assert chosen.figure < 15.0  # a window that starts on the way down is taken as it is
    nothing = run.assign(**{"plasma[antibody]": 0.0})
    group = evaluate(parse_readout("half_life[antibody]@0-56d"), {"arm": {1: nothing}}, ITP)
    assert math.isnan(group.figure)


@given(st.lists(st.floats(0, 1e3), min_size=6, max_size=6), st.floats(0, 1e3))
def test_relations_between_stats(values, limit):
    nadir, mean, peak = (figure(f"platelets.{s}@0-4d", values) for s in ("nadir", "mean", "peak"))
    assert nadir - 1e-9 <= mean <= peak + 1e-9
    assert figure("platelets.auc@0-4d", values) == pytest.approx(4 * mean, abs=1e-9)
    text = f">={limit:f}"
    met = figure(f"platelets.share({text})@0-4d", values)
    assert met == float(max(values[1:]) >= float(f"{limit:f}"))
    assert 0.0 <= figure(f"platelets.time_to({text})@0-4d", values) <= 4.0
    assert (figure(f"platelets.duration({text})@0-4d", values) > 0.0) <= bool(met)


def test_before_is_the_same_measure_on_day_0():
    assert str(parse_readout("platelets.peak@0-4d").before()) == "platelets@0d"
    with pytest.raises(InputError, match="just before day 0"):
        parse_readout("platelets.fold@1d").before()


def test_runs_that_a_readout_lacks_are_named():
    with pytest.raises(ValueError, match="off, untreated"):
        evaluate(parse_readout("platelets.protection"), {"arm": {1: table(COURSE)}}, ITP)
    with pytest.raises(InputError, match="cells"):
        evaluate(parse_readout("cells[macrophage]"), {"arm": {1: table(COURSE)}}, ITP)


# -- measures -----------------------------------------------------------------------------------


def test_only_the_clinic_of_the_scenario_is_read():
    assert probes_of(parse_readout("incat.change@1d"), Scenario.load("cidp")) == ()
    with pytest.raises(NotExpressible, match="reads platelets"):
        probes_of(parse_readout("incat.change@1d"), ITP)
    with pytest.raises(NotExpressible, match="no clinical measure"):
        probes_of(parse_readout("incat.change@1d"), Scenario.load("healthy"))


@pytest.mark.parametrize("name", scenario_names())
def test_a_clinical_score_says_by_which_word_it_is_read(name):
    scenario = Scenario.load(name)
    if scenario.clinical is not None and scenario.dish is None:
        assert scenario.clinical.reads in CLINICAL


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("fcgr[FcgRIIX, macrophage]", "FcgRIIB"),
        ("fcgr[FcgRIIIA, macrophage]", "FcgRIII"),  # human, in a mouse
        ("fcgr[FcgRIIB, macrophages]", "macrophage"),
        ("cells[macrophage, lung]", "spleen"),
        ("cytokine[IL-5]", "il"),
        ("half_life[antibodies]", "antibody"),
        ("antibody_bound[red_cell]", "platelet"),
    ],
)
def test_what_a_probe_lacks_is_refused(text, hint):
    with pytest.raises(NotExpressible) as caught:
        probes_of(parse_readout(text), ITP)
    assert hint in str(caught.value)


def test_brackets_are_counted():
    for text in ("cells", "cells[macrophage, spleen, blood]", "inflammation[macrophage]"):
        with pytest.raises(InputError, match="brackets"):
            probes_of(parse_readout(text), ITP)


def test_figures_between_0_and_1_are_known():
    for text in ("platelets.protection", "platelets.loss", "platelets.share(>=1)",
                 "target_integrity", "occupancy[FcgRIIB, macrophage].peak"):  # fmt: skip
        assert in_unit_interval(parse_readout(text)), text
    for text in ("platelets", "target_integrity.auc", "target_integrity.fold", "inflammation"):
        assert not in_unit_interval(parse_readout(text)), text


def test_every_word_has_one_home():
    assert not set(MAKERS) & set(KINETICS)
    assert not set(MAKERS) & set(CLINICAL)
