"""Ports: where the therapeutic IgG can reach a process, and what stands there without it.

A port declares shape, unit, neutral value and how several writers combine. Each step it starts
at its neutral value and the active mechanisms write in the order of their ids. A process that
reads a neutral port takes the same arithmetic path, to the same bits, as one with no writer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Extent = Literal[
    "scalar",
    "receptor_channels",
    "opsonin_channels",
    "cytokine",
    "antigen",
    "treg",
    "molecule_mesh",
    "field_mesh",
]
# what the port `antigen_sink` binds, in its order
SUNK = ("immunogen", "plasma_abeta40", "plasma_abeta42", "brain_oligomer")


@dataclass(frozen=True)
class Port:
    """Declaration of one port.

    extent : which axes it has (sizes come from the world).
    combine : how several writers add up.
    process : the process that reads it.
    """

    name: str
    extent: Extent
    unit: str
    process: str
    meaning: str
    neutral: float = 0.0
    combine: Literal["sum", "product", "max"] = "sum"


PORTS: Mapping[str, Port] = {
    port.name: port
    for port in (
        Port(
            "fcrn_load",
            "scalar",
            "g/L",
            "plasma",
            "therapeutic IgG (molar Fc, as g/L of 150 kg/mol) that competes for FcRn",
        ),
        Port(
            "fcgr_competitor",
            "receptor_channels",
            "1 and mol/L",
            "binding",
            "sum of K times concentration per Fcγ receptor, then concentration, for monomer "
            "and dimer, over the molecule mesh",
        ),
        Port(
            "drug_opsonin",
            "opsonin_channels",
            "1/M and 1",
            "binding",
            "intact therapeutic IgG against the target over its half occupancy: times the affinity "
            "for each Fcγ receptor, then alone",
        ),
        Port(
            "fcgr_complexes",
            "molecule_mesh",
            "1",
            "receptor_expression",
            "dimers and larger over their half effect on the set-point of activating receptors",
        ),
        Port(
            "ifng_response",
            "scalar",
            "1",
            "receptor_expression",
            "responsiveness of phagocytes to IFN-γ left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "anaphylatoxin_sink",
            "scalar",
            "1",
            "cytokines",
            "bound over free C5a",
        ),
        Port(
            "fas_agonist",
            "molecule_mesh",
            "1",
            "neutrophils",
            "anti-Fas over what cross-links half of Fas",
        ),
        Port(
            "fas_block",
            "molecule_mesh",
            "1",
            "neutrophils",
            "bound over free Fas, as its ligand sees it",
        ),
        Port(
            "siglec_agonist",
            "molecule_mesh",
            "1",
            "neutrophils",
            "anti-Siglec over its half effect on primed granulocytes",
        ),
        Port(
            "neutrophil_stimulus",
            "molecule_mesh",
            "1",
            "neutrophils",
            "antibody to granule antigens over its half effect on primed neutrophils",
        ),
        Port(
            "idiotype_neutraliser",
            "scalar",
            "mol/L",
            "opsonization",
            "anti-idiotypic IgG, which the clones' idiotypes share",
        ),
        Port(
            "cytokine_sink", "cytokine", "1", "cytokines", "bound over free cytokine, per cytokine"
        ),
        Port(
            "sensor_occupancy",
            "molecule_mesh",
            "1",
            "sensing",
            "disialylated Fc over its half occupancy of the sensor lectin",
        ),
        Port(
            "type2_signal",
            "molecule_mesh",
            "1",
            "receptor_expression",
            "disialylated Fc over its half occupancy of type II receptors on effector cells",
        ),
        Port(
            "c3b_acceptor",
            "scalar",
            "g/L",
            "complement",
            "fluid-phase IgG that accepts C3b, weighted by how well dimer and monomer do",
        ),
        Port(
            "convertase",
            "scalar",
            "1",
            "complement",
            "amplification left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "early_classical",
            "scalar",
            "1",
            "complement",
            "early classical activation left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "b_cell_drive",
            "scalar",
            "1",
            "b_lineage",
            "activation and division of B cells left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "cd22_ligand",
            "scalar",
            "1",
            "b_lineage",
            "disialylated Fc over its half occupancy of CD22",
        ),
        Port("baff_sink", "scalar", "1", "b_lineage", "bound over free BAFF"),
        Port(
            "il33_release",
            "field_mesh",
            "1/day",
            "sensing",
            "IL-33 that sensor cells release because of the drug",
            combine="max",
        ),
        Port(
            "fcgr2b_signal",
            "field_mesh",
            "1",
            "receptor_expression",
            "drug-evoked IL-4 over its half effect on FcγRIIB",
            combine="max",
        ),
        Port(
            "antigen_sink",
            "antigen",
            "1",
            "dendritic",
            "bound over free antigen and adjuvant of an immunisation, and amyloid",
        ),
        Port(
            "dc_priming",
            "scalar",
            "1",
            "dendritic",
            "soluble complexes over their half effect on FcγRIII of dendritic cells",
        ),
        Port(
            "basophil_ige",
            "scalar",
            "1",
            "sensing",
            "anti-IgE over what cross-links half of the IgE on basophils",
        ),
        Port(
            "macrophage_output",
            "scalar",
            "1",
            "cytokines",
            "TNF and chemokine output of macrophages left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "microglia_drive",
            "scalar",
            "1",
            "amyloid",
            "answer of microglia to amyloid left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "dc_maturation",
            "scalar",
            "1",
            "dendritic",
            "maturation of dendritic cells left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "dc_sign_signal",
            "scalar",
            "1",
            "dendritic",
            "paratope over its half effect on DC-SIGN, which asks for COX-2",
        ),
        Port(
            "treg_stimulus",
            "treg",
            "1",
            "t_cells",
            "push to regulatory T cells to divide, in half-effect units, and the part of it that "
            "is ligand on DCIR",
        ),
        Port(
            "t_cell_programme",
            "scalar",
            "1",
            "t_cells",
            "priming of T cells and their exit from the node left",
            neutral=1.0,
            combine="product",
        ),
        Port(
            "th17_restraint",
            "scalar",
            "1",
            "t_cells",
            "IL-11 over its half effect on effector differentiation",
        ),
        Port(
            "cell_contact",
            "scalar",
            "1",
            "t_cells",
            "adhesive and co-stimulatory contacts of T cells left",
            neutral=1.0,
            combine="product",
        ),
    )
}
