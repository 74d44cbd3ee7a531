"""Compiled rules of binding: soluble IgG on the mean phagocyte, and every contact's patch.

What they are given, and why, is said in `binding`.
"""

import numpy as np

from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.engine.sums import mean_of
from ivigabm.processes.equilibrium import patch_equilibrium
from ivigabm.processes.multivalent import multivalent_equilibrium


@kernel
def gather(host, kind, copies, function, n, out):
    """Functional copies per host row and receptor type, from the receptor agents."""
    for row in range(n):
        out[host[row], kind[row]] = copies[row] * function[kind[row]]


@kernel
def compete(molar, affinity, rival):
    """Sum of K times concentration per receptor, over molecules in row order."""
    for j in range(len(rival)):
        rival[j] = 0.0
        for i in range(len(molar)):
            rival[j] += molar[i] * affinity[i, j]


@kernel
def average(copies, alive, n, mean):
    """Mean of each receptor type over the living cells, added in row order."""
    living = 0
    for j in range(len(mean)):
        mean[j] = 0.0
    for row in range(n):
        if alive[row]:
            living += 1
            for j in range(len(mean)):
                mean[j] += copies[row, j]
    for j in range(len(mean)):
        mean[j] = mean[j] / living if living > 0 else 0.0


@kernel
def bind_soluble(own, channels, copies, ligand, counts, affinity, kx, free, solved, work, share):
    """Soluble monomer, dimer and what a dish has beside them on the mean phagocyte.

    own : competition by the body's IgG (receptors,). channels : the port's means, (2,
    receptors + 1). ligand, affinity : mol/L and K of each kind of complex; the first two are
    written here. share : out, (3, receptors), what the mean
    phagocyte's copies are held by: monomer, complex, a complex that cross-links them. Gives what
    `multivalent_equilibrium` gives.
    """
    types = len(copies)
    dimer = channels[1, types]
    ligand[0] = 1.0  # the monomer enters as 1 M of a ligand with the summed K x concentration
    ligand[1] = 0.5 * dimer  # two IgG per dimer: half as many complexes as molecules
    for j in range(types):
        affinity[0, j] = own[j] + channels[0, j]
        affinity[1, j] = channels[1, j] / dimer if dimer > 0.0 else 0.0
    bound, crosslinked, held, held_twice = solved
    steps = multivalent_equilibrium(
        ligand, counts, affinity, copies, kx, free, bound, crosslinked, held, held_twice, work
    )
    for j in range(types):
        each = 1.0 / copies[j] if copies[j] > 0.0 else 0.0
        share[0, j] = held[0, j] * each
        in_complex, linked = held[1, j], held_twice[1, j]
        for k in range(2, len(ligand)):
            in_complex, linked = in_complex + held[k, j], linked + held_twice[k, j]
        share[1, j] = in_complex * each
        share[2, j] = linked * each
    return steps


@kernel
def same_row(table, one, other):
    """Whether two rows hold the same numbers."""
    same = True
    for k in range(table.shape[1]):
        same = same and table[one, k] == table[other, k]
    return same


@kernel
def bind_contacts(
    count,
    phagocyte,
    target,
    x,
    y,
    pitch,
    copies,
    per_patch,
    opsonin,
    coat,
    touched,
    kappa,
    own,
    competitor,
    dimer_weight,
    bound,
    work,
    scratch,
    linked,
):
    """Solve every contact; `bound[c, j]` receives receptors j held by the target's opsonin.

    copies : functional receptors (phagocytes, receptors); per_patch : share of the membrane in
    a patch. coat : therapeutic IgG on every target, 1/um2, for a row that `kappa` has beyond the
    opsonins. touched : area of the patch that meets opsonin, um2. own : competition by the
    body's IgG (receptors,). competitor : the port, (2, receptors + 1, mesh). `linked` collects
    cross-linked copies per phagocyte. A phagocyte that meets two targets with the same opsonin
    meets them alike: the second is not solved again.
    """
    kinds, types = kappa.shape
    opsonins = opsonin.shape[1]
    density, free, patch, rival, pairs = scratch
    per = reciprocal(pitch)
    solved = np.full(len(linked), -1, np.int64)  # last contact of each phagocyte
    for row in range(linked.shape[0]):
        for j in range(types):
            linked[row, j] = 0.0
    for c in range(count):
        mac, like = phagocyte[c], solved[phagocyte[c]]
        solved[mac] = c
        if like >= 0 and same_row(opsonin, target[c], target[like]):
            for j in range(types):
                bound[c, j] = bound[like, j]
                linked[mac, j] += bound[like, j]
            continue
        a, b = coarse(x[mac], per), coarse(y[mac], per)
        for k in range(opsonins):
            density[k] = opsonin[target[c], k] * touched
        if kinds > opsonins:
            density[opsonins] = coat * touched
        for j in range(types):
            patch[j] = copies[mac, j] * per_patch
            rival[j] = own[j] + competitor[0, j, a, b] + dimer_weight * competitor[1, j, a, b]
        patch_equilibrium(kappa, density, patch, rival, kinds, types, pairs, free, work)
        for j in range(types):
            total = 0.0
            for k in range(kinds):
                total += pairs[k, j]
            bound[c, j] = total
            linked[mac, j] += total


@kernel
def bind(
    molar, own_affinity, own, host, kind, shown, function, n, copies, contacts, x, y, alive, pitch,
    per_patch, opsonin, coat, touched, kappa, port, dimer_weight, bound, work, scratch, linked,
    mean_copies, channels, ligand, counts, affinity, kx, free, solved, soluble_work, share,
):  # fmt: skip
    """All of a kind's binding in a step, part by part; see each of them.

    contacts : number, phagocytes, targets. channels : (2, receptors + 1), out: the port's means.
    Gives the steps of the soluble equilibrium, or `UNSOLVABLE`.
    """
    count, phagocyte, target = contacts
    gather(host, kind, shown, function, n, copies)
    compete(molar, own_affinity, own)
    bind_contacts(
        count, phagocyte, target, x, y, pitch, copies, per_patch, opsonin, coat, touched, kappa,
        own, port, dimer_weight, bound, work, scratch, linked,
    )  # fmt: skip
    average(copies, alive, len(alive), mean_copies)
    for side in range(port.shape[0]):
        for j in range(port.shape[1]):
            channels[side, j] = mean_of(port[side, j].ravel())
    return bind_soluble(
        own, channels, mean_copies, ligand, counts, affinity, kx, free, solved, soluble_work,
        share,
    )  # fmt: skip


@kernel
def scatter(host, kind, copies, linked, share, n, out_linked, out_monomer, out_complex):
    """Write occupancy and cross-linking back to the receptor agents.

    share : of `bind_soluble`. Copies held in a patch and in complexes cannot exceed all copies.
    """
    for row in range(n):
        j = kind[row]
        held = linked[host[row], j] + share[2, j] * copies[row]
        out_linked[row] = held if held < copies[row] else copies[row]
        out_monomer[row] = share[0, j]
        out_complex[row] = share[1, j]
