"""Neutrophils: called from the blood, short-lived, armed with their own Fcγ receptors.

Candidates pass the vessel sites at the fastest pace the blood allows; each enters with a chance
that rises with the attractant there, so that without a signal influx balances death at rest.
IL-4 keeps them from following it, in part through FcγRIIB.

    death rate = k + l / (1 + block) + f x / (1 + x) + s g / (1 + g) * readiness
    x = a^2 + L / (1 + block)

l is death by the Fas ligand that is always there, L what a dish is stimulated with, a cross-linking
of Fas, g that of Siglec. Readiness is activation or
priming by cytokines. Antibody to granule antigens activates primed cells. Receptors come and go
with their cell.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.columns import KIND_SHIFT
from ivigabm.engine.elementary import expm1, hill
from ivigabm.engine.kernel import kernel
from ivigabm.engine.streams import EPOCH, bounded, newborn_id, purpose, unit
from ivigabm.processes.circulation import bear
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.phagocytes import NEUTROPHIL

if TYPE_CHECKING:
    from ivigabm.processes.phagocytes import Phagocytes
    from ivigabm.processes.world import World

FATE = purpose("neutrophils: death")
INFLUX = purpose("neutrophils: how many pass")
ARRIVAL = purpose("neutrophils: id, place and entry of a candidate")
ARMS = purpose("neutrophils: ids of a newcomer's receptors")


@kernel
def live(
    words, cytokine, pitch, agonist, block, siglec, stimulus, coarse, ligand, rates, relax, dt,
    alive, x, y, n, activation,
):  # fmt: skip
    """Activation by antibody, then death, of every neutrophil.

    agonist, block, siglec, stimulus : ports over a mesh of pitch `coarse`. ligand : of Fas, that
    was added. rates : 1/day of death by age, by Fas ligand, by cross-linked Fas and by
    cross-linked Siglec.
    """
    for row in range(n):
        if not alive[row]:
            continue
        a, b = x[row], y[row]
        i, j = a // coarse, b // coarse
        seen = cytokine[a // pitch, b // pitch]
        primed = seen / (1.0 + seen)
        drive = stimulus[i, j] / (1.0 + stimulus[i, j]) * primed
        activation[row] += relax * drive * (1.0 - activation[row])
        ready = 1.0 - (1.0 - activation[row]) * (1.0 - primed)
        fas = agonist[i, j] * agonist[i, j]  # two arms must cross-link
        fas += ligand / (1.0 + block[i, j])
        pace = rates[0] + rates[1] / (1.0 + block[i, j]) + rates[2] * fas / (1.0 + fas)
        pace += rates[3] * siglec[i, j] / (1.0 + siglec[i, j]) * ready
        if unit(words[row, 0]) < -expm1(-pace * dt):
            alive[row] = False


@kernel
def lose_receptors(host, host_alive, copies, n, alive, ledger):
    """Receptors of the dead go with them."""
    for row in range(n):
        if alive[row] and not host_alive[host[row]]:
            alive[row] = False
            ledger[1] += copies[row]


@kernel
def admit(
    words, count, candidates, site_x, site_y, attractant, pitch, rest, half, power, n, ids, alive,
    x, y,
):  # fmt: skip
    """Append the candidates that enter; returns the new number of rows.

    rest : chance of entry without attractant.
    """
    sites = np.uint64(len(site_x))
    for i in range(count):
        k = bounded(words[i, 0], sites)
        a, b = site_x[k], site_y[k]
        seen = attractant[a // pitch, b // pitch]
        if unit(words[i, 1]) < rest + (1.0 - rest) * hill(seen, half, power):
            ids[n] = candidates[i]
            alive[n] = True
            x[n], y[n] = a, b
            n += 1
    return n


@kernel
def arm(
    first, last, hosts, host_x, host_y, shown, code, seed, number, step, ledger, n, ids, alive,
    host, receptor, baseline, copies, x, y,
):  # fmt: skip
    """Append the receptors of newcomers, a row per type; returns the new number of rows."""
    low = (np.uint64(1) << np.uint64(KIND_SHIFT)) - np.uint64(1)
    for row in range(first, last):
        bearer = (hosts[row] & low) | code
        for j in range(len(shown)):
            ids[n] = newborn_id(bearer, seed, number, step, np.uint64(j))
            alive[n] = True
            host[n] = row
            receptor[n] = j
            baseline[n] = shown[j]
            copies[n] = shown[j]
            x[n], y[n] = host_x[row], host_y[row]
            ledger[2] += shown[j]
            n += 1
    return n


def fas_ligand(world: "World") -> float:
    """Fas ligand or agonistic antibody to Fas in a dish, over its half effect."""
    return world.stimulus("FasL") + world.stimulus("anti-Fas")


class Neutrophils:
    """Phase: fate and influx of neutrophils."""

    name: ClassVar[str] = "neutrophils"
    reads: ClassVar[tuple[str, ...]] = (
        "fas_agonist",
        "fas_block",
        "siglec_agonist",
        "neutrophil_stimulus",
    )
    drives: ClassVar[tuple[str, ...]] = ("contacts", "cytokines")

    def __init__(self, world: "World") -> None:
        ps = world.ps
        self.group: Phagocytes | None = next(
            (group for group in world.phagocytes if group.kind is NEUTROPHIL), None
        )
        self.rates = np.array(
            [
                ps["neutrophil.death"],
                ps["neutrophil.death_fasl"] * world.present("Fas"),
                ps["neutrophil.death_fas"] * world.present("Fas"),
                ps["neutrophil.death_siglec"],
            ]
        )
        self.relax = -float(expm1(-world.dt / ps["signal.activation_time"]))
        fold = ps["neutrophil.recruitment_fold"]
        self.rest = 1.0 / fold
        self.half, self.power = ps["neutrophil.recruitment_half"], ps["neutrophil.recruitment_hill"]
        held = world.resolved.scenario.cells.neutrophil * float(self.rates[0] + self.rates[1])
        gone = NEUTROPHIL.name in world.resolved.depleted
        self.passing = 0.0 if gone or world.body.closed else held * fold * world.dt
        self.deaf = ps["neutrophil.il4_deafness"] * world.present("IL-4R")
        through = ps["neutrophil.fcgr2b_share"]
        # receptors without ITIM cannot carry their part of it
        inhibitory = [r.function for r in world.receptors if r.role == "inhibitory"]
        self.aside, self.through = 1.0 - through, through * max(inhibitory, default=0.0)
        self.site_x, self.site_y = np.nonzero(world.vessel)
        code = world.tables[NEUTROPHIL.name].code
        self.blood = np.array([(code << KIND_SHIFT) | ((1 << KIND_SHIFT - 1) - 1)], np.uint64)
        self.code = np.uint64(world.tables[NEUTROPHIL.receptors].code << KIND_SHIFT)

    def advance(self, world: "World") -> None:
        """One step of activation by antibody, death and influx."""
        if self.group is None:
            return
        self._live(world, self.group)
        self._arrive(world, self.group)

    @staticmethod
    def priming(world: "World") -> NDArray[np.float64]:
        """What primes neutrophils, half-effect units over the field mesh."""
        primed = Cytokines.inflammatory(world) + world.felt("ifn_gamma")
        return np.asarray(primed + world.stimulus("GM-CSF") + world.given["gm_csf"])

    def _live(self, world: "World", group: "Phagocytes") -> None:
        cells, receptors, ports = group.cells(world), group.receptors(world), world.ports
        if cells.n == 0:
            return
        live(
            world.streams.words(FATE, world.step, cells["id"]),
            self.priming(world),
            world.fields.pitch,
            ports["fas_agonist"],
            ports["fas_block"],
            ports["siglec_agonist"],
            ports["neutrophil_stimulus"],
            world.molecule_pitch,
            fas_ligand(world),
            self.rates,
            self.relax,
            world.dt,
            cells["alive"],
            cells["x"],
            cells["y"],
            cells.n,
            cells["activation"],
        )
        lose_receptors(
            receptors["host_row"],
            cells["alive"],
            receptors["copies"],
            receptors.n,
            receptors["alive"],
            group.ledger,
        )

    def call(self, world: "World") -> NDArray[np.float64]:
        """What calls neutrophils out of vessels: the attractant, which IL-4 makes them deaf to.

        Part of that goes through the FcγRIIB that IL-4 raises on them: engaged by complexes of
        IgG1, it silences the receptor of C5a.
        """
        fields = world.fields
        il4 = fields["il4"] + fields["il4_own"] + world.given["il4_own"]
        raised = self.through * self.raising(world)
        return np.asarray(world.attractant() / (1.0 + self.deaf * (self.aside * il4 + raised)))

    def raising(self, world: "World") -> NDArray[np.float64] | float:
        """IL-4 as it acts on FcγRIIB, over its half effect."""
        return self.group.receptor_expression.il4(world) if self.group is not None else 0.0

    def candidates(self, world: "World") -> NDArray[np.uint64]:
        """Ids of those that pass the vessels in this step."""
        streams = world.streams
        drawn = streams.unit(INFLUX, world.step, self.blood[0])
        count = int(self.passing + drawn)
        ids, alive = np.zeros(count, np.uint64), np.zeros(count, np.bool_)
        step = np.uint64(EPOCH + world.step)
        bear(count, self.blood[0], streams.seed, np.uint64(ARRIVAL), step, 0, ids, alive)
        return ids

    def _arrive(self, world: "World", group: "Phagocytes") -> None:
        cells, streams = group.cells(world), world.streams
        passing = self.candidates(world)
        if len(passing) == 0:
            return
        cells.reserve(len(passing))
        first = cells.n
        cells.grown(
            admit(
                streams.words(ARRIVAL, world.step, passing),
                len(passing),
                passing,
                self.site_x,
                self.site_y,
                self.call(world),
                world.fields.pitch,
                self.rest,
                self.half,
                self.power,
                first,
                *(cells.full(name) for name in ("id", "alive", "x", "y")),
            )
        )
        self._arm(world, group, first)

    def _arm(self, world: "World", group: "Phagocytes", first: int) -> None:
        """Newcomers, from row `first` on, bring their receptors."""
        cells, receptors = group.cells(world), group.receptors(world)
        receptors.reserve((cells.n - first) * len(group.copies))
        names = ("id", "alive", "host_row", "receptor", "baseline", "copies", "x", "y")
        columns = [receptors.full(name) for name in names]
        receptors.grown(
            arm(
                first,
                cells.n,
                cells["id"],
                cells["x"],
                cells["y"],
                group.copies,
                self.code,
                world.streams.seed,
                np.uint64(ARMS),
                np.uint64(EPOCH + world.step),
                group.ledger,
                receptors.n,
                *columns,
            )
        )
