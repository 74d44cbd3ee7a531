"""Doses: when how much of what is given, and the kinetics of plasma that follow."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ivigabm.engine.elementary import expm1
from ivigabm.errors import InputError
from ivigabm.gifts import COMPLEX, CYTOKINES, RED_CELL, Gift
from ivigabm.processes.complexes import soluble_share
from ivigabm.processes.therapy import Comparators

if TYPE_CHECKING:
    from ivigabm.processes.drug import Drug
    from ivigabm.processes.world import World
    from ivigabm.scenario import Antibody

NMOL_PER_GRAM = 1e6  # of 1 kg/mol
INJECTED = ("bolus", "daily", "infusion")  # deliveries of an antibody that come from outside
AT_ONCE = ("iv", "medium")  # routes without a depot


class Dosing:
    """Amounts due per step; intravenous doses run in over the infusion time."""

    def __init__(self, world: "World") -> None:
        ps, resolved = world.ps, world.resolved
        self._due: dict[int, list[tuple[NDArray[np.float64], bool]]] = {}
        self._injected: dict[int, list[tuple[int, float, bool]]] = {}
        # from step, every, pool, nmol, whether into a depot
        self._repeated: list[tuple[int, int, int, float, bool]] = []
        routes = {dose.route for dose in resolved.doses} - set(AT_ONCE)
        if len(routes) > 1:
            raise InputError("schedule: sc and ip doses in one plan; choose one of them")
        self._depot = next(iter(routes), "sc")  # all that is not intravenous goes there
        self.absorb = ps[f"pk.absorption_{self._depot}"]
        self.available = ps[f"pk.bioavailability_{self._depot}"]
        self.own = self.absorb, self.available  # of the body's pools: where antibody is injected
        for antibody in resolved.scenario.antibody:
            if antibody.route != "iv":  # what is injected into a tissue leaves it as from skin
                place = "ip" if antibody.route == "ip" else "sc"
                self.own = ps[f"pk.absorption_{place}"], ps[f"pk.bioavailability_{place}"]
        if world.drug is not None:
            for dose in resolved.doses:
                first = round(dose.day / world.dt)
                self._plan(world, world.drug, first, dose.g_per_kg, dose.route)
        self._plan_antibody(world)
        self.uptake = -float(expm1(-ps["give.red_cell_uptake"] * world.dt))
        self._gifts: dict[int, list[Gift]] = {}
        for gift in resolved.gifts:
            self._gifts.setdefault(round(gift.day / world.dt), []).append(gift)

    def add(self, world: "World", g_per_kg: float, route: str = "iv") -> None:
        """Plan one more dose, from the step to come on.

        Raises
        ------
        InputError : there is no preparation, or this individual's depot has another route.
        """
        if world.drug is None:
            raise InputError("dose: this individual has no preparation to be given")
        if route not in ("iv", self._depot):
            raise InputError(f"route: found '{route}', allowed here are iv and {self._depot}")
        self._plan(world, world.drug, world.step, g_per_kg, route)

    def _plan(self, world: "World", drug: "Drug", first: int, g_per_kg: float, route: str) -> None:
        grams = g_per_kg * world.body.basis
        nmol = grams * drug.share / drug.pools.molar_mass * NMOL_PER_GRAM
        hours = world.ps["pk.infusion_hours"] if route == "iv" else 0.0
        steps = max(1, round(hours / 24.0 / world.dt))
        for step in range(first, first + steps):
            self._due.setdefault(step, []).append((nmol / steps, route not in AT_ONCE))

    def _plan_antibody(self, world: "World") -> None:
        antigen, index = world.antigen, 0
        for antibody in world.resolved.scenario.antibody:
            for share in antibody.subclasses.values():
                if share <= 0:
                    continue
                if antibody.delivery in INJECTED and antigen is not None:
                    pool = int(antigen.pools[index])
                    amount = self._amount(world, antibody)
                    depot = antibody.route != "iv"
                    grams = amount * antibody.dose_fold * 1e-3 * world.body.basis * share
                    nmol = grams / float(world.own.molar_mass[pool]) * NMOL_PER_GRAM
                    step = round(antibody.day / world.dt)
                    every = 1 if antibody.delivery == "infusion" else max(1, round(1.0 / world.dt))
                    if antibody.delivery == "bolus":
                        self._injected.setdefault(step, []).append((pool, nmol, depot))
                    else:
                        each = nmol * every * world.dt
                        self._repeated.append((step, every, pool, each, depot))
                index += 1

    @staticmethod
    def _amount(world: "World", antibody: "Antibody") -> float:
        """Antibody in a dose: mg/kg (per day if repeated), in a dish mg/L of medium."""
        level = world.quantity(antibody.concentration)
        if world.body.closed:
            return level
        per_kg = world.body.plasma_volume / world.body.mass
        return level * per_kg if antibody.dose is None else antibody.dose

    def give(self, world: "World") -> None:
        """Put what is due in this step into plasma or depot; on day 0 a dish is stimulated."""
        for gift in self._gifts.get(world.step, ()):
            hand_over(world, gift)
        world.swallowed = world.coated_red_cells * self.uptake
        world.coated_red_cells -= world.swallowed
        if world.step == 0:
            for name, level in world.held_levels().items():
                world.fields[name][...] += level
        for amounts, depot in self._due.get(world.step, ()):
            assert world.drug is not None
            for pool, nmol in enumerate(amounts.tolist()):
                world.drug.pools.add(pool, nmol, depot)
        for pool, nmol, into_depot in self._injected.get(world.step, ()):
            world.own.add(pool, nmol, into_depot)
        for first, every, pool, nmol, into_depot in self._repeated:
            if world.step >= first and (world.step - first) % every == 0:
                world.own.add(pool, nmol, into_depot)


def hand_over(world: "World", gift: Gift) -> None:
    """Cytokines, complexes and coated red cells are in blood at once."""
    enough = world.ps["give.amount"]
    if gift.name == RED_CELL:
        enough *= world.ps["phagocyte.capacity_macrophage"]
    amount = enough if gift.amount is None else gift.amount
    if gift.name == RED_CELL:
        world.coated_red_cells += amount
    elif gift.name == COMPLEX:
        world.given_complex += amount * soluble_share(world)
    else:
        world.given[CYTOKINES[gift.name]] += amount * world.unblocked(gift.name)


class Plasma:
    """Phase: doses go in, every pool exchanges, is catabolised and salvaged."""

    name: ClassVar[str] = "plasma"
    reads: ClassVar[tuple[str, ...]] = ("fcrn_load",)
    drives: ClassVar[tuple[str, ...]] = (
        "transport",
        "binding",
        "serum_igg_g_per_l",
        "autoantibody_titre",
    )

    def __init__(self, world: "World") -> None:
        self.dosing = Dosing(world)
        world.comparators = Comparators(world)

    def advance(self, world: "World") -> None:
        """One step of dosing and kinetics."""
        world.comparators.advance(world)
        self.dosing.give(world)
        own, dosing = world.own, self.dosing
        seen = own.igg() + float(world.ports["fcrn_load"][0])
        total = world.total_igg()
        own.advance(seen, *dosing.own, world.dt)
        if world.drug is not None:
            world.drug.pools.advance(total, dosing.absorb, dosing.available, world.dt)
