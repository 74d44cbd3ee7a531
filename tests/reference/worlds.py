"""Small worlds for the comparison of the two engines: every scenario, and any number at random."""

import copy
from typing import Any

from hypothesis import strategies as st

from ivigabm.knowledge import load_hypotheses, preparation_names, product_names
from ivigabm.mechanisms import mechanism_ids
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.scenario import Scenario, scenario_names
from reference.individual import Individual

SCENARIOS = tuple(scenario_names())
# no target, fixed, in blood, of a mouse, with cells from the blood, under T cells
UNLIKE = ("healthy", "cidp", "itp", "mouse_itp", "mouse_kbxn", "mouse_eae")
FEW: dict[str, Any] = {
    "set.section.width": 16, "set.section.height": 16, "set.cells.macrophage": 24,
    "set.cells.sensor_cell": 6, "set.cells.basophil": 6, "set.cells.igg_parcels": 3,
    "set.cells.autoantibody_parcels": 8,
}  # fmt: skip
ARM = {"set.cells.dendritic_cell": 8, "set.cells.t_naive": 24, "set.cells.treg": 8}
PER_AGENT = {"human": 3.0, "mouse": 12.0}  # 1e9/L of circulating cells
MIXED = "IgG1:0.5,IgG3:0.25,IgM:0.25"
CLASSES = {
    "human": ("IgG1", "IgG2", "IgG3", "IgG4", "IgM", MIXED),
    "mouse": ("IgG1", "IgG2a", "IgG2b", "IgG2c", "IgG3", "IgG1:0.5,IgG2c:0.5"),
}
EXTREMES = {  # what carries small worlds into corners that default values do not reach
    "b_cell.activation": (0.005, 2.0),
    "t_cell.barrier": (0.0, 1.0),
    "t_cell.exit": (0.0, 20.0),
    "t_cell.priming": (0.0, 20.0),
    "t_cell.treg_share": (0.0, 1.0),
    "treg.division": (0.0, 5.0),
    "b_cell.long_lived_share": (0.0, 1.0),
    "contact.membrane_area_macrophage": (2.0, 1600.0),
    "cytokine.secretion_chemokine": (0.0, 5e4),
    "cytokine.secretion_tnf": (0.0, 5e4),
    "damage.cytokine_max": (0.0, 2.0),
    "motion.diffusion_igg": (1e-3, 40.0),
    "motion.hop_rate_macrophage": (0.0, 3.0),
    "motion.taxis": (0.0, 5.0),
    "phagocyte.capacity_macrophage": (0.5, 100.0),
    "receptor.internalisation": (0.0, 12.0),
    "signal.half_macrophage": (4.0, 150.0),
}
DEPLETED = (
    "macrophage", "neutrophil", "sensor_cell", "basophil", "b_cell", "dendritic_cell", "treg",
)  # fmt: skip
SCHEDULES = ("0:2", "0:0.4x5/0.25", "-1:1,0.5:1", "0:1ip", "0:0.6sc")
CONCENTRATIONS = (0.3, 3.0, 30.0)  # g/L, in a dish
STIMULI = (
    "aggregated_igg", "BAFF,BCR:3", "LPS:2", "TNF,FasL:0.5", "GM-CSF:3,anti-Fas",
    "IFN-gamma,C5a:2",
)  # fmt: skip


def small(name: str, **words: Any) -> dict[str, Any]:
    """Words that make a scenario small enough for plain Python."""
    scenario = Scenario.load(name)
    few = FEW | {"set.run_in_days": min(scenario.run_in_days, 1.0)}
    few["set.prodrome_days"] = min(scenario.prodrome_days, 1.0)
    if scenario.cells.b_cell:
        few["set.cells.b_cell"] = 80
    if scenario.cells.dendritic_cell:
        few |= ARM
    if scenario.dish is not None:
        few |= {"set.cells.target_cell": 60}
        few |= {"set.cells.nk_cell": 24} if scenario.cells.nk_cell else {}
        few |= {"set.cells.macrophage": min(24, scenario.cells.macrophage)}
        few |= {"set.cells.sensor_cell": 0, "set.cells.basophil": 0}
    elif scenario.target is not None and scenario.target.place == "blood":
        few["set.target.count_per_agent"] = PER_AGENT[scenario.species]
    return {**few, **words}


def halfway(scenario: str, steps: int, **words: Any) -> tuple[IVIgModel, Individual]:
    """A run that has gone `steps` steps, and the same moment as objects."""
    model = IVIgModel(scenario, rng=7, perturbation=parse(small(scenario, **words)))
    for _ in range(steps):
        model.step()
    individual = Individual(copy.deepcopy(model.world))
    individual.antibody_scale = model.b_lineage.scale.copy()
    return model, individual


def some(words: tuple[str, ...], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), max_size=most, unique=True)


@st.composite
def sections(draw: st.DrawFn) -> dict[str, Any]:
    """A section with its meshes, its founders and a step length."""
    pitch = st.sampled_from((1, 2, 4, 8))
    count = {"macrophage": 40, "neutrophil": 6, "sensor_cell": 8, "basophil": 8, "b_cell": 80}
    count |= {"dendritic_cell": 8, "t_naive": 20, "t_effector": 20, "treg": 8, "nk_cell": 10}
    parcels = {"autoantibody_parcels": 12, "igg_parcels": 3}
    words: dict[str, Any] = {
        "set.section.width": draw(st.sampled_from((16, 24))),
        "set.section.height": draw(st.sampled_from((16, 24))),
        "set.section.field_pitch": draw(pitch),
        "set.section.molecule_pitch": draw(pitch),
        "set.section.vessel_spacing": draw(st.sampled_from((3, 8, 16))),
        "set.step_hours": draw(st.sampled_from((0.25, 1.0, 3.0))),
        "set.run_in_days": draw(st.sampled_from((0.0, 0.5))),
    }
    words |= {
        f"set.cells.{kind}": draw(st.integers(kind == "b_cell", most))  # somebody makes antibody
        for kind, most in count.items()
    }
    return words | {f"set.cells.{kind}": draw(st.integers(1, n)) for kind, n in parcels.items()}


@st.composite
def antibodies(draw: st.DrawFn, species: str) -> dict[str, Any]:
    """The pathogenic antibody: class, glycoform, what it blocks, who recognises it."""
    share = st.sampled_from((0.0, 0.4, 1.0))
    return {
        "antibody.class": draw(st.sampled_from(CLASSES[species])),
        "antibody.glycoform": draw(st.sampled_from(("native", "deglycosylated", "sialylated"))),
        "antibody.dose_fold": draw(st.sampled_from((0.3, 1.0, 5.0))),
        "set.antibody.blocking": draw(share),
        "set.antibody.idiotype_recognised": draw(share),
    }


@st.composite
def therapies(draw: st.DrawFn, dish: bool) -> dict[str, Any]:
    """A preparation and a plan, or none, and which mechanisms may act."""
    mechanisms = mechanism_ids()
    acting = draw(st.one_of(st.none(), some(mechanisms, len(mechanisms))))
    words: dict[str, Any] = {}
    if acting is not None:  # `only` must name one, so an empty set is said the other way
        words = {"only": acting} if acting else {"without": list(mechanisms)}
    if draw(st.booleans()) and draw(st.booleans()):
        return words | {"no_ivig": True}
    words["preparation"] = draw(st.sampled_from(preparation_names()))
    if words["preparation"] in ("ivig", "deglycosylated", "igm_enriched"):
        words["composition.anti_target"] = draw(st.sampled_from((0.0, 1e-3)))
    if dish:
        words["treat_day"] = draw(st.sampled_from((-0.5, 0.0)))
        return words | {"concentration": draw(st.sampled_from(CONCENTRATIONS))}
    return words | {"schedule": draw(st.sampled_from(SCHEDULES))}


@st.composite
def hosts(draw: st.DrawFn) -> dict[str, Any]:
    """Knock-outs, depletions, blocking antibodies and positions on open questions."""
    positions = [
        f"{name}:{position}"
        for name, question in load_hypotheses().items()
        for position in question.positions
        if position != "NUMBER"
    ]
    return {
        "knockout": draw(some(product_names(), 2)),
        "deplete": draw(some(DEPLETED, 1)),
        "block": [f"{name}:0.7" for name in draw(some(product_names(), 1))],
        "hypothesis": draw(some(tuple(positions), 1)),
    }


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    """Some parameters at one end or the other."""
    chosen = draw(some(tuple(EXTREMES), 4))
    return {f"set.parameters.{name}": draw(st.sampled_from(EXTREMES[name])) for name in chosen}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, int, dict[str, Any]]:
    """Scenario, seed and words of a random small world."""
    scenario = draw(st.sampled_from(SCENARIOS))
    dish = Scenario.load(scenario).dish is not None
    words = small(scenario) | draw(sections()) | draw(therapies(dish)) | draw(hosts())
    if dish:
        words["stimulus"] = draw(st.sampled_from(STIMULI))
    words |= draw(parameters())
    if Scenario.load(scenario).target is not None:
        words["set.target.c5a"] = draw(st.sampled_from((0.0, 2000.0)))
        words["set.target.unregulated"] = draw(st.sampled_from((0.0, 0.8)))
    antibody = Scenario.load(scenario).antibody
    if antibody:
        words |= draw(antibodies(antibody[0].species))
    return scenario, draw(st.integers(0, (1 << 63) - 1)), words
