"""Fcγ receptors: what soluble IgG occupies, what contacts cross-link, how many are shown.

Beside `ivigabm/processes/binding.py` and `receptor_expression.py`; the two equilibria
themselves are in `binding.py` here.
"""

from typing import TYPE_CHECKING

from ivigabm.engine.elementary import exp
from ivigabm.processes.binding import LARGER
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.lectins import occupied
from ivigabm.processes.phagocytes import Phagocytes
from reference.agents import Phagocyte
from reference.binding import multivalent_equilibrium, patch_equilibrium
from reference.contacts import Contact

if TYPE_CHECKING:
    from reference.individual import Individual

MONOMER, DIMER = 0, 1


def bind(model: "Individual") -> None:
    """Every contact, then the soluble IgG on the mean phagocyte."""
    for group in model.world.phagocytes:
        bind_kind(model, group)


def bind_kind(model: "Individual", group: Phagocytes) -> None:
    """The same for one kind of phagocyte."""
    function = group.binding.function.tolist()
    for phagocyte in model.kinds[group.name]:
        phagocyte.functional = [r.copies * function[r.receptor] for r in phagocyte.receptors]
        phagocyte.linked = [0.0 for _ in phagocyte.receptors]
    own = own_competition(model, group)
    coat = group.binding.drug_coat(model.world)
    for contact in model.contacts[group.name]:
        bind_contact(model, group, contact, own, coat)
    monomer, complexed, paired = soluble(model, group, own)
    for receptor in model.kinds[group.kind.receptors]:
        j, copies = receptor.receptor, receptor.copies
        receptor.crosslinked = min(receptor.host.linked[j] + paired[j] * copies, copies)
        receptor.occupied_monomer = monomer[j]
        receptor.occupied_complex = complexed[j]


def own_competition(model: "Individual", group: Phagocytes) -> list[float]:
    """Sum of K times concentration of the body's IgG, per receptor type."""
    binding, world = group.binding, model.world
    rival = [0.0 for _ in world.receptors]
    molar = world.mean_at_target(world.own).tolist()
    for level, affinities in zip(molar, binding.own_affinity.tolist(), strict=True):
        for j, affinity in enumerate(affinities):
            rival[j] += level * affinity
    return rival


def bind_contact(
    model: "Individual", group: Phagocytes, contact: Contact, own: list[float], coat: float
) -> None:
    """The two-sided equilibrium of one patch, with soluble IgG as competitor.

    To NK cells therapeutic IgG on the target (`coat`, 1/um2) is one more opsonin.
    """
    binding, phagocyte = group.binding, contact.phagocyte
    a, b = phagocyte.on(model.world.molecule_pitch)
    monomer, dimer = model.world.ports["fcgr_competitor"][:, :, a, b].tolist()
    density = [bound * binding.touched for bound in contact.target.opsonin]
    if group.kind.drug_coat:
        density.append(coat * binding.touched)
    patch = [copies * binding.per_patch for copies in phagocyte.functional]
    rival = [own[j] + monomer[j] + binding.dimer_weight * dimer[j] for j in range(len(own))]
    pairs = patch_equilibrium(binding.kappa.tolist(), density, patch, rival)[0]
    for j in range(len(own)):
        total = 0.0
        for row in pairs:
            total += row[j]
        contact.bound.append(total)
        phagocyte.linked[j] += total


def soluble(model: "Individual", group: Phagocytes, own: list[float]) -> list[list[float]]:
    """Shares of the mean phagocyte's copies: held by monomer, by complex, cross-linked.

    The monomer enters as 1 mol/L of a ligand with the summed K times concentration; a dimer
    holds two IgG, so there are half as many as molecules in it.
    """
    binding, types = group.binding, len(own)
    copies = mean_copies(model.kinds[group.name], types)
    port = model.world.ports["fcgr_competitor"].mean(axis=(2, 3)).tolist()
    dimer = port[DIMER][types]
    concentration = [1.0, 0.5 * dimer, *binding.suspended(model.world).tolist()]
    affinity = [
        [own[j] + port[MONOMER][j] for j in range(types)],
        [port[DIMER][j] / dimer if dimer > 0.0 else 0.0 for j in range(types)],
        *binding.affinity[LARGER:].tolist(),
    ]
    _free, _complexes, _paired, held, held_twice, _steps = multivalent_equilibrium(
        concentration, binding.counts.tolist(), affinity, copies, binding.kx
    )
    model.linked_by_complexes[group.name] = [0.0] * types
    for row in held_twice[LARGER:]:
        for j, linked in enumerate(row):
            model.linked_by_complexes[group.name][j] += linked * binding.per_patch
    in_complex, twice = held[DIMER], held_twice[DIMER]
    for row in range(2, len(held)):
        in_complex = [a + b for a, b in zip(in_complex, held[row], strict=True)]
        twice = [a + b for a, b in zip(twice, held_twice[row], strict=True)]
    monomer, complexed, paired = (
        [amount * (1.0 / number) if number > 0.0 else 0.0
         for amount, number in zip(amounts, copies, strict=True)]
        for amounts in (held[MONOMER], in_complex, twice)
    )  # fmt: skip
    for place in binding.lectins:
        monomer[place] = occupied(model.world, place)
    return [monomer, complexed, paired]


def mean_copies(phagocytes: list[Phagocyte], types: int) -> list[float]:
    """Functional copies of each receptor type on the mean phagocyte."""
    total = [0.0] * types
    for phagocyte in phagocytes:
        for j, copies in enumerate(phagocyte.functional):
            total[j] += copies
    return [t / len(phagocytes) if phagocytes else 0.0 for t in total]


def express(model: "Individual") -> None:
    """Every receptor's copies move towards their set-point, by the exact solution of a step."""
    for group in model.world.phagocytes:
        express_kind(model, group)


def express_kind(model: "Individual", group: Phagocytes) -> None:
    """The same for one kind of phagocyte."""
    world, expression = model.world, group.receptor_expression
    tnf = (Cytokines.free(world, "tnf") / expression.half_tnf).tolist()
    il4 = expression.il4(world).tolist()
    type2 = world.ports["type2_signal"].tolist()
    c5a = Cytokines.free(world, "c5a") * expression.c5a_receptor / expression.half_c5a
    c5a, ifng = c5a.tolist(), expression.ifng(world).tolist()
    complexes = world.ports["fcgr_complexes"].tolist()
    folds, displayed = expression.folds.tolist(), expression.displayed(world).tolist()
    for receptor in model.kinds[group.kind.receptors]:
        by_tnf, by_il4, by_type2, by_c5a, by_complex, by_ifng, by_calm = folds[receptor.receptor]
        i, j = receptor.host.on(world.fields.pitch)
        a, b = receptor.host.on(world.molecule_pitch)
        target = receptor.baseline * displayed[receptor.receptor]
        target = target * fold(by_tnf, tnf[i][j]) * fold(by_il4, il4[i][j])
        target *= fold(by_type2, type2[a][b])
        target *= fold(by_c5a, c5a[i][j]) * fold(by_ifng, ifng[i][j])
        target *= fold(by_complex, complexes[a][b])
        target *= fold(by_calm, world.calm)
        before = receptor.copies
        share = receptor.crosslinked / before if before > 0.0 else 0.0
        rate = 1.0 / expression.turnover + expression.internalise * share
        steady = target / expression.turnover / rate
        receptor.copies = steady + (before - steady) * exp(-rate * world.dt)
        made = target / expression.turnover * world.dt
        group.ledger[0] += made
        group.ledger[1] += before + made - receptor.copies


def fold(maximum: float, level: float) -> float:
    """Fold of a set-point under one saturating signal."""
    return 1.0 + (maximum - 1.0) * level / (1.0 + level)
