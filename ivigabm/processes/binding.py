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

from ivigabm.errors import InputError
from ivigabm.processes.binding_rules import bind, compete, scatter
from ivigabm.processes.complexes import Suspended, aggregated
from ivigabm.processes.equilibrium import patch_affinity, patch_work
from ivigabm.processes.lectins import LECTIN_PORTS, lectins_shown, occupied
from ivigabm.processes.multivalent import UNSOLVABLE, multivalent_work

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

Array = NDArray[np.float64]

LARGER = 2  # soluble ligands: monomer, dimer, then aggregates if there are, complexes of a dish
DIMER_COUNTS = np.array([[1.0, 0.0], [0.0, 2.0]])  # IgG per complex: a monomer, a dimer
STIMULUS = "aggregated_igg"


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
