"""Sensor cells, basophils, and the cytokine fields that cells feed.

Beside `ivigabm/processes/sensing.py` and `cytokines.py`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ivigabm.processes.t_cells import EFFECTOR, TREG
from reference.agents import Resident

if TYPE_CHECKING:
    from reference.individual import Individual


def sense(model: "Individual") -> None:
    """Sensors follow the rise of their lectin's occupancy, basophils the IL-33 they see."""
    world, sensing = model.world, model.constants.sensing
    own = 0.0
    for molar in world.own.tissue_molar().tolist():
        own += molar
    own *= sensing.own_share / sensing.half
    own *= sensing.lectin
    base = own / (1.0 + own)
    brought = world.ports["sensor_occupancy"] * sensing.lectin
    for sensor in model.kinds["sensor_cell"]:
        ligand = own + float(brought[sensor.on(world.molecule_pitch)])
        sensor.signal += sensing.relax * (ligand / (1.0 + ligand) - base - sensor.signal)
    own = sensing.stimuli(world)
    base = own / (1.0 + own)
    for basophil in model.kinds["basophil"]:
        level = own + float(world.fields["il33"][basophil.on(world.fields.pitch)])
        answer = level / (1.0 + level) - base - basophil.activation
        basophil.activation += sensing.relax * answer


def secrete_cytokines(model: "Individual") -> None:
    """Cells and the drug's IL-33 are the sources; the shared operator advances the fields."""
    fields, cytokines = model.world.fields, model.constants.cytokines
    fields.sources[...] = 0.0
    left = model.world.comparators.secretion_left
    output = left * float(model.world.ports["macrophage_output"][0])
    for name, kind, share in (
        ("tnf", "macrophage", output), ("chemokine", "macrophage", output),
        ("il4", "basophil", left),
    ):  # fmt: skip
        rate = cytokines.rate[name] * share
        secrete(model.kinds[kind], "activation", rate, fields.pitch, fields.source(name))
    own = fields.source("il4_own")
    for basophil in model.kinds["basophil"]:
        own[basophil.on(fields.pitch)] += cytokines.rate["il4"] * left * model.world.basophils_own
    for name, kind, amount, rate in cytokines.under_lps(model.world):
        for cell in model.kinds[kind]:
            fields.source(name)[cell.on(fields.pitch)] += rate * amount
    t_cells = model.kinds["t_cell"]
    effectors, tregs = ([c for c in t_cells if c.stage == s] for s in (EFFECTOR, TREG))
    for name, rate in cytokines.by_effectors():
        secrete(effectors, "activation", rate * left, fields.pitch, fields.source(name))
    alone, il10 = cytokines.treg_alone(model.world), fields.source("il10")
    for treg in tregs:
        drive = treg.activation + (1.0 - treg.activation) * alone
        il10[treg.on(fields.pitch)] += cytokines.rate["il10"] * left * drive
    dendritic, pge2 = model.kinds["dendritic_cell"], fields.source("pge2")
    secrete(dendritic, "cox2", cytokines.rate["pge2"] * left, fields.pitch, pge2)
    from_neutrophils_and_complement(model)
    fields.source("il33")[...] = model.world.ports["il33_release"]
    cytokines.hold(model.world)
    cytokines.travel(model.world)
    fields.values[...] = cytokines.operator.step(fields.values, fields.sources)


def from_neutrophils_and_complement(model: "Individual") -> None:
    """Active neutrophils, and the C5a that splits off where C5 is cleaved on a target."""
    fields, cytokines, left = model.world.fields, model.constants.cytokines, model.world.comparators
    for name, rate in cytokines.neutrophil_rate.items():
        amount = rate * left.secretion_left
        cells = model.kinds["neutrophil"]
        secrete(cells, "activation", amount, fields.pitch, fields.source(name))
    c5a, rate = fields.source("c5a"), cytokines.c5a_rate * left.c5_left
    if cytokines.c5a_rate > 0.0:
        for target in model.kinds["target_cell"]:
            c5a[target.on(fields.pitch)] += rate * (target.c3b * target.c3b)


def secrete(
    cells: Sequence[Resident], drive: str, rate: float, pitch: int, source: np.ndarray
) -> None:
    """Each cell adds rate times its drive to the mesh cell it stands in."""
    for cell in cells:
        source[cell.on(pitch)] += rate * getattr(cell, drive)
