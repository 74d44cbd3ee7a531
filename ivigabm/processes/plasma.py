"""Plasma, tissue exchange, catabolism and FcRn salvage of every immunoglobulin pool.

Two compartments and a depot per pool of identical molecules, advanced by their exact solution
with the catabolic rate held over the step. FcRn saves a share of what cells take up; the share
falls as total IgG saturates it, so every IgG is cleared faster when there is more of any.
Amounts are nmol of the whole body.

Therapeutic pools are kept apart from the body's own. With `FC_FCRN` off the body's IgG does
not see the drug; the drug's own salvage always sees the total.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ivigabm.engine.elementary import expm1
from ivigabm.engine.kernel import kernel
from ivigabm.knowledge import ParameterSet
from ivigabm.processes.molecule import Molecule

Amounts = NDArray[np.float64]

GRAMS_PER_NMOL = 1e-6  # of 1 kg/mol


@kernel
def fcrn_bound_share(igg, receptor, kd):
    """Share of IgG bound to FcRn; all three in g/L (of 150 kg/mol)."""
    if igg <= 0.0:
        return receptor / (receptor + kd)
    s = igg + receptor + kd
    return (s - np.sqrt(s * s - 4.0 * igg * receptor)) / (2.0 * igg)


@kernel
def advance_pool(
    plasma, tissue, depot, catabolic, removal, out, back, absorb, available, source, dt, result
):
    """One pool over dt (day) with rates held; amounts in nmol, rates in 1/day.

    `out` and `back` are the exchange rates plasma -> tissue and back, `removal` an extra loss
    from plasma, `source` nmol/day into plasma. `result` receives plasma, the share of tissue
    content that stays, the inflow into tissue, depot, catabolised, absorbed.
    """
    left = -expm1(-absorb * dt)
    absorbed = depot * left
    source = source + available * absorbed / dt
    loss = catabolic + removal
    a = loss + out
    s = a + back
    root = np.sqrt((a - back) * (a - back) + 4.0 * out * back)
    fast = 0.5 * (s + root)
    slow = loss * back / fast  # product of both rates over the fast one: no cancellation
    l1, l2 = -expm1(-fast * dt), -expm1(-slow * dt)
    g1 = l1 / fast
    g2 = l2 / slow if slow > 0.0 else dt
    h1 = (dt - g1) / fast
    h2 = (dt - g2) / slow if slow > 0.0 else 0.5 * dt * dt
    width = fast - slow
    c1, c2 = (a - slow) / width, (fast - a) / width  # weights of both modes in plasma
    k1, k2 = (back - slow) / width, (fast - back) / width
    e1, e2 = 1.0 - l1, 1.0 - l2
    flow = (e2 - e1) / width
    flow_g = (g2 - g1) / width
    result[0] = plasma * (c1 * e1 + c2 * e2) + tissue * back * flow + source * (c1 * g1 + c2 * g2)
    result[1] = k1 * e1 + k2 * e2
    result[2] = plasma * out * flow + source * out * flow_g
    result[3] = depot - absorbed
    lost = plasma * (c1 * g1 + c2 * g2) + tissue * back * flow_g + source * (c1 * h1 + c2 * h2)
    result[4] = loss * lost + (1.0 - available) * absorbed
    result[5] = absorbed


@kernel
def advance_pools(
    plasma, tissue, depot, uptake, salvage, bound, removal, out, back, absorb, available, source,
    dt, stay, inflow, produced, cleared,
):  # fmt: skip
    """`advance_pool` over all pools; updates their contents and ledgers, fills stay and inflow.

    bound : share of IgG that FcRn holds.
    """
    result = np.empty(6)
    for i in range(len(plasma)):
        catabolic = uptake[i] * (1.0 - salvage[i] * bound)
        advance_pool(
            plasma[i], tissue[i], depot[i], catabolic, removal[i], out[i], back[i], absorb,
            available, source[i], dt, result,
        )  # fmt: skip
        produced[i] += source[i] * dt
        plasma[i] = result[0]
        stay[i] = result[1]
        inflow[i] = result[2]
        depot[i] = result[3]
        cleared[i] += result[4]
        tissue[i] = tissue[i] * stay[i] + inflow[i]


class Body:
    """Volumes and FcRn of one individual, from knowledge; volumes in L, rates in 1/day.

    A dish is closed: its medium stands in for plasma and tissue alike, nothing is made in it,
    nothing leaves it, and there is no FcRn.

    Parameters
    ----------
    medium : L of medium of a dish; None for a body.

    Attributes
    ----------
    basis : what doses count on: kg of a body, L of medium.
    catabolism : fold of the typical uptake of IgG into cells.
    """

    def __init__(self, ps: ParameterSet, fcrn_function: float, medium: float | None = None) -> None:
        self.closed = medium is not None
        self.catabolism = 1.0
        self.kd = ps["fcrn.kd"]
        if medium is not None:
            self.mass = self.basis = self.plasma_volume = medium
            self.exchange = self.receptor = 0.0
            return
        self.mass = self.basis = ps["pk.body_mass"]
        self.plasma_volume = ps["pk.plasma_volume"] * self.mass / 1000.0
        self.exchange = ps["pk.exchange"] * self.mass / 1000.0
        self.receptor = ps["fcrn.receptor"] * ps["fcrn.expression"] * fcrn_function

    def bound_share(self, igg: float) -> float:
        """Share of IgG that FcRn holds at a plasma level of `igg` g/L."""
        if self.receptor <= 0.0:
            return 0.0
        return float(fcrn_bound_share(igg, self.receptor, self.kd))


class Pools:
    """Pools of identical molecules with the constants that their fate needs.

    All arrays have shape (pools,). `tissue` is the sum over the pool's parcels where the
    section holds some; in a dish it is what the medium holds.
    """

    def __init__(self, molecules: Sequence[Molecule], body: Body, ps: ParameterSet) -> None:
        n = len(molecules)
        self.molecules = tuple(molecules)
        self.plasma, self.tissue, self.depot = np.zeros(n), np.zeros(n), np.zeros(n)
        self.production = np.zeros(n)  # nmol/day
        self.dosed, self.produced, self.cleared = np.zeros(n), np.zeros(n), np.zeros(n)
        self.stay, self.inflow = np.ones(n), np.zeros(n)
        self.removal = np.zeros(n)
        self.molar_mass = np.array([m.molar_mass(ps) for m in molecules])
        self.uptake = np.array([_uptake(m, ps, body.catabolism) for m in molecules])
        self.salvage = np.array([_salvage(m, ps) for m in molecules])
        igm = np.array([m.is_igm for m in molecules], dtype=bool)
        ratio = np.where(igm, ps["pk.igm_extravascular_ratio"], ps["pk.extravascular_ratio"])
        self.volume = body.plasma_volume * ratio
        self.out = np.full(n, body.exchange / body.plasma_volume)
        self.back = body.exchange / self.volume
        fc = np.array([m.has("fc") * m.valency for m in molecules])
        self._igg_grams = fc * ps["mass.igg"] * GRAMS_PER_NMOL / body.plasma_volume
        self._grams = self.molar_mass * GRAMS_PER_NMOL / body.plasma_volume
        self._body = body

    def igg(self) -> float:
        """Plasma level seen by FcRn: molar Fc, as g/L of 150 kg/mol."""
        total = 0.0
        for amount, grams in zip(self.plasma.tolist(), self._igg_grams.tolist(), strict=True):
            total += amount * grams
        return total

    @property
    def mixed(self) -> bool:
        """Whether every place has the same concentration, as in the medium of a dish."""
        return self._body.closed

    def dissolved(self) -> Amounts:
        """Amounts in plasma, or in the medium of a dish, nmol."""
        return self.plasma + self.tissue if self.mixed else self.plasma

    def grams_per_litre(self) -> Amounts:
        """Plasma concentration of each pool, g/L."""
        return self.dissolved() * self._grams

    def plasma_molar(self) -> Amounts:
        """Plasma concentration of each pool, mol/L."""
        return self.dissolved() * (1e-9 / self._body.plasma_volume)

    def tissue_molar(self) -> Amounts:
        """Extravascular concentration of each pool, mol/L, before any tissue barrier."""
        if self.mixed:
            return self.plasma_molar()
        return np.asarray(self.tissue * 1e-9 / self.volume)

    def catabolic_rate(self, igg: float) -> Amounts:
        """Fractional catabolic rate of each pool (1/day) at a plasma level of `igg` g/L."""
        return np.asarray(self.uptake * (1.0 - self.salvage * self._body.bound_share(igg)))

    def add(self, pool: int, nmol: float, depot: bool) -> None:
        """Put a dose into plasma or the depot."""
        (self.depot if depot else self.plasma)[pool] += nmol
        self.dosed[pool] += nmol

    def advance(self, igg: float, absorb: float, available: float, dt: float) -> None:
        """One step of `dt` days; leaves `stay` and `inflow` for the tissue side."""
        if self.mixed:  # what was added is in the medium, and stays
            self.inflow = self.plasma.copy()
            self.tissue = self.tissue + self.inflow
            self.plasma = np.zeros(len(self.plasma))
            return
        advance_pools(
            self.plasma,
            self.tissue,
            self.depot,
            self.uptake,
            self.salvage,
            self._body.bound_share(igg),
            self.removal,
            self.out,
            self.back,
            absorb,
            available,
            self.production,
            dt,
            self.stay,
            self.inflow,
            self.produced,
            self.cleared,
        )

    def settle(self, pool: int, plasma_nmol: float, igg: float) -> None:
        """Put a pool at the steady state that holds `plasma_nmol`; sets its production."""
        if self.mixed:
            self.tissue[pool] = plasma_nmol
            return
        self.plasma[pool] = plasma_nmol
        self.tissue[pool] = plasma_nmol * self.out[pool] / self.back[pool]
        self.production[pool] = plasma_nmol * float(self.catabolic_rate(igg)[pool])

    def sustain(self) -> None:
        """Put every pool where its production holds it against the body's FcRn as it is."""
        made = self.production.copy()

        def excess(igg: float) -> float:
            held = made / self.catabolic_rate(igg) * self._igg_grams
            return float(sum(held.tolist())) - igg

        top = 1.0 + self.igg()
        while excess(top) > 0.0:
            top *= 2.0
        igg = float(brentq(excess, 0.0, top, xtol=1e-9))
        for pool, held in enumerate((made / self.catabolic_rate(igg)).tolist()):
            self.settle(pool, held, igg)

    def present(self) -> Amounts:
        """All of each pool that is still in the body, nmol."""
        return self.plasma + self.tissue + self.depot

    def balance_error(self) -> float:
        """Largest |dosed + produced - present - cleared| relative to what went in."""
        put_in = self.dosed + self.produced
        gap = np.abs(put_in - self.present() - self.cleared)
        return float(np.max(gap / np.maximum(put_in, 1e-300), initial=0.0))


def _uptake(molecule: Molecule, ps: ParameterSet, fold: float) -> float:
    """Rate at which cells take the molecule up and would destroy it, 1/day of plasma."""
    if molecule.is_igm:
        return ps["pk.igm_catabolism"]
    if molecule.fragment == "none":
        return ps["pk.albumin_catabolism"]
    extra = ps["pk.fab_renal_loss"] if molecule.fragment == "fab" else 0.0
    return ps["fcrn.k_int"] * fold + extra


def _salvage(molecule: Molecule, ps: ParameterSet) -> float:
    """Share of FcRn-bound molecules that returns to plasma."""
    if not molecule.has("fc"):
        return 0.0
    row = "fcrn.salvage_phi_igg3" if molecule.subclass == "IgG3" else "fcrn.salvage_phi"
    return ps[row]
