"""The knowledge tables are complete, and their loaders say what the tables say."""

import csv
import tomllib
from pathlib import Path

import pytest

from ivigabm.errors import InputError
from ivigabm.knowledge import (
    ParameterSet,
    affinity,
    cells,
    generic,
    glycoforms,
    load_parameters,
    load_preparation,
    preparation_names,
    receptor_copies,
    receptor_names,
    subclass_names,
)
from ivigabm.knowledge.preparation import COMPOSITION, FC_FIELDS, SPECIFICITIES
from ivigabm.knowledge.receptors import load_receptor_copies
from ivigabm.knowledge.tables import FOLDER, STATUSES, ranged, read_rows

TABLES = {
    "parameters.csv": (("name", "species"), "value"),
    "affinities.csv": (
        ("ligand_species", "subclass", "glycoform", "receptor_species", "receptor"),
        "ka_per_m",
    ),
    "glycoforms.csv": (("glycoform", "receptor_species", "receptor_group", "position"), "fold"),
    "receptor_copies.csv": (("species", "cell", "receptor"), "copies"),
}


def rows_of(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("file", TABLES)
def test_every_row_is_complete_and_within_its_range(file: str) -> None:
    keys, value = TABLES[file]
    rows = rows_of(file)
    assert rows
    for row in rows:
        assert None not in row, f"{row}: more fields than columns"
        assert all(row[c] and row[c] == row[c].strip() for c in row if c != "note"), row
        assert row["status"] in STATUSES, row
        assert 0.0 <= float(row["low"]) <= float(row[value]) <= float(row["high"]), row
    names = [tuple(row[key] for key in keys) for row in rows]
    assert len(set(names)) == len(names)


def test_sources_are_publications_and_assumptions_say_so() -> None:
    for file in TABLES:
        for row in rows_of(file):
            assert not {"shared", "/work", "/tmp"} & set(row["source"].split()), row
            if row["status"] != "assumed":
                assert not row["source"].startswith("assumed"), row
            if row["status"] == "calibrated":
                assert len(row["source"]) > len("calibrated"), row


def test_parameters_stand_in_groups_and_sorted_within_them() -> None:
    names = [(p.name.split(".")[0], p.name, p.species) for p in load_parameters()]
    groups = list(dict.fromkeys(group for group, _, _ in names))
    assert names == sorted(names, key=lambda n: (groups.index(n[0]), n[1], n[2]))
    assert all(name == name.lower() and name.count(".") == 1 for _, name, _ in names)


def test_a_parameter_is_either_of_any_species_or_of_one() -> None:
    species: dict[str, set[str]] = {}
    for row in load_parameters():
        species.setdefault(row.name, set()).add(row.species)
    assert all(found == {"any"} or "any" not in found for found in species.values())


def test_parameter_set_takes_the_row_of_its_species_and_notes_what_was_read() -> None:
    human, mouse = ParameterSet("human"), ParameterSet("mouse")
    assert (human["fcrn.k_int"], mouse["fcrn.k_int"]) == (0.398, 1.42)
    assert human["contact.gap"] == mouse["contact.gap"] == 15.0
    assert human.used == {"fcrn.k_int", "contact.gap"}
    assert "baseline.share_igg2c" in mouse and "baseline.share_igg2c" not in human
    assert len(human.rows()) == len({row.name for row in human.rows()})


def test_overrides_replace_one_number_and_say_so() -> None:
    changed = ParameterSet("human", {"signal.half_macrophage": 200})
    assert changed["signal.half_macrophage"] == 200.0
    row = next(r for r in changed.rows() if r.name == "signal.half_macrophage")
    assert (row.status, row.source, row.high) == ("assumed", "set by the user", 200.0)
    assert ParameterSet("human")["signal.half_macrophage"] == 70.0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, True, "3"])
def test_an_override_must_be_a_finite_number_from_zero_up(value: float) -> None:
    with pytest.raises(InputError, match=r"fcrn\.kd.*finite number from 0 up.*g/L"):
        ParameterSet("human", {"fcrn.kd": value})


def test_unknown_parameters_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"did you mean 'fcrn\.k_int'"):
        ParameterSet("human")["fcrn.kint"]
    with pytest.raises(InputError, match=r"did you mean 'platelet\.production'"):
        ParameterSet("human", {"platelet.produktion": 1.0})
    with pytest.raises(InputError, match="no value for species 'human'"):
        ParameterSet("human")["baseline.share_igg2b"]
    with pytest.raises(InputError, match="did you mean 'mouse'"):
        ParameterSet("mouze")


def test_subclass_shares_sum_to_one() -> None:
    for species in ("human", "mouse"):
        parameters = ParameterSet(species)
        shares = [r.value for r in parameters.rows() if r.name.startswith("baseline.share_")]
        assert sum(shares) == pytest.approx(1.0, abs=1e-6)


def test_platelet_count_follows_from_production_and_senescence() -> None:
    for species, count in (("human", 250.0), ("mouse", 1000.0)):
        p = ParameterSet(species)
        assert p["platelet.production"] / p["platelet.senescence"] == pytest.approx(count, rel=0.05)


def test_an_autoreactive_clone_cannot_run_away() -> None:
    p = ParameterSet("human")
    assert p["b_cell.division"] < p["b_cell.differentiation"] + p["b_cell.activated_death"]


@pytest.mark.parametrize(
    ("subclass", "receptor", "ka"),
    [
        ("IgG1", "FcgRI", 6.5e7),
        ("IgG1", "FcgRIIA-131H", 5.2e6),
        ("IgG1", "FcgRIIIA-158V", 2.0e6),
        ("IgG2", "FcgRIIA-131H", 4.5e5),
        ("IgG3", "FcgRIIIA-158F", 7.7e6),
        ("IgG4", "FcgRIIB-232I", 2.0e5),
        ("IgG2", "FcgRI", 0.0),
    ],
)
def test_human_affinities_as_printed_by_bruhns(subclass: str, receptor: str, ka: float) -> None:
    assert affinity("human", subclass, "native", "human", receptor) == ka


def test_mouse_affinities_and_their_glycoforms() -> None:
    assert affinity("mouse", "IgG2a", "native", "mouse", "FcgRIV") == 2.9e7
    assert affinity("mouse", "IgG1", "native", "mouse", "FcgRIIB") == 3.3e6
    assert affinity("mouse", "IgG2b", "afucosylated", "mouse", "FcgRIV") == 2.0e8
    assert affinity("mouse", "IgG1", "sialylated", "mouse", "FcgRIIB", "mouse") == 3.9e5


def test_every_ligand_binds_every_receptor_in_every_world() -> None:
    for ligand in ("human", "mouse"):
        for species in ("human", "mouse"):
            for subclass in subclass_names(ligand):
                for receptor in receptor_names(species):
                    for glycoform in glycoforms():
                        for position in ("human", "mouse"):
                            ka = affinity(ligand, subclass, glycoform, species, receptor, position)
                            assert 0.0 <= ka < 1e9


def test_igg2c_is_taken_as_igg2a() -> None:
    for receptor in receptor_names("mouse"):
        for glycoform in glycoforms():
            assert affinity("mouse", "IgG2c", glycoform, "mouse", receptor) == affinity(
                "mouse", "IgG2a", glycoform, "mouse", receptor
            )


def test_fcgr2c_binds_as_fcgr2b() -> None:
    for subclass in subclass_names("human"):
        ours = affinity("human", subclass, "native", "human", "FcgRIIC")
        assert ours == affinity("human", subclass, "native", "human", "FcgRIIB-232I")


@pytest.mark.parametrize(
    ("mouse", "human"),
    [
        ("FcgRI", "FcgRI"),
        ("FcgRIV", "FcgRIIIA-158V"),
        ("FcgRIII", "FcgRIIA-131R"),
        ("FcgRIIB", "FcgRIIB-232I"),
    ],
)
def test_human_igg_binds_a_mouse_receptor_as_its_orthologue(mouse: str, human: str) -> None:
    for subclass in subclass_names("human"):
        on_mouse = affinity("human", subclass, "native", "mouse", mouse)
        assert on_mouse == affinity("human", subclass, "native", "human", human)


def test_without_a_measured_row_the_fold_applies_to_the_native_one() -> None:
    native = affinity("human", "IgG1", "native", "human", "FcgRIIIA-158F")
    assert affinity("human", "IgG1", "deglycosylated", "human", "FcgRIIIA-158F") == 0.0
    assert affinity("human", "IgG1", "deglycosylated", "human", "FcgRI") == pytest.approx(6.5e6)
    assert affinity("human", "IgG1", "desialylated", "human", "FcgRIIIA-158F") == native
    fucose_free = affinity("human", "IgG1", "afucosylated", "human", "FcgRIIIA-158F")
    assert 15 * native <= fucose_free <= 50 * native
    flat = affinity("human", "IgG1", "afucosylated", "human", "FcgRIIA-131H")
    assert flat == affinity("human", "IgG1", "native", "human", "FcgRIIA-131H")


@pytest.mark.parametrize("ligand", ["human", "mouse"])
@pytest.mark.parametrize(("species", "receptor"), [("human", "FcgRIIB-232I"), ("mouse", "FcgRIIB")])
def test_sialylation_is_a_state_of_the_world(ligand: str, species: str, receptor: str) -> None:
    native = affinity(ligand, "IgG1", "native", species, receptor)
    assert affinity(ligand, "IgG1", "sialylated", species, receptor, "human") == native
    lowered = affinity(ligand, "IgG1", "sialylated", species, receptor, "mouse")
    assert 4 <= native / lowered <= 13


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("human", "IgG5", "native", "human", "FcgRI"), "subclass 'IgG5'"),
        (("human", "IgG1", "sialilated", "human", "FcgRI"), "did you mean 'sialylated'"),
        (("human", "IgG1", "native", "human", "FcgRIV"), "receptor 'FcgRIV'"),
        (("human", "IgG1", "native", "mouse", "FcgRIIA-131H"), "mouse receptor"),
        (("horse", "IgG1", "native", "mouse", "FcgRI"), "did you mean 'mouse'"),
        (("human", "IgG1", "native", "human", "FcgRI", "both"), "glycan_affinity"),
    ],
)
def test_unknown_words_in_an_affinity_are_named(call: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        affinity(*call)


def test_receptor_copies_carry_the_alleles_of_the_genotype() -> None:
    default = receptor_copies("human", "macrophage")
    assert default["FcgRIIA-131R"] == 106450.0
    assert default["FcgRIIB-232I"] == 6044.88
    assert "FcgRIIA-131H" not in default
    mixed = receptor_copies("human", "macrophage", {"FcgRIIA": "131HR", "FcgRIIIA": "158VV"})
    assert mixed["FcgRIIA-131H"] == mixed["FcgRIIA-131R"] == 106450.0 / 2
    assert mixed["FcgRIIIA-158V"] == default["FcgRIIIA-158F"]
    assert receptor_copies("mouse", "macrophage")["FcgRIIB"] == 69929.5


def test_receptors_of_cells_have_affinities() -> None:
    for species in ("human", "mouse"):
        assert {"macrophage", "neutrophil", "nk_cell", "b_cell", "t_cell"} <= set(cells(species))
        for cell in cells(species):
            copies = receptor_copies(species, cell)
            assert set(copies) <= set(receptor_names(species))
            assert all(number >= 0.0 for number in copies.values())


def test_b_cells_carry_the_inhibitory_receptor_almost_alone() -> None:
    for species in ("human", "mouse"):
        copies = receptor_copies(species, "b_cell")
        inhibitory = sum(n for name, n in copies.items() if generic(name) == "FcgRIIB")
        assert inhibitory > 0.9 * sum(copies.values())
    assert load_receptor_copies()["mouse", "nk_cell"]["FcgRI"].copies == 0.0


def test_unknown_cells_and_alleles_are_named() -> None:
    with pytest.raises(InputError, match="did you mean 'macrophage'"):
        receptor_copies("human", "makrophage")
    with pytest.raises(InputError, match="genotype of FcgRIIA '131X'"):
        receptor_copies("human", "macrophage", {"FcgRIIA": "131X"})
    with pytest.raises(InputError, match="receptor with alleles 'FcgRIV'"):
        receptor_copies("mouse", "macrophage", {"FcgRIV": "x"})
    with pytest.raises(InputError, match="species 'rat'"):
        receptor_copies("rat", "macrophage")


@pytest.mark.parametrize("name", preparation_names())
def test_a_preparation_is_a_possible_composition(name: str) -> None:
    made = load_preparation(name)
    assert made.name == name
    assert made.source
    whole = 0.0 if made.fragment == "albumin" else 1.0
    assert sum(made.subclasses.values()) == pytest.approx(whole, abs=1e-6)
    assert made.has_fc or not any(getattr(made, key) for key in FC_FIELDS)
    assert made.has_fab or not any(getattr(made, key) for key in SPECIFICITIES)
    own = tomllib.loads((FOLDER / "preparations.toml").read_text())[name]
    assert {"status", "source"} <= set(own)


def test_preparations_of_the_evidence_language_are_all_there() -> None:
    wanted = {
        *("ivig", "ivig_dimer_rich", "ivig_monomer", "sna_enriched", "sna_depleted"),
        *("desialylated", "deglycosylated", "fc_tetrasialylated", "recombinant_fc"),
        *("recombinant_fc_sialylated", "fc", "fab2", "fab", "fc_hexamer", "igm_enriched"),
        *("no_antiidiotype", "albumin"),
    }
    assert wanted <= set(preparation_names())


def test_ivig_is_pooled_plasma_igg() -> None:
    ivig = load_preparation("ivig")
    assert ivig.subclasses == {"IgG1": 0.678, "IgG2": 0.287, "IgG3": 0.023, "IgG4": 0.012}
    assert (ivig.dimer, ivig.fc_sialic26) == (0.10, 0.01)
    p = ParameterSet("human")
    assert ivig.fc_sialic26 == p["baseline.fc_sialic26"]


def test_what_the_lectin_enriches_hangs_on_the_hypothesis() -> None:
    ivig, fab = load_preparation("ivig"), load_preparation("sna_enriched")
    fc = load_preparation("sna_enriched", {"sna_enrichment": "fc"})
    assert fab == load_preparation("sna_enriched", {"sna_enrichment": "fab"})
    assert fab.fab_sialic > ivig.fab_sialic and fab.fc_sialic26 == ivig.fc_sialic26
    assert fc.fc_sialic26 > ivig.fc_sialic26 and fc.fab_sialic == ivig.fab_sialic
    depleted = load_preparation("sna_depleted", {"sna_enrichment": "fc"})
    assert depleted.fc_sialic26 < ivig.fc_sialic26


def test_changing_one_subclass_keeps_the_sum() -> None:
    changed = load_preparation("ivig").changed({"igg3": 0.5, "dimer": 0.2})
    assert changed.igg3 == 0.5 and changed.dimer == 0.2
    assert sum(changed.subclasses.values()) == pytest.approx(1.0)
    assert changed.igg1 / changed.igg2 == pytest.approx(0.678 / 0.287)
    assert changed.source.endswith("set by the user: igg3, dimer")
    only = load_preparation("recombinant_fc").changed({"igg1": 0.0, "igg4": 1.0})
    assert only.subclasses["IgG4"] == 1.0


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("ivig", {"dimmer": 0.2}, "did you mean 'dimer'"),
        ("ivig", {"dimer": 1.2}, "dimer is 1.2"),
        ("ivig", {"igg1": 0.8, "igg2": 0.4}, "leave -0.2"),
        ("recombinant_fc", {"igg1": 0.5}, "leave 0.5"),
        ("fab2", {"fc_sialic26": 0.5}, "fab2 has none"),
        ("fc", {"anti_idiotype": 0.1}, "fc has none"),
        ("ivig", {"multimer_valency": 6}, "fc_multimer"),
    ],
)
def test_impossible_compositions_are_refused(
    name: str, values: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_preparation(name).changed(values)


def test_a_users_file_builds_on_a_preparation(tmp_path: Path) -> None:
    file = tmp_path / "lot7.toml"
    file.write_text('base = "ivig"\ndimer = 0.2\nnote = "HPLC"\n')
    made = load_preparation(file)
    assert (made.name, made.dimer, made.status) == ("lot7", 0.2, "assumed")
    assert made.source == "user's file lot7.toml"
    assert made.igg2 == load_preparation("ivig").igg2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('base = "ivig"\ndimmer = 0.2\n', "lot.*'dimmer' is not known; did you mean 'dimer'"),
        ('base = "ivvig"\n', "base 'ivvig' is not known; did you mean 'ivig'"),
        ("igg1 = 0.7\n", "sum to 0.7, must be 1"),
        ('base = "ivig"\ndimer = true\n', "dimer is True"),
        ('base = "ivig"\nfragment = "fabs"\n', "fragment is 'fabs'"),
        ('base = "ivig"\nwhen = 3\n', "hypothesis:position"),
        ('base = "ivig"\n[when."a:b"]\ndimmer = 1.0\n', "did you mean 'dimer'"),
        ("igg1 = = 1\n", "not valid TOML"),
    ],
)
def test_a_faulty_file_is_one_readable_message(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "lot.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        load_preparation(file)


def test_unknown_preparations_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'sna_enriched'"):
        load_preparation("sna_enrich")
    with pytest.raises(InputError, match="cannot be read"):
        load_preparation(tmp_path / "absent.toml")


def test_every_composition_key_is_a_field() -> None:
    assert set(COMPOSITION) <= set(type(load_preparation("ivig")).model_fields)


def test_a_faulty_table_names_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivigabm.knowledge.tables.FOLDER", tmp_path)
    columns = ("name", "value", "low", "high", "status")
    (tmp_path / "t.csv").write_text("name,value,low,high,status\na,5,1,,measured\n")
    with pytest.raises(InputError, match=r"t\.csv, line 2: 'high' is empty"):
        read_rows("t.csv", columns)
    (tmp_path / "t.csv").write_text("name,value,low,high,status\na,5,1,2,guessed\n")
    with pytest.raises(InputError, match=r"line 2: status is 'guessed'"):
        read_rows("t.csv", columns)
    (tmp_path / "t.csv").write_text("name,value\na,5\n")
    with pytest.raises(InputError, match="columns"):
        read_rows("t.csv", columns)
    with pytest.raises(InputError, match="not within its range"):
        ranged({"value": "5", "low": "1", "high": "2"}, "value", "row")
    with pytest.raises(InputError, match="value is 'x'"):
        ranged({"value": "x", "low": "1", "high": "2"}, "value", "row")
