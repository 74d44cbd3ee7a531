"""Fcγ receptors at work: what soluble IgG occupies, and what each contact cross-links.

Soluble: monomer and dimer bind the mean phagocyte by the multivalent equations once a step, and
aggregated IgG or complexes beside them where a dish holds some; lectins, which only cells of a
dish show, by their own ligand.
Contacts: the two-sided patch equilibrium per contact, with the soluble IgG as competitor.
Each kind of phagocyte has its own receptors and membrane. To NK cells therapeutic IgG that binds
the target is one more opsonin.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.linalg import block_diag

from ivigabm.engine.kernel import kernel
from ivigabm.processes.equilibrium import patch_affinity, patch_equilibrium, patch_work
from ivigabm.processes.lectins import LECTIN_PORTS, lectins_shown, occupied
from ivigabm.processes.molecule import Molecule
from ivigabm.processes.multivalent import multivalent_equilibrium, multivalent_work

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

MONOMER, DIMER, AGGREGATE = 0, 1, 2
STIMULUS = "aggregated_igg"
NANOMOLAR = 1e-9  # mol/L


@kernel
def gather(host, kind, copies, function, n, out):
    """Functional copies per host row and receptor type, from the receptor agents."""
    for row in range(n):
        out[host[row], kind[row]] = copies[row] * function[kind[row]]


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
    cross-linked copies per phagocyte.
    """
    kinds, types = kappa.shape
    opsonins = opsonin.shape[1]
    density, free, patch, rival, pairs = scratch
    for row in range(linked.shape[0]):
        for j in range(types):
            linked[row, j] = 0.0
    for c in range(count):
        mac = phagocyte[c]
        a, b = x[mac] // pitch, y[mac] // pitch
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
def scatter(
    host, kind, copies, linked, monomer, complexed, soluble, n, out_linked, out_monomer, out_complex
):
    """Write occupancy and cross-linking back to the receptor agents.

    monomer, complexed : share of copies that soluble IgG occupies; soluble : share that soluble
    complexes cross-link. Copies held in a patch and in complexes cannot exceed all copies.
    """
    for row in range(n):
        j = kind[row]
        held = linked[host[row], j] + soluble[j] * copies[row]
        out_linked[row] = held if held < copies[row] else copies[row]
        out_monomer[row] = monomer[j]
        out_complex[row] = complexed[j]


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
        self.copies = np.zeros((0, types))
        self.bound = np.zeros((0, types))
        self.linked = np.zeros((0, types))

    def _expect_soluble(self, world: "World") -> None:
        """Room for the kinds of soluble IgG that this world can have."""
        ps, dish, types = world.ps, world.resolved.scenario.dish, len(world.receptors)
        per_complex = [1.0, 2.0]  # IgG in a monomer and a dimer
        self.aggregate = 0.0  # mol/L of IgG in aggregates at a stimulus of 1
        if dish is not None and STIMULUS in dish.stimulus:
            per_complex.append(ps["culture.aggregate_valency"])
            self.aggregate = ps["culture.aggregate_igg"] * NANOMOLAR
        self.larger = len(per_complex)  # from here on rows are complexes of a dish
        self.counts = np.diag(per_complex)
        self.added = world.complexes
        if self.added is not None:
            self.counts = block_diag(self.counts, self.added.counts)
        number, kinds = self.counts.shape
        igg1 = (Molecule(species="human", subclass="IgG1"),)
        self.aggregate_affinity = world.fcgr_affinity(igg1)[0] if self.aggregate else None
        self.soluble_work = multivalent_work(number, kinds, types)
        self.free = np.zeros(types)
        self.complexes, self.paired = np.zeros(number), np.zeros(number)
        self.held, self.held_twice = np.zeros((number, types)), np.zeros((number, types))
        self.lectins = lectins_shown(world)

    def by_aggregates(self) -> "np.typing.NDArray[np.float64]":
        """Copies that aggregates cross-link on the mean cell, in the area of a patch."""
        if self.aggregate_affinity is None:
            return np.zeros(self.held_twice.shape[1])
        return np.asarray(self.held_twice[AGGREGATE] * self.per_patch)

    def ligands(
        self, world: "World", own: "np.typing.NDArray[np.float64]"
    ) -> tuple["np.typing.NDArray[np.float64]", "np.typing.NDArray[np.float64]"]:
        """Concentrations of soluble complexes, mol/L, and the affinity of the IgG in each.

        The monomer enters as 1 M of a ligand with the summed K x concentration.
        """
        types = len(world.receptors)
        port = world.ports["fcgr_competitor"].mean(axis=(2, 3))
        dimer = float(port[DIMER, types])
        affinity = np.zeros((self.counts.shape[1], types))
        affinity[MONOMER] = own + port[MONOMER, :types]
        affinity[DIMER] = port[DIMER, :types] / dimer if dimer > 0.0 else 0.0
        # two IgG per dimer: half as many complexes as molecules
        concentration = [1.0, 0.5 * dimer]
        if self.aggregate_affinity is not None:
            affinity[AGGREGATE] = self.aggregate_affinity
            igg = self.aggregate * world.stimulus(STIMULUS)
            concentration.append(igg / float(self.counts[AGGREGATE, AGGREGATE]))
        if self.added is not None:
            affinity[self.larger :] = self.added.affinity
            concentration += self.added.molar.tolist()
        return np.array(concentration), affinity

    def own_competition(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Sum of K times concentration of the body's IgG per receptor, shape (receptors,)."""
        rival = np.zeros(len(world.receptors))
        for molar, row in zip(
            world.mean_at_target(world.own).tolist(), self.own_affinity, strict=True
        ):
            rival += molar * row
        return rival

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
        gather(
            receptor["host_row"],
            receptor["receptor"],
            receptor["copies"],
            self.function,
            receptor.n,
            self.copies,
        )
        own = self.own_competition(world)
        bind_contacts(
            contacts.n,
            contacts.phagocyte,
            contacts.target,
            cells["x"],
            cells["y"],
            world.molecule_pitch,
            self.copies,
            self.per_patch,
            world.tables["target_cell"]["opsonin"],
            self.drug_coat(world),
            self.touched,
            self.kappa,
            own,
            world.ports["fcgr_competitor"],
            self.dimer_weight,
            self.bound,
            self.work,
            self.scratch,
            self.linked,
        )
        monomer, complexed, linked = self.soluble(world, own)
        scatter(
            receptor["host_row"],
            receptor["receptor"],
            receptor["copies"],
            self.linked,
            monomer,
            complexed,
            linked,
            receptor.n,
            receptor["crosslinked"],
            receptor["occupied_monomer"],
            receptor["occupied_complex"],
        )

    def mean_copies(self, world: "World") -> "np.typing.NDArray[np.float64]":
        """Functional copies of each receptor type on the mean living cell, shape (receptors,)."""
        cells = self.group.cells(world)
        alive = cells["alive"]
        if not alive.any():
            return np.zeros(len(world.receptors))
        copies = self.copies[: cells.n]
        return np.asarray((copies if alive.all() else copies[alive]).mean(axis=0))

    def soluble(
        self, world: "World", own: "np.typing.NDArray[np.float64]"
    ) -> tuple["np.typing.NDArray[np.float64]", ...]:
        """Shares of the mean phagocyte's copies: held by monomer, by complex, cross-linked."""
        copies = self.mean_copies(world)
        concentration, affinity = self.ligands(world, own)
        multivalent_equilibrium(
            concentration,
            self.counts,
            affinity,
            copies,
            self.kx,
            self.free,
            self.complexes,
            self.paired,
            self.held,
            self.held_twice,
            self.soluble_work,
        )
        share = np.where(copies > 0.0, 1.0 / np.where(copies > 0.0, copies, 1.0), 0.0)
        held, linked = self.held[DIMER], self.held_twice[DIMER]
        for row in range(AGGREGATE, len(self.held)):
            held, linked = held + self.held[row], linked + self.held_twice[row]
        monomer = self.held[MONOMER] * share
        for place in self.lectins:
            monomer[place] = occupied(world, place)
        return monomer, held * share, linked * share
