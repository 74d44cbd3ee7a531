"""The study `analysis/mouse_itp.py`: receptor logic of the effector phase, not tuned by row."""

from dataclasses import replace

import mouse_itp as study
import mouse_itp_measure as measure
import numpy as np
import pytest
from mouse_itp_measure import Agreement, published, published_rows, shipped, simulate

from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario, scenario_names

ROWS = published_rows()
BY_ID = {row.id: row for row in ROWS}
SEEDS = (21, 22)


@pytest.fixture(scope="module")
def simulated():
    return simulate(ROWS, shipped(), SEEDS)


def test_one_set_of_numbers_gives_the_sixteen_rows(simulated):
    agreement = Agreement.of(published(ROWS), simulated.mean(axis=0))
    assert len(ROWS) == 16
    assert agreement.r >= 0.9
    assert agreement.rms < 16.0


def test_correlation_is_the_receptors_doing():
    """Negative control: without Fcγ receptors' common chain the rows no longer differ so."""
    without = [replace(row, knockout="FcRgamma", block="") for row in ROWS]
    blind = simulate(without, shipped(), SEEDS[:1])[0]
    assert Agreement.of(published(ROWS), blind).r < 0.6


def test_igg1_works_through_fcgr3_and_is_held_back_by_fcgr2b(simulated):
    left = dict(zip(BY_ID, simulated.mean(axis=0), strict=True))
    assert left["M07"] > left["M01"] + 20.0  # without FcγRIII
    assert left["M14"] < left["M01"] - 10.0  # without FcγRIIB
    assert left["M12"] == pytest.approx(left["M01"], abs=1.0)  # FcγRIV blocked
    assert left["M02"] < left["M01"] - 20.0  # IgG2a is the stronger
    assert left["M16"] > left["M01"] + 10.0  # sialic-acid-rich


@pytest.mark.parametrize("name", scenario_names())
def test_signalling_belongs_to_cell_kind_and_species_never_to_a_scenario(name):
    scenario = Scenario.load(name)
    assert not [key for key in scenario.parameters if key.startswith("signal.")]
    few = parse({"set.section.width": 16, "set.section.height": 16, "set.run_in_days": 0,
                 "set.cells.macrophage": 8, "no_ivig": True, "treat_day": 0})  # fmt: skip
    model = IVIgModel(scenario, rng=1, perturbation=few)
    known = measure.ParameterSet(scenario.receptor_species)
    place = scenario.target.place if scenario.target else "tissue"
    fixed = place in ("tissue", "vessel") and "signal.half_tissue_macrophage" in known
    half = "signal.half_tissue_macrophage" if fixed else "signal.half_macrophage"
    assert model.signalling.half == known[half]
    assert model.signalling.power == known["signal.hill_macrophage"]
    inhibitory = [w for w in model.signalling.weight.tolist() if w < 0.0]
    weight = known["signal.inhibition_weight"]
    if scenario.receptor_species == "human":
        weight *= known["signal.fcgr2b_response"]
    shown = [r for r in model.world.receptors if r.role == "inhibitory"]
    assert inhibitory == [-weight] * len(shown)
    assert shown or scenario.dish is not None  # a dish may show one receptor alone


def test_no_row_has_a_number_of_its_own():
    allowed = {"antibody.class", "antibody.glycoform", "knockout", "block"}
    assert all(set(row.words()) == allowed for row in ROWS)
    assert set(shipped().words()) == {f"set.parameters.{n}" for n in measure.NAMES.values()}


def test_a_fit_improves_a_bad_start_and_stays_in_range():
    rows = [BY_ID[name] for name in ("M01", "M02", "M14", "M16")]
    bad = replace(shipped(), half=50.0, clearance=10.0)
    found = measure.fit(rows, bad, SEEDS[:1])

    def miss(effector):
        return Agreement.of(published(rows), simulate(rows, effector, SEEDS[:1])[0]).rms

    low, high = measure.bounds()
    assert miss(found) < 0.6 * miss(bad)
    assert np.all(found.free() >= low - 1e-9)
    assert np.all(found.free() <= high + 1e-9)
    assert found.hill == bad.hill


def test_the_row_left_out_has_no_say_in_its_own_prediction():
    rows = [BY_ID[name] for name in ("M01", "M02", "M14")]
    other = [replace(rows[0], percent=5.0), *rows[1:]]
    one, two = (measure.leave_one_out(chosen, shipped(), SEEDS[:1]) for chosen in (rows, other))
    assert one[0] == two[0]
    assert one[1] != two[1]  # the others' fits do see it


def test_tables_name_every_row(simulated):
    shown = study.rows_table(ROWS, simulated, published(ROWS))
    assert list(shown.columns[0].cells) == list(BY_ID)
    assert list(shown.columns[3].cells) == list(shown.columns[7].cells)
    mice = list(shown.columns[2].cells)
    assert mice[0] == "wild type"
    assert mice[9] == "FcgRI + FcgRIII -/-"
    assert mice[11] == "FcgRIV blocked"


def test_a_later_row_tells_exponents_apart_only_by_a_clear_difference():
    fits = [replace(shipped(), hill=hill) for hill in (1.0, 3.0)]
    first, second = dict.fromkeys(measure.LATER, 50.0), dict.fromkeys(measure.LATER, 60.0)
    chosen = list(measure.LATER)[3]
    second[chosen] = 90.0
    shown = study.later_table(fits, [first, second])
    verdict = dict(zip(shown.columns[0].cells, shown.columns[-1].cells, strict=True))
    assert {name for name, word in verdict.items() if word == "yes"} == {chosen}


def test_a_steep_response_keeps_protection_without_fcgr2b():
    """E003 (lost) and E006 (kept) are rows that the sixteen cannot decide between."""
    kept = [
        measure.protection(replace(shipped(), hill=hill), SEEDS, knockout="FcgRIIB")
        for hill in (1.0, 3.0)
    ]
    flat, steep = (left[1, 1] - left[0, 1] for left in kept)
    assert steep > flat + 15.0


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_figure_is_drawn(simulated, tmp_path, suffix):
    path = tmp_path / f"rows.{suffix}"
    study.draw(path, ROWS, simulated)
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize(
    "words", [["--hill", "x"], ["--hill", "1,9"], ["--hill", ""], ["--seeds", "1"]]
)
def test_bad_words_are_refused(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        study.main(words)
    assert stopped.value.code == 2
    assert words[0] in capsys.readouterr().err
