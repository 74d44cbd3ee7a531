"""A mechanism that has nothing to act on changes nothing, to the last bit."""

import pytest
from small_worlds import differences, small, state

CASES = [
    ("FC_FCGR_BLOCK", "cidp", {"preparation": "fab2"}),
    ("FC_FCRN", "cidp", {"preparation": "fab2"}),
    ("FC_FCRN", "healthy", {"preparation": "albumin"}),
    ("FC_FCRN", "cidp", {"preparation": "ivig", "knockout": "FcRn"}),
    ("FAB_ANTIID", "cidp", {"preparation": "fc"}),
    ("FAB_ANTIID", "itp", {"preparation": "no_antiidiotype"}),
    ("FAB_ANTIID", "mouse_itp", {"preparation": "ivig"}),  # a monoclonal antibody
    ("FAB_CYTOKINE", "cidp", {"preparation": "recombinant_fc"}),
    ("FC_SIGNR1_SENSOR", "itp", {"preparation": "desialylated"}),
    ("FC_SIGNR1_SENSOR", "itp", {"preparation": "deglycosylated"}),
    ("FC_SIGNR1_SENSOR", "itp", {"preparation": "ivig", "knockout": "SIGN-R1"}),
    ("FC_SIGNR1_SENSOR", "itp", {"preparation": "ivig", "deplete": "sensor_cell"}),
    ("FC_TYPE2", "itp", {"preparation": "desialylated"}),
    ("FC_TYPE2", "cidp", {"preparation": "fab2"}),
    ("FC_TH2_AXIS", "itp", {"preparation": "ivig", "knockout": "IL-33"}),
    ("FC_TH2_AXIS", "itp", {"preparation": "desialylated"}),
    ("FC_FCGR2B_UP", "itp", {"preparation": "ivig", "knockout": "IL-4"}),
    ("FAB_DC_PGE2", "mouse_eae", {"preparation": "fc"}),
    ("FAB_DC_PGE2", "mouse_eae", {"preparation": "ivig", "knockout": "COX-2"}),
    ("FAB_DC_PGE2", "mouse_eae", {"preparation": "ivig", "knockout": "DC-SIGN"}),
    ("FAB_DC_PGE2", "mouse_eae", {"hypothesis": "dc_sign_ligand:sialylated_fc"}),
    ("FC_SIGNR1_SENSOR", "itp", {"hypothesis": "dc_sign_ligand:fab2"}),
    ("FC_DCIR_TREG", "mouse_eae", {"preparation": "desialylated"}),
    ("BOTH_TREG", "mouse_eae", {"preparation": "ivig", "deplete": "treg"}),
    ("FAB_TEFF", "cidp", {"preparation": "ivig"}),  # no T cells here
    ("FC_FCGR2B_UP", "itp", {"preparation": "ivig", "deplete": "basophil"}),
    ("FAB_ANAPHYLATOXIN", "mouse_kbxn", {"preparation": "fc"}),
    ("FAB_ANAPHYLATOXIN", "mouse_kbxn", {"preparation": "ivig", "knockout": "C5"}),
    ("FAB_FAS_AGONIST", "mouse_kbxn", {"preparation": "fab"}),  # one arm cross-links nothing
    ("FAB_FAS_BLOCK", "mouse_kbxn", {"preparation": "ivig", "deplete": "neutrophil"}),
    ("FAB_SIGLEC", "cidp", {"preparation": "ivig"}),  # no neutrophils here
    ("FAB_ANCA_LIKE", "mouse_kbxn", {"preparation": "fc"}),
    ("FC_FCGR_DOWN", "itp", {"preparation": "fab2"}),
    ("FC_IFNG", "itp", {"preparation": "ivig"}),  # no IFN-gamma here
    ("FAB_ADCC", "cidp", {"preparation": "ivig"}),  # nothing in it binds the target
    ("FAB_ADCC", "cidp", {"preparation": "fab2", "composition.anti_target": 1e-3}),
    ("FAB_ADCC", "itp", {"preparation": "ivig", "composition.anti_target": 1e-3}),  # no NK cells
]
UNREAD = {  # the port is written, and the process that reads it has nothing to apply it to
    ("FC_FCRN", "FcRn"): "fcrn_load",
    ("FC_SIGNR1_SENSOR", "SIGN-R1"): "sensor_occupancy",
    ("FC_SIGNR1_SENSOR", "sensor_cell"): "sensor_occupancy",
    ("FAB_ANTIID", "mouse_itp"): "idiotype_neutraliser",
    ("FAB_DC_PGE2", "COX-2"): "dc_sign_signal",
    ("BOTH_TREG", "treg"): "treg_stimulus",
    ("FAB_TEFF", "cidp"): "t_cell_programme",
    ("FAB_ANAPHYLATOXIN", "C5"): "anaphylatoxin_sink",
    ("FAB_FAS_BLOCK", "neutrophil"): "fas_block",
    ("FAB_SIGLEC", "cidp"): "siglec_agonist",
    ("FC_IFNG", "itp"): "ifng_response",
    ("FAB_ADCC", "itp"): "drug_opsonin",
}


@pytest.mark.parametrize(("mechanism", "scenario", "words"), CASES, ids=lambda part: str(part))
def test_toggling_changes_nothing(mechanism, scenario, words):
    words = {"schedule": "0:2", **words}
    on = small(scenario, days=1, **words).run()
    off = small(scenario, days=1, without=mechanism, **words).run()
    assert mechanism in on.resolved.mechanisms
    assert mechanism not in off.resolved.mechanisms
    markers = {scenario, *(str(value) for value in words.values())}
    unread = {port for (who, why), port in UNREAD.items() if who == mechanism and why in markers}
    assert set(differences(state(on), state(off))) <= {f"port.{name}" for name in unread}


@pytest.mark.parametrize(
    ("mechanism", "scenario", "sees"),
    [
        ("FC_FCGR_BLOCK", "cidp", "fcg_receptor.crosslinked"),
        ("FC_FCRN", "healthy", "own.plasma"),
        ("FAB_ANTIID", "cidp", "target_cell.opsonin"),
        ("FAB_CYTOKINE", "cidp", "target_cell.attack_cytokine"),
        ("FC_SIGNR1_SENSOR", "itp", "sensor_cell.signal"),
        ("FC_TYPE2", "itp", "fcg_receptor.copies"),
        ("FC_TH2_AXIS", "itp", "field.il33"),
        ("FC_FCGR2B_UP", "itp", "fcg_receptor.copies"),
        ("FAB_DC_PGE2", "mouse_eae", "field.pge2"),
        ("BOTH_DC_MAT", "mouse_eae", "dendritic_cell.maturity"),
        ("FAB_ANTIGEN", "mouse_eae", "dendritic_cell.presented"),
        ("FC_FCGR_DOWN", "itp", "fcg_receptor.copies"),
        ("FAB_ANAPHYLATOXIN", "mouse_kbxn", "neutrophil_receptor.copies"),
        ("FAB_ANCA_LIKE", "mouse_kbxn", "neutrophil.activation"),
    ],
)
def test_the_same_toggles_act_where_they_can(mechanism, scenario, sees):
    on = small(scenario, days=1, schedule="0:2").run()
    off = small(scenario, days=1, schedule="0:2", without=mechanism).run()
    assert sees in differences(state(on), state(off))
