"""Words of the mechanism column become changes of both arms."""

import pytest

from ivigabm.errors import InputError, NotExpressible
from ivigabm.evidence_arm import parse_arms
from ivigabm.experiments.findings.controls import controlled
from ivigabm.mechanisms import expand, mechanism_ids
from ivigabm.perturbation import resolve
from ivigabm.scenario import Scenario

IVIG = "preparation=ivig; dose=1; treat_day=-1"
ALL = set(mechanism_ids())
FC = set(expand(["fc"]))


def changed(mechanism: str, arm: str = IVIG, versus: str = "none") -> list[dict[str, str]]:
    """Words of both arms after the change."""
    arms = controlled(mechanism.split(";"), *parse_arms(arm, versus))
    assert arms is not None
    return [dict(one.words) for one in arms if one is not None]


def acting(words: dict[str, str]) -> set[str]:
    return ALL - set(words["without"].split(","))


@pytest.mark.parametrize(
    ("mechanism", "left"),
    [
        ("FC_FCRN", ALL - {"FC_FCRN"}),
        ("FC_FCRN;FAB_ANTIID", ALL - {"FC_FCRN", "FAB_ANTIID"}),
        ("fc", ALL - FC),
        ("fab2", ALL - set(expand(["fab2"]))),
        ("all", set()),
        ("!FC_FCRN", {"FC_FCRN"}),
        ("!FC_FCRN;!FAB_ANTIID", {"FC_FCRN", "FAB_ANTIID"}),
        ("FC_FCGR2B_UP;!FC_FCRN", ALL - {"FC_FCGR2B_UP"}),
    ],
)
def test_edges_are_cut_in_both_arms(mechanism: str, left: set[str]) -> None:
    for words in changed(mechanism):
        assert acting(words) == left


def test_edges_that_the_row_has_cut_stay_cut() -> None:
    (words, _) = changed("FC_FCRN", f"{IVIG}; only=fc; without=FC_COMPL_C3B")
    assert acting(words) == FC - {"FC_COMPL_C3B", "FC_FCRN"}
    assert "only" not in words
    (words, _) = changed("!FC_FCRN", f"{IVIG}; only=fab2")
    assert acting(words) == set()


def test_the_donor_of_cells_is_changed_as_well() -> None:
    """Cells that were treated outside carry what was done to them."""
    from ivigabm.evidence_arm import EvidenceArm

    donor = {"transfer": "dendritic_cell:1e5", "transfer.preparation": "ivig"}
    arms = controlled(["FC_FCRN"], EvidenceArm(donor), EvidenceArm({}))
    assert arms is not None
    assert arms[0].words["transfer.without"] == arms[0].words["without"] == "FC_FCRN"
    assert "transfer.without" not in arms[1].words  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("node", "key", "value"),
    [
        ("node:FcgRIIB", "knockout", "FcgRIIB"),
        ("node:macrophage", "deplete", "macrophage"),
        ("node:autoantibody", "antibody.dose_fold", "0"),
    ],
)
def test_nodes_are_taken_out(node: str, key: str, value: str) -> None:
    for words in changed(node):
        assert words[key] == value


def test_a_node_joins_those_that_are_gone() -> None:
    (words, _) = changed("node:FcgRIIB", f"{IVIG}; knockout=FcRn")
    assert words["knockout"] == "FcRn,FcgRIIB"
    (words, _) = changed("node:FcRn", f"{IVIG}; knockout=FcRn")
    assert words["knockout"] == "FcRn"


def test_without_the_antibody_there_is_no_disease() -> None:
    scenario = Scenario.load("mouse_itp")
    arms = controlled(["node:autoantibody"], *parse_arms("antibody.dose=0.4"))
    assert arms is not None
    (antibody,) = resolve(scenario, arms[0].perturbation()).scenario.antibody
    assert antibody.dose_fold == 0.0


def test_exposure_is_that_of_versus() -> None:
    arm, versus = changed(
        "PK_EXPOSURE", f"{IVIG}; composition.dimer=0.3; knockout=FcRn", "preparation=fc; dose=2"
    )
    assert arm == {"preparation": "fc", "dose": "2", "knockout": "FcRn"}
    assert versus == {"preparation": "fc", "dose": "2"}
    assert changed("PK_EXPOSURE", IVIG, "none") == [{}, {}]


@pytest.mark.parametrize("versus", ["", "before", IVIG])
def test_exposure_alone_is_no_dose(versus: str) -> None:
    for words in changed("PK_EXPOSURE", f"{IVIG}; knockout=FcRn", versus):
        assert "preparation" not in words
        assert "dose" not in words


def test_therapy_takes_away_what_was_given() -> None:
    arm, versus = changed("therapy", "therapy=plasma_exchange; knockout=C3", "therapy=anti_cd20")
    assert (arm, versus) == ({"knockout": "C3"}, {})


def test_cells_that_make_the_disease_stay() -> None:
    from ivigabm.evidence_arm import EvidenceArm

    words = {"transfer": "t_effector:1e6", "transfer.preparation": "ivig"}
    taken = controlled(["therapy"], EvidenceArm(words), None)
    kept = controlled(["therapy"], EvidenceArm({**words, "induction": "transfer"}), None)
    assert taken is not None
    assert kept is not None
    assert taken[0].words == {}
    assert kept[0].words == {**words, "induction": "transfer"}


def test_changes_go_together() -> None:
    (words, _) = changed("FC_FCRN;node:FcgRIIB")
    assert acting(words) == ALL - {"FC_FCRN"}
    assert words["knockout"] == "FcgRIIB"


def test_null_claims_nothing() -> None:
    assert controlled(["null"], *parse_arms(IVIG, "none")) is None
    with pytest.raises(InputError, match="stands alone"):
        controlled(["null", "fc"], *parse_arms(IVIG, "none"))


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("FC_FCRM", "did you mean 'FC_FCRN'"),
        ("!FC_FCRM", "did you mean 'FC_FCRN'"),
        ("node:FcgRIIC2", "did you mean 'FcgRIIC'"),
    ],
)
def test_a_word_that_names_nothing(word: str, message: str) -> None:
    with pytest.raises(NotExpressible, match=message):
        controlled([word], *parse_arms(IVIG, "none"))
