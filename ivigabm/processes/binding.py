"""Fcγ receptors at work: what soluble IgG occupies, and what each contact cross-links.

Soluble: monomer, dimer, the complexes of a dish and aggregated IgG where it is stimulated with it
bind the mean phagocyte by the multivalent equations once a step, and what they cross-link signals;
lectins, which only cells of a dish show, by their own ligand.
Contacts: the two-sided patch equilibrium per contact, with the soluble IgG as competitor.
Each kind of phagocyte has its own receptors and membrane. To NK cells therapeutic IgG that binds
the target is one more opsonin.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from ivigabm.engine.kernel import kernel
from ivigabm.engine.sites import coarse, reciprocal
from ivigabm.engine.sums import mean_of
from ivigabm.errors import InputError
from ivigabm.processes.complexes import Suspended, aggregated
from ivigabm.processes.equilibrium import patch_affinity, patch_equilibrium, patch_work
from ivigabm.processes.lectins import LECTIN_PORTS, lectins_shown, occupied
from ivigabm.processes.multivalent import (
    UNSOLVABLE,
    multivalent_equilibrium,
    multivalent_work,
)

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

Array = NDArray[np.float64]

LARGER = 2  # soluble ligands: monomer, dimer, then aggregates if there are, complexes of a dish
DIMER_COUNTS = np.array([[1.0, 0.0], [0.0, 2.0]])  # IgG per complex: a monomer, a dimer
STIMULUS = "aggregated_igg"


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
    phagocyte's copies are held by: monomer, complex, a complex that cross-links them.
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
    Returns what `bind_soluble` does.
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


class Binding:
    """Phase: soluble occupancy of the mean phagocyte, then every contact."""

    name: ClassVar[str] = "binding"
    reads: ClassVar[tuple[str, ...]] = ("fcgr_competitor", "drug_opsonin", *LECTIN_PORTS)
    drives: ClassVar[tuple[str, ...]] = ("signalling", "receptor_expression")

    def __init__(self, world: "World", group: "Phagocytes") -> None:
        ps, self.group = world.ps, group
        molecules = world.antigen.molecules if world.antigen else ()
        kinds, types = max(1, len(molecules)) + group.kind.drug_coat, len(world.receptors)
        self.own_affinity = world.fcgr_affinity(world.own.molecules)
        area, self.gap = ps["contact.patch_area"], ps["contact.gap"]
        self.area = area
        self.epitopes = ps["antitarget.epitopes"]
        kappa = np.zeros((kinds, types))
        kappa[: len(molecules)] = patch_affinity(world.fcgr_affinity(molecules), self.gap, area)
        self.kappa = kappa
        self.per_patch = area / ps[f"contact.membrane_area_{group.name}"]
        self.touched = area * (world.antigen.access if world.antigen else 0.0)
        self.dimer_weight = ps["binding.dimer_weight"]
        self.kx = ps["binding.kx"]
        self.function = np.array([receptor.function for receptor in world.receptors])
        self.work = patch_work(kinds, types)
        self.scratch = (
            np.zeros(kinds),
            np.zeros(kinds),
            np.zeros(types),
            np.zeros(types),
            np.zeros((kinds, types)),
        )
        self._expect_soluble(world)
        self.lectins = lectins_shown(world)
        self.copies = np.zeros((0, types))
        self.bound = np.zeros((0, types))
        self.linked = np.zeros((0, types))

    def _expect_soluble(self, world: "World") -> None:
        """Room for the kinds of soluble IgG that this world can have."""
        dish, types = world.resolved.scenario.dish, len(world.receptors)
        parts = [Suspended(np.zeros(2), DIMER_COUNTS, np.zeros((2, types)), np.ones(2, bool))]
        self.aggregate = np.zeros(0)  # mol/L of aggregates by size at a stimulus of 1
        if dish is not None and STIMULUS in dish.stimulus:
            parts.append(aggregated(world))
            self.aggregate = parts[-1].molar
        self.larger = LARGER + len(self.aggregate)  # rows from here on are complexes of a dish
        if world.complexes is not None:
            parts.append(world.complexes)
        self.ligand = np.concatenate([part.molar for part in parts])
        self.counts = block_diag(*(part.counts for part in parts))
        self.affinity = np.concatenate([part.affinity for part in parts])
        self.joined = np.concatenate([part.joined for part in parts])
        number, kinds = self.counts.shape
        self.soluble_work = multivalent_work(number, kinds, types)
        self.rival, self.mean_copies, self.free = np.zeros((3, types))
        self.complexes, self.held_twice = np.zeros(number), np.zeros((number, types))
        held = np.zeros((number, types))
        self.solved = self.complexes, np.zeros(number), held, self.held_twice
        self.share, self.channels = np.zeros((3, types)), np.zeros((2, types + 1))

    def suspended(self, world: "World") -> Array:
        """Aggregates and complexes in the medium now, mol/L, in the order of their rows."""
        if len(self.aggregate):
            self.ligand[LARGER : self.larger] = self.aggregate * world.stimulus(STIMULUS)
        return self.ligand[LARGER:]

    def complexes_bound(self) -> float:
        """Soluble complexes of a dish on the mean cell; an antibody that is left alone is none."""
        rows = slice(self.larger, None)
        return float(np.sum(self.complexes[rows][self.joined[rows]]))

    def by_complexes(self) -> list[float]:
        """Copies that soluble complexes cross-link on the mean cell, in the area of a patch."""
        linked = [0.0] * self.held_twice.shape[1]
        for row in self.held_twice[LARGER:].tolist():
            linked = [a + b * self.per_patch for a, b in zip(linked, row, strict=True)]
        return linked

    def own_competition(self, world: "World") -> Array:
        """Sum of K times concentration of the body's IgG per receptor, shape (receptors,).

        The array holds until the next call.
        """
        compete(world.mean_at_target(world.own), self.own_affinity, self.rival)
        return self.rival

    def drug_coat(self, world: "World") -> float:
        """Therapeutic IgG on every target, 1/um2; sets its row of `kappa` where the kind reads it.

        The port holds each receptor's affinity weighted by how much of which molecule binds.
        """
        port = world.ports["drug_opsonin"]
        level = float(port[-1])
        if not self.group.kind.drug_coat or level == 0.0:
            return 0.0
        self.kappa[-1] = patch_affinity(port[None, :-1] / level, self.gap, self.area)[0]
        return self.epitopes * level / (1.0 + level)

    def advance(self, world: "World") -> None:
        """Solve this step's binding."""
        receptor, cells = self.group.receptors(world), self.group.cells(world)
        contacts = self.group.contacts
        types = len(world.receptors)
        if len(self.copies) < cells.n:
            self.copies, self.linked = np.zeros((cells.n, types)), np.zeros((cells.n, types))
        if len(self.bound) < contacts.n:
            self.bound = np.zeros((2 * contacts.n, types))
        self.suspended(world)
        steps = bind(
            world.mean_at_target(world.own),
            self.own_affinity,
            self.rival,
            receptor["host_row"],
            receptor["receptor"],
            receptor["copies"],
            self.function,
            receptor.n,
            self.copies,
            (contacts.n, contacts.phagocyte, contacts.target),
            cells["x"],
            cells["y"],
            cells["alive"],
            world.molecule_pitch,
            self.per_patch,
            world.tables["target_cell"]["opsonin"],
            self.drug_coat(world),
            self.touched,
            self.kappa,
            world.ports["fcgr_competitor"],
            self.dimer_weight,
            self.bound,
            self.work,
            self.scratch,
            self.linked,
            self.mean_copies,
            self.channels,
            self.ligand,
            self.counts,
            self.affinity,
            self.kx,
            self.free,
            self.solved,
            self.soluble_work,
            self.share,
        )
        if steps == UNSOLVABLE:
            raise InputError(
                f"binding of soluble IgG to the {self.group.name}: copies {self.mean_copies}, "
                f"concentrations {self.ligand}: finite numbers from 0 on are expected"
            )
        for place in self.lectins:
            self.share[0, place] = occupied(world, place)
        scatter(
            receptor["host_row"],
            receptor["receptor"],
            receptor["copies"],
            self.linked,
            self.share,
            receptor.n,
            receptor["crosslinked"],
            receptor["occupied_monomer"],
            receptor["occupied_complex"],
        )
