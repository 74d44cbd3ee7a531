"""Neutrophils: activation by antibody, death, and who comes from the blood.

Beside `ivigabm/processes/neutrophils.py`.
"""

from typing import TYPE_CHECKING

from ivigabm.engine.elementary import expm1, hill
from ivigabm.processes.neutrophils import ARMS, ARRIVAL, FATE, INFLUX, fas_ligand
from reference.agents import Neutrophil, NeutrophilReceptor
from reference.draws import bounded, newborn, unit, words

if TYPE_CHECKING:
    from reference.individual import Individual

LOW = (1 << 56) - 1  # an id without its kind


def live(model: "Individual") -> None:
    """One step of activation, death and influx."""
    if "neutrophil" in [group.name for group in model.world.phagocytes]:
        age(model)
        arrive(model)


def age(model: "Individual") -> None:
    """Primed cells answer antibody to granule antigens; then some die, with their receptors."""
    world, rule = model.world, model.constants.neutrophils
    cytokine, ligand = rule.priming(world).tolist(), fas_ligand(world)
    agonist, block, siglec, stimulus = (
        world.ports[name].tolist()
        for name in ("fas_agonist", "fas_block", "siglec_agonist", "neutrophil_stimulus")
    )
    by_age, by_ligand, by_fas, by_siglec = rule.rates.tolist()
    cells = model.kinds["neutrophil"]
    for cell, draw in zip(cells, words(model, FATE, cells), strict=True):
        i, j = cell.on(world.molecule_pitch)
        a, b = cell.on(world.fields.pitch)
        primed = saturating(cytokine[a][b])
        drive = saturating(stimulus[i][j]) * primed
        cell.activation += rule.relax * drive * (1.0 - cell.activation)
        ready = 1.0 - (1.0 - cell.activation) * (1.0 - primed)
        pace = by_age + by_ligand / (1.0 + block[i][j])
        fas = agonist[i][j] * agonist[i][j] + ligand / (1.0 + block[i][j])
        pace += by_fas * fas / (1.0 + fas) if fas else 0.0
        pace += by_siglec * siglec[i][j] / (1.0 + siglec[i][j]) * ready
        cell.alive = unit(draw[0]) >= -expm1(-pace * world.dt)
    ledger = ledger_of(model)
    for receptor in model.kinds["neutrophil_receptor"]:
        if not receptor.host.alive:
            receptor.alive = False
            ledger[1] += receptor.copies
    model.bury("neutrophil_receptor")
    model.bury("neutrophil")


def saturating(level: float) -> float:
    """Level over level plus one half effect."""
    return level / (1.0 + level)


def ledger_of(model: "Individual"):  # type: ignore[no-untyped-def]
    """Receptor copies of neutrophils made, lost and founded."""
    return next(g.ledger for g in model.world.phagocytes if g.name == "neutrophil")


def arrive(model: "Individual") -> None:
    """Candidates pass a vessel site each; some enter there, with all their receptors."""
    world, rule = model.world, model.constants.neutrophils
    blood = int(rule.blood[0])
    drawn = unit(int(world.streams.words(INFLUX, world.step, rule.blood)[0, 0]))
    doors = list(zip(rule.site_x.tolist(), rule.site_y.tolist(), strict=True))
    attractant = world.attractant().tolist()
    passing = [
        Neutrophil(model, newborn(model, ARRIVAL, blood, order), model.grid[0, 0])
        for order in range(int(rule.passing + drawn))
    ]
    for cell, draw in zip(passing, words(model, ARRIVAL, passing), strict=True):
        cell.cell = model.grid[doors[bounded(draw[0], len(doors))]]
        i, j = cell.on(world.fields.pitch)
        called = hill(attractant[i][j], rule.half, rule.power)
        if unit(draw[1]) < rule.rest + (1.0 - rule.rest) * called:
            model.kinds["neutrophil"].append(cell)
            arm(model, cell)
        else:
            cell.remove()


def arm(model: "Individual", cell: Neutrophil) -> None:
    """A newcomer brings its receptors, a type after another."""
    group = next(g for g in model.world.phagocytes if g.name == "neutrophil")
    bearer = (cell.unique_id & LOW) | int(model.constants.neutrophils.code)
    for j, copies in enumerate(group.copies.tolist()):
        receptor = NeutrophilReceptor(
            model, newborn(model, ARMS, bearer, j), cell, receptor=j, baseline=copies,
            copies=copies, crosslinked=0.0, occupied_monomer=0.0, occupied_complex=0.0,
        )  # fmt: skip
        model.kinds["neutrophil_receptor"].append(receptor)
        group.ledger[2] += copies
