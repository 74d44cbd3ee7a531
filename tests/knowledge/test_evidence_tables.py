"""The shipped evidence: every finding of the sources is a row, or is listed with its reason."""

import csv
import itertools
import re

import pytest

from ivigabm.errors import NotExpressible
from ivigabm.evidence_arm import parse_arms
from ivigabm.knowledge.tables import FOLDER
from ivigabm.readout import parse_readout

Cells = dict[str, str]


def listed(text: str) -> tuple[str, ...]:
    """Words that stand apart by spaces."""
    return tuple(text.split())


HOME = FOLDER / "evidence"
COLUMNS = (
    "id", "scenario", "arm", "versus", "readout", "relation", "low", "high", "mechanism",
    "citation", "confidence", "contested_by",
)  # fmt: skip
TABLES = {
    "mechanisms": "E",
    "clinical": "C",
    "pharmacokinetics": "P",
    "mouse_effector": "M",
    "biomarkers": "B",
    "binding": "L",
}
# numbers of the findings in the sources, by the letter of their ids
SOURCES = {
    "E": "1-163",
    "C": "1,3-5,7-8,10,13-14,20,22-24,26-27,29-30,32,34,36-37,39,41-42,44-45,50,52-54,56-57,"
    "70-71,73-75,77-79,81-84,90,92-93,95,100,102,110,112-113,120-121,123,125-126,128,130",
    "P": "1-4,6-8,10-12,20,22-25,27-28,31-34,40,43-44,47-48,50-51,60,62-64,67-68,70,80,82,"
    "84-85,90,94,100-102,104-106,108,110",
    "M": "1-115",
    "B": "1-5,10-16,20-23,30-34,40-43,50-54,60-62,70-71,80,90-91,100-101",
    "L": "1-55",
}
SCENARIOS = listed(
    "healthy itp gbs_aman gbs_aidp cidp cidp_nodopathy mmn mg_achr mg_musk dermatomyositis sps "
    "alzheimer mouse_healthy mouse_itp mouse_kbxn mouse_caia mouse_eae mouse_eamg "
    "mouse_gbs_nerve mouse_ean mouse_airway mouse_alzheimer mouse_tissue_antibody "
    "mouse_cell_depletion mouse_complement_shock invitro_binding invitro_phagocytosis "
    "invitro_adcc invitro_complement invitro_culture"
)
MECHANISMS = listed(
    "FAB_ADCC FAB_FAS_AGONIST FAB_FAS_BLOCK FAB_SIGLEC FAB_CELLCELL FAB_CYTOKINE FAB_BAFF "
    "FAB_ANTIID FAB_ANAPHYLATOXIN FAB_ANTIGEN FAB_DC_PGE2 FAB_TEFF FAB_SIALIC FAB_BASO_IGE "
    "FAB_ANCA_LIKE FC_FCRN FC_FCGR_BLOCK FC_FCGR_DOWN FC_FCGR2B_UP FC_SIGNR1_SENSOR FC_TH2_AXIS "
    "FC_TYPE2 FC_DC_FCGR3 FC_IFNG FC_TREGITOPE FC_DCIR_TREG FC_BCELL_CD22 FC_BCELL_FCGR2B "
    "FC_COMPL_C3B FC_COMPL_CONV FC_COMPL_EARLY BOTH_TREG BOTH_DC_MAT BOTH_IL11 BOTH_MICROGLIA "
    "PK_EXPOSURE fc fab2 all therapy null"
)
POSITIONS = {
    "sialylation": ("required", "not_required", "by_model"),
    "sna_enrichment": ("fc", "fab"),
    "dc_sign_ligand": ("sialylated_fc", "fab2", "none"),
    "signr1_spleen": ("needed", "not_needed"),
    "th2_axis": ("needed", "bystander"),
    "fcgr2b_route": ("needed", "parallel"),
    "treg_role": ("cause", "correlate"),
    "human_fcgr2b_response": ("rises", "flat"),
    "glycan_affinity": ("mouse", "human"),
}
NUMBERED = "idiotype_fraction"
# disputes for which the language has no switch: dimers, share of FcRn, dendritic cells, fragment,
# timing, complement and Fab specificities, and the idiotype where the arms themselves differ in it
UNSWITCHED = listed(
    "E021 E022 E024 E031 E038 E045 E051 E052 E055 E076 E107 E113 E119 E120 E130 E134 E136 E137 "
    "E139 E142 E144 E146 E158 P032"
)
BANDED = {"~", "ratio", "reduction", "difference", "value"}
UNBANDED = {"<", ">"}


def read(name: str) -> list[Cells]:
    with (HOME / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    for row in rows:
        assert None not in row, f"{name}: {row} has more cells than columns"
        assert all(cell is not None and cell == cell.strip() for cell in row.values()), row
    return rows


FINDINGS = [row for name in TABLES for row in read(name)]
BY_ID = {row["id"]: row for row in FINDINGS}
findings = pytest.mark.parametrize("row", FINDINGS, ids=[row["id"] for row in FINDINGS])


def numbers(text: str) -> set[int]:
    """`1,3-5` as 1, 3, 4, 5."""
    pairs = [part.partition("-") for part in text.split(",")]
    return {n for low, _, high in pairs for n in range(int(low), int(high or low) + 1)}


def source(id: str) -> str:
    return id.rstrip("abcdefgh")


def positions(row: Cells) -> list[str]:
    """Positions of hypotheses that either arm states."""
    return [
        word.strip()
        for cell in (row["arm"], row["versus"])
        for found in re.findall(r"hypothesis=([^;]+)", cell)
        for word in found.split(",")
    ]


@pytest.mark.parametrize(("name", "letter"), TABLES.items())
def test_tables_have_the_columns_of_the_language_and_sorted_ids(name: str, letter: str) -> None:
    with (HOME / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        assert tuple(next(csv.reader(stream))) == COLUMNS
    ids = [row["id"] for row in read(name)]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(rf"{letter}\d{{3}}[a-h]?", id) for id in ids)
    # parts of one finding are lettered from a on
    for _, group in itertools.groupby(ids, source):
        parts = list(group)
        assert len(parts) == 1 or [id[4:] for id in parts] == list("abcdefgh")[: len(parts)]


def test_every_finding_of_the_sources_is_a_row_or_has_a_reason() -> None:
    known = {f"{letter}{n:03d}" for letter, text in SOURCES.items() for n in numbers(text)}
    missed = read("not_expressible")
    ids = [row["id"] for row in missed]
    assert ids == sorted(set(ids))
    assert all(row["finding"] and row["reason"] for row in missed)
    assert {source(id) for id in BY_ID} | set(ids) == known
    # a finding stands in both only where the list says which part of it is meant
    both = [row for row in missed if row["id"] in {source(id) for id in BY_ID}]
    assert all(row["reason"].startswith(("part: ", "merged: ")) for row in both)
    alone = [row for row in missed if row not in both]
    assert not [row["id"] for row in alone if row["reason"].startswith("part: ")]


def test_merged_findings_name_rows() -> None:
    for row in read("not_expressible"):
        if row["reason"].startswith("merged: encoded as"):
            named = re.findall(r"\b[ECPMB]\d{3}\b", row["reason"])
            assert named
            assert set(named) <= {source(id) for id in BY_ID}


@findings
def test_arms_and_readout_are_words_of_the_language(row: Cells) -> None:
    assert row["scenario"] in SCENARIOS
    try:
        arms = parse_arms(row["arm"], row["versus"])
        for arm in arms:
            if arm is not None:
                arm.perturbation()
    except NotExpressible:
        pass  # a word of the language that this version of the model lacks
    readout = parse_readout(row["readout"])
    if row["versus"] == "before":
        readout.before()


@findings
def test_relation_and_band_fit_together(row: Cells) -> None:
    relation, low, high = row["relation"], row["low"], row["high"]
    assert relation in BANDED | UNBANDED
    assert bool(row["versus"]) == (relation != "value")
    if relation in BANDED:
        assert float(low) < float(high)
    else:
        limit, other = (low, high) if relation == ">" else (high, low)
        assert not other, "the wrong limit is given"
        assert not limit or (float(limit) > 1.0) == (relation == ">")


@findings
def test_mechanism_says_what_carries_the_finding(row: Cells) -> None:
    words = row["mechanism"].split(";")
    assert words == [word.strip() for word in words]
    assert len(set(words)) == len(words)
    assert "null" not in words or words == ["null"]
    edges = [word for word in words if not word.startswith("node:")]
    assert {edge.removeprefix("!") for edge in edges} <= set(MECHANISMS)
    assert all(word.removeprefix("node:") for word in words)
    treated = "preparation=" in row["arm"] + row["versus"]
    if not treated:  # an edge starts from therapeutic IgG
        assert not [edge for edge in edges if edge not in ("therapy", "null")]


@findings
def test_sources_and_disputes_are_named(row: Cells) -> None:
    assert row["citation"]
    assert not {"/work", "/tmp", "shared"} & set(row["citation"].split())
    assert row["confidence"] in ("verified", "recalled")
    others = [id for id in row["contested_by"].split(";") if id]
    assert all(id == "unnamed" or id in BY_ID for id in others)
    assert row["id"] not in others
    stated = positions(row)
    for word in stated:
        name, _, position = word.partition(":")
        if name == NUMBERED:
            assert 0.0 <= float(position) <= 1.0
        else:
            assert position in POSITIONS[name]
    assert bool(stated) <= bool(others), "a hypothesis is stated for what nobody disputes"
    if others and not stated:
        assert source(row["id"]) in UNSWITCHED


def test_conflicts_name_rows_that_contradict_each_other() -> None:
    groups = read("conflicts")
    apart: list[str] = []
    for group in groups:
        ids, against = (listed(group[cell].replace(";", " ")) for cell in ("ids", "against"))
        assert len(set(ids + against)) == len(ids + against) >= 2
        assert set(ids + against) <= set(BY_ID)
        assert ids
        assert group["reason"]
        apart += ids
    assert len(set(apart)) == len(apart)
    assert {"P024a", "P044"} <= set(apart)
    named = {id for group in groups for id in group["against"].split(";")}
    assert not named & set(apart), "what is scored apart cannot stand against another row"
