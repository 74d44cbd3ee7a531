"""The simulation: one individual, stepped phase by phase and looked at through Mesa."""

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ivigabm.agents import AGENTS
from ivigabm.build import active_mechanisms, build
from ivigabm.checkpoint import capture, resolved, restore
from ivigabm.engine import checkpoint
from ivigabm.engine.views import TableModel
from ivigabm.engine.views.collector import RowCollector
from ivigabm.errors import InputError
from ivigabm.mechanisms import expand, mechanisms
from ivigabm.observation import Observer
from ivigabm.outcomes import outcome_table
from ivigabm.perturbation import ROUTES, Perturbation, Resolved, dose_of, parse, resolve
from ivigabm.processes.amyloid import Amyloid
from ivigabm.processes.b_lineage import BLineage
from ivigabm.processes.blood_leukocytes import BloodLeukocytes
from ivigabm.processes.circulation import Circulation
from ivigabm.processes.complement import Complement
from ivigabm.processes.cytokines import NAMES as FIELDS
from ivigabm.processes.cytokines import Cytokines
from ivigabm.processes.dendritic import Dendritic
from ivigabm.processes.dosing import Plasma
from ivigabm.processes.neutrophils import Neutrophils
from ivigabm.processes.opsonization import Opsonization
from ivigabm.processes.port_values import moves
from ivigabm.processes.sensing import Sensing
from ivigabm.processes.suspension import Suspension
from ivigabm.processes.t_cells import TCells
from ivigabm.processes.tissue import Tissue
from ivigabm.processes.transport import Transport
from ivigabm.processes.world import World
from ivigabm.scenario import Scenario
from ivigabm.words import choice

SCREENING_STEP = 3.0  # h; a run with another step takes the same individual
MOST_SCREENED = 40  # individuals that a study looks at before it takes the first after all


def _donor(resolved: Resolved, seed: int) -> World | None:
    """The donor of transferred cells at the end of its own run; None without one."""
    if resolved.donor is None:
        return None
    return IVIgModel(rng=seed, perturbation=resolved.donor).run().world


class Witness(Protocol):
    """Somebody who looks at a model after every step and changes nothing in it."""

    def see(self, model: "IVIgModel") -> None:
        """Look; the clock still shows the step that was taken."""
        ...


class IVIgModel(TableModel):
    """One patient, mouse or dish; a `mesa.Model`.

    Parameters
    ----------
    scenario : a scenario, its name or the path of its file.
    rng : seed; None draws one and records it in `seed`.
    perturbation : changes, ready made, instead of the keywords below.
    preparation, dose, schedule, treat_day, route, concentration, no_ivig, only, without, knockout,
    deplete, block, hypothesis, cells, stimulus : words of the evidence language; lists as
        comma-separated words.
    days : length of the run, otherwise the scenario's.
    probes : measures to observe beside the usual ones, such as `fcgr[FcgRIIB, macrophage]`.

    Raises
    ------
    InputError : a word or value that is not allowed, or keywords beside a perturbation.
    NotExpressible : a probe that this scenario or the model does not have.
    """

    def __init__(
        self,
        scenario: str | Scenario = "cidp",
        rng: int | None = None,
        preparation: str | None = None,
        dose: float | None = None,
        schedule: str | None = None,
        treat_day: float | None = None,
        route: str | None = None,
        concentration: float | None = None,
        no_ivig: bool = False,
        only: str = "",
        without: str = "",
        knockout: str = "",
        deplete: str = "",
        block: str = "",
        hypothesis: str = "",
        cells: str = "",
        stimulus: str = "",
        days: float | None = None,
        perturbation: Perturbation | Resolved | None = None,
        probes: Iterable[str] = (),
    ) -> None:
        seed = int(np.random.SeedSequence().entropy) % (1 << 63) if rng is None else int(rng)  # type: ignore[arg-type]
        super().__init__(rng=seed)
        words = {
            "preparation": preparation, "dose": dose, "schedule": schedule,
            "treat_day": treat_day, "route": route, "concentration": concentration,
            "no_ivig": no_ivig, "only": only or None, "cells": cells or None,
            "stimulus": stimulus or None, "without": without or None,
            "knockout": knockout or None, "deplete": deplete or None,
            "block": block or None, "hypothesis": hypothesis or None,
        }  # fmt: skip
        given = [key for key, value in words.items() if value is not None and value is not False]
        if perturbation is not None and given:
            raise InputError(
                f"{', '.join(given)}: given beside a perturbation; put all changes in one of them"
            )
        if not isinstance(perturbation, Resolved):
            source = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
            perturbation = resolve(source, perturbation or parse(words))
        self._build(perturbation, seed, days, self._enrol(perturbation, seed))
        self._run_in()
        self._watch(probes)

    def _enrol(self, resolved: Resolved, seed: int) -> int:
        """Which of the individuals that the seed has in turn a study takes.

        The first whose untreated function lies in the range of the population; nobody's genes
        or cells are changed yet, so that all arms take the same one. Where none of many is ill
        enough, or some are all alike, the first.
        """
        population, ill = resolved.scenario.population, resolved.scenario.antibody
        everybody = population is None or population.enrolled == (0.0, 1.0)
        if population is None or everybody or not resolved.population or not ill:
            return 0
        found = dataclasses.replace(
            resolved, preparation=None, doses=(), therapies=(), gifts=(), transfer=None,
            absent=frozenset(), added=frozenset(), depleted=frozenset(), function={},
            start_day=0.0,
            scenario=resolved.scenario.model_copy(update={"step_hours": SCREENING_STEP}),
        )  # fmt: skip
        low, high = population.enrolled
        for draw in range(MOST_SCREENED):
            self._build(found, seed, None, draw)
            self._run_in()
            if low <= Observer(self.world).last["target_integrity"] <= high:
                return draw
        return 0

    def _build(self, resolved: Resolved, seed: int, days: float | None, draw: int = 0) -> None:
        """The individual as founded, with its processes and its face."""
        self.seed = seed
        self.resolved = resolved
        self.days = float(days if days is not None else resolved.scenario.days)
        self.draw = draw
        self.world = build(resolved, seed, draw, _donor(resolved, seed))
        self.mechanisms = active_mechanisms(resolved)
        self._acted: set[str] = set()
        self.witness: Witness | None = None
        self._make_processes()
        self._make_face()

    def _watch(self, probes: Iterable[str]) -> None:
        """Observe from now on."""
        self.observer = Observer(self.world, probes)
        self.datacollector = RowCollector(
            {name: _reporter(name) for name in self.observer.names}, self.observer.rows
        )

    # -- saving ---------------------------------------------------------------------------------

    def save(self, path: Path | str) -> None:
        """Write the state between two steps to one `.npz` file.

        It holds all that was observed so far, but neither a witness nor Mesa's own generator,
        which no rule reads.

        Raises
        ------
        InputError : the file cannot be written.
        """
        checkpoint.write(path, capture(self))

    @classmethod
    def resume(cls, path: Path | str) -> "IVIgModel":
        """A model that goes on from a saved state, to the same bits as if it had not stopped.

        Raises
        ------
        InputError : no such file, damaged, or saved by other code than runs here.
        """
        state = checkpoint.read(path)
        scenario = resolved(state)
        model = cls.__new__(cls)
        TableModel.__init__(model, rng=state.header["seed"])
        model._build(scenario, state.header["seed"], state.header["days"], state.header["draw"])
        model._watch(state.header["probes"])
        restore(model, state)
        return model

    def _make_processes(self) -> None:
        world = self.world
        self.plasma = Plasma(world)
        self.transport = Transport(world)
        macrophages = world.phagocytes[0]  # other kinds have their own part of these
        self.contacts, self.binding = macrophages.contacts, macrophages.binding
        self.signalling, self.phagocytosis = macrophages.signalling, macrophages.phagocytosis
        self.receptor_expression = macrophages.receptor_expression
        self.blood_leukocytes = BloodLeukocytes(world)
        self.sensing = Sensing(world)
        self.dendritic = Dendritic(world)
        self.amyloid = Amyloid(world)
        self.complement = Complement(world)
        self.cytokines = Cytokines(world)
        self.b_lineage = BLineage(world)
        self.t_cells = TCells(world)
        self.neutrophils = Neutrophils(world)
        self.suspension = Suspension(world)
        self.circulation = Circulation(world)
        self.opsonization = Opsonization(world)
        self.tissue = Tissue(world)
        self.b_lineage.settle(world)

    def _make_face(self) -> None:
        world = self.world
        self.tables = world.tables
        self.agent_classes = AGENTS
        self.shape = world.shape
        self.layers = {"zone": world.zone, "vessel": world.vessel}
        self.layers |= {name: world.fields[name] for name in FIELDS}
        self.receptor_names = tuple(receptor.name for receptor in world.receptors)

    # -- stepping -------------------------------------------------------------------------------

    def step(self) -> None:
        """One step of simulated time."""
        self.advance()
        if self.witness is not None:
            self.witness.see(self)
        self.world.step += 1
        self.observer.observe()
        self.datacollector.collect(self)
        if self.day >= self.days - 1e-9:
            self.running = False

    def advance(self) -> None:
        """All phases, in order; the clock is the caller's."""
        world = self.world
        self.plasma.advance(world)
        self.transport.advance(world)
        self.write_ports()
        for group in world.phagocytes:
            group.contacts.advance(world)
        for group in world.phagocytes:
            group.binding.advance(world)
        for group in world.phagocytes:
            group.signalling.advance(world)
        for group in world.phagocytes:
            group.receptor_expression.advance(world)
        self.blood_leukocytes.advance(world)
        self.sensing.advance(world)
        self.dendritic.advance(world)
        self.amyloid.advance(world)
        for group in world.phagocytes:
            group.phagocytosis.advance(world)
        self.complement.advance(world)
        self.cytokines.advance(world)
        self.b_lineage.advance(world)
        self.t_cells.advance(world)
        self.neutrophils.advance(world)
        self.suspension.advance(world)
        self.circulation.advance(world)
        self.opsonization.advance(world)
        self.tissue.advance(world)
        self.tidy()

    def write_ports(self) -> None:
        """Ports start neutral; the active mechanisms write what the drug brings, by their ids."""
        world, drug = self.world, self.world.drug
        held = [(world.tables["autoantibody"], world.own)]
        if drug is not None:
            held.append((world.tables["therapeutic_igg"], drug.pools))
        world.local_antibody, *local = self.transport.local_molar(*held)
        if drug is None:
            return  # neutral since they were made
        drug.see(world, local[0])
        world.ports.clear()
        for mechanism in self.mechanisms:
            brought = mechanism.contribution(drug)
            world.ports.write(mechanism.port, brought)
            if mechanism.id not in self._acted and moves(mechanism.port, brought):
                self._acted.add(mechanism.id)

    def tidy(self) -> None:
        """Take out the dead where they have become many; say that the world was written to."""
        for kind in ("b_cell", "t_cell", "target_cell"):
            self.tables[kind].compact()
        for group in self.world.phagocytes:
            group.compact(self.world)
        self.writes += 1

    def _run_in(self) -> None:
        """Up to the first day of the run, untreated.

        A chronic patient comes to rest; in an acute one the disease has taken its course from
        its onset on.
        """
        world, scenario = self.world, self.resolved.scenario
        first = math.floor(self.resolved.start_day / world.dt + 1e-9)
        is_acute = scenario.prodrome_days > 0.0
        start = first - round(scenario.run_in_days / world.dt)
        if is_acute:
            start = min(first, -round(scenario.prodrome_days / world.dt))
        attack = []
        for step in range(start, first):
            world.step = step
            self.advance()
            if world.tables["target_cell"].n:
                attack.append(float(np.mean(self.tissue.attack(world))))
        world.step = first
        settled = [] if is_acute else attack[len(attack) // 2 :]
        if settled:
            self.tissue.settle(world, float(np.mean(settled)))

    def run(self, days: float | None = None) -> "IVIgModel":
        """Step until `days` (otherwise the length of the run) have passed since day 0."""
        if days is not None:
            self.days = float(days)
            self.running = self.day < self.days - 1e-9
        while self.running:
            self.step()
        return self

    # -- changing a run -------------------------------------------------------------------------

    def switch(self, ids: Iterable[str]) -> None:
        """Let only these mechanisms act, from the step to come on.

        Raises
        ------
        InputError : an id, or a group, that does not exist.
        """
        chosen = expand(ids)
        self.mechanisms = tuple(m for m in mechanisms() if m.id in chosen)

    def give(self, g_per_kg: float, route: str = "iv") -> None:
        """Give one more dose of the preparation, from the step to come on.

        Raises
        ------
        InputError : no preparation in this arm, a dose that is not possible, or a route that
            does not go with the doses planned.
        """
        self.plasma.dosing.add(self.world, dose_of(g_per_kg), choice("route", route, ROUTES))

    # -- looking --------------------------------------------------------------------------------

    @property
    def acted(self) -> tuple[str, ...]:
        """Ids of the mechanisms that have moved their port off its neutral value so far."""
        return tuple(sorted(self._acted))

    @property
    def day(self) -> float:
        """Time since day 0, days."""
        return self.world.step * self.world.dt

    @property
    def agent_steps(self) -> int:
        """Living rows of all tables taken through a step so far."""
        return self.observer.agent_steps

    def observations(self, start: bool = False) -> pd.DataFrame:
        """Time series, one row per step: `day`, every observable and every probe.

        start : the individual before the first step comes first.
        """
        return pd.DataFrame(self.observer.table(start), columns=["day", *self.observer.names])

    def outcomes(self) -> pd.DataFrame:
        """Outcomes of the run so far, one row each: outcome, unit, value."""
        return outcome_table(self.observer.outcomes(), self.resolved.scenario)


def _reporter(name: str) -> Any:
    return lambda model: model.observer.last[name]
