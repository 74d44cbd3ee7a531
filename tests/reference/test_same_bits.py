"""The package and the plain-Mesa reference give the same result, to the last bit.

First walk, binding and cell fate each alone, from one moment of a run; then whole runs of every
scenario; then random small worlds with every process running and mechanisms on, off and mixed.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

import ivigabm.processes
from ivigabm.engine.columns import NEWBORN
from ivigabm.model import IVIgModel
from ivigabm.perturbation import parse
from ivigabm.processes.phagocytes import Phagocytes
from ivigabm.scenario import Scenario
from reference import b_cells, contacts, docking, ports, targets, walk
from reference.compare import differences
from reference.engine import ReferenceModel
from reference.individual import Individual
from reference.worlds import MIXED, SCENARIOS, UNLIKE, halfway, small, worlds

Phase = Callable[[IVIgModel], object]
Rule = Callable[[Individual], object]
SHARED = {f"ivigabm.processes.{name}" for name in ("plasma", "drug", "readings")}


def repeat_alone(
    model: IVIgModel, individual: Individual, phase: Phase, rule: Rule, steps: int = 6
) -> None:
    """Run one phase again and again in both engines, the clock ticking; nothing may differ."""
    assert differences(model, individual) == []
    for _ in range(steps):
        phase(model)
        rule(individual)
        assert differences(model, individual) == []
        model.world.step += 1
        individual.world.step += 1


@pytest.mark.parametrize("scenario", UNLIKE)
def test_walk_alone(scenario: str) -> None:
    model, individual = halfway(scenario, 20)
    before = individual.snapshot()
    repeat_alone(model, individual, lambda m: m.transport.advance(m.world), walk.everyone)
    after = individual.snapshot()
    for kind in ("macrophage", "therapeutic_igg"):
        assert (before[kind]["x"] != after[kind]["x"]).any()


def test_walk_up_an_attractant() -> None:
    model, individual = halfway("itp", 5, **{"set.parameters.motion.taxis": 1.0})
    i, j = np.indices(model.world.fields.shape)
    for world in (model.world, individual.world):
        world.fields["chemokine"][...] = (i % 3) * 40.0 + (j % 4) * 10.0
    repeat_alone(model, individual, lambda m: m.transport.advance(m.world), walk.everyone, 20)
    pitch = model.world.fields.pitch
    here = [model.world.fields["chemokine"][m.on(pitch)] for m in individual.kinds["macrophage"]]
    assert np.mean(here) > 1.2 * np.mean(model.world.fields["chemokine"])


def bind(model: IVIgModel) -> None:
    model.write_ports()
    for group in model.world.phagocytes:
        group.contacts.advance(model.world)
        group.binding.advance(model.world)


def rebind(individual: Individual) -> None:
    ports.write(individual)
    contacts.meet(individual)
    docking.bind(individual)


@pytest.mark.parametrize("scenario", UNLIKE)
def test_binding_alone(scenario: str) -> None:
    model, individual = halfway(scenario, 20)
    met = 0

    def rule(i: Individual) -> None:
        nonlocal met
        rebind(i)
        met += sum(map(len, i.contacts.values()))
        assert same_contacts(model, i)

    repeat_alone(model, individual, bind, rule)
    assert (met > 0) == (scenario != "mouse_eae")  # no opsonin there


def test_binding_where_contacts_hold_every_receptor() -> None:
    crowded = {
        "set.cells.macrophage": 4, "set.target.count_per_agent": 0.5, "antibody.dose_fold": 5,
        "set.parameters.contact.patch_area": 800.0,
    }  # fmt: skip
    model, individual = halfway("itp", 10, **crowded)
    repeat_alone(model, individual, bind, rebind)
    receptors = individual.kinds["fcg_receptor"]
    assert any(0.0 < receptor.crosslinked == receptor.copies for receptor in receptors)


def same_contacts(model: IVIgModel, individual: Individual) -> bool:
    """The same pairs in the same order, with the same bound receptors."""
    return all(
        ours(model, group)
        == [(c.phagocyte.unique_id, c.target.unique_id, c.bound)
            for c in individual.contacts[group.name]]
        for group in model.world.phagocytes
    )  # fmt: skip


def ours(model: IVIgModel, group: Phagocytes) -> list[tuple[int, int, list[float]]]:
    """Ids and bound receptors of each contact of a kind, in the order of the list."""
    listed, n = group.contacts, group.contacts.n
    pairs = zip(
        group.cells(model.world)["id"][listed.phagocyte[:n]].tolist(),
        model.tables["target_cell"]["id"][listed.target[:n]].tolist(),
        group.binding.bound[:n].tolist(),
        strict=True,
    )
    return list(pairs)


@pytest.mark.parametrize("scenario", ["cidp", "itp"])
def test_fate_of_b_cells_alone(scenario: str) -> None:
    model, individual = halfway(scenario, 20, **{"set.step_hours": 3})
    founders = {cell.unique_id for cell in individual.kinds["b_cell"]}

    def phase(m: IVIgModel) -> None:
        m.b_lineage.advance(m.world)
        m.tidy()

    repeat_alone(model, individual, phase, b_cells.live, steps=60)
    now = {cell.unique_id for cell in individual.kinds["b_cell"]}
    assert now - founders, "nothing was born"
    assert founders - now, "nothing has died"


def test_fate_of_circulating_targets_alone() -> None:
    model, individual = halfway("itp", 20, **{"set.step_hours": 3})
    founders = {cell.unique_id for cell in individual.kinds["target_cell"]}

    def phase(m: IVIgModel) -> None:
        m.circulation.advance(m.world)
        m.tidy()

    repeat_alone(model, individual, phase, targets.circulate, steps=60)
    now = {cell.unique_id for cell in individual.kinds["target_cell"]}
    assert now - founders, "nothing was born"
    assert founders - now, "nothing has died"


def test_passage_through_organs_alone() -> None:
    words = {"set.target.count_per_agent": 0.6, "set.step_hours": 2}
    model, individual = halfway("mouse_cell_depletion", 5, **words)
    before = model.tables["target_cell"]["place"].tolist()

    def phase(m: IVIgModel) -> None:
        m.circulation.advance(m.world)
        m.tidy()

    repeat_alone(model, individual, phase, targets.circulate, steps=40)
    after = model.tables["target_cell"]["place"].tolist()
    assert set(before) == set(after) == {0, 1, 2, 3}
    assert before[: len(after)] != after


def run_both(scenario: str | Scenario, seed: int, words: dict[str, Any], steps: int) -> IVIgModel:
    """Step both engines side by side from the start; nothing may differ, at any step."""
    change = parse(words)
    model = IVIgModel(scenario, rng=seed, perturbation=change)
    reference = ReferenceModel(scenario, rng=seed, perturbation=change, draw=model.draw)
    assert differences(model, reference) == []
    for _ in range(steps):
        model.step()
        reference.step()
        assert differences(model, reference) == []
    return model


@pytest.mark.parametrize("no_ivig", [False, True], ids=["treated", "control"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_whole_runs(scenario: str, no_ivig: bool) -> None:
    model = run_both(scenario, 11, small(scenario, no_ivig=no_ivig), steps=30)
    assert (model.world.drug is None) == no_ivig


@pytest.mark.parametrize("scenario", UNLIKE)
def test_whole_runs_with_gene_products_half_blocked(scenario: str) -> None:
    products = ("FcgRIIB", "FcRn", "SIGN-R1", "DC-SIGN", "IL-33", "IL-4R", "TNF", "C1q", "C5")
    run_both(scenario, 12, small(scenario, block=[f"{p}:0.5" for p in products]), steps=20)


@pytest.mark.parametrize("scenario", ["cidp", "mmn", "gbs_aman", "itp"])
def test_whole_runs_of_an_individual_of_the_population(scenario: str) -> None:
    model = run_both(scenario, 13, small(scenario, population="on"), steps=20)
    assert model.world.traits.severity != 1.0


QUICK = {  # a small EAE that runs its course in some days
    "set.step_hours": 3, "set.parameters.t_cell.priming": 2.0, "set.parameters.t_cell.exit": 3.0,
    "set.parameters.t_cell.barrier": 0.5, "set.parameters.t_cell.differentiation": 2.0,
}  # fmt: skip


@pytest.mark.parametrize("words", [{}, {"no_ivig": True}, {"deplete": "treg", "treat_day": -1}])
def test_whole_runs_of_the_adaptive_arm(words: dict[str, Any]) -> None:
    model = run_both("mouse_eae", 3, small("mouse_eae", **QUICK, **words), steps=64)
    cells, target = model.tables["t_cell"], model.tables["target_cell"]
    stages = set(cells["stage"][cells["alive"]].tolist())
    assert 2 in stages
    assert cells["generation"].max() > 1
    assert (3 in stages) == ("deplete" not in words)
    assert target["attack_t_cell"].any()


def test_whole_runs_with_coated_red_cells() -> None:
    words = {"give": "opsonised_red_cell:40", "treat_day": 0.0, "no_ivig": True}
    model = run_both("mouse_itp", 3, words, 30)
    assert model.world.swallowed > 0.0


def test_whole_runs_with_transferred_effectors() -> None:
    words = {"set.immunisation.strength": 0, "set.cells.t_effector": 20, "set.step_hours": 3}
    model = run_both("mouse_eae", 4, small("mouse_eae", **words, treat_day=-1), steps=24)
    assert model.tables["target_cell"]["attack_t_cell"].any()


CROWD = "macrophage:16,neutrophil:16,nk_cell:16,dendritic_cell:6,tumour_cell:60"


def test_whole_runs_of_a_dish_with_every_kind_that_attacks() -> None:
    words = {
        "cells": CROWD, "stimulus": "FasL:9,TNF:2,GM-CSF,LPS,C5a", "set.dish.serum": 1,
        "set.antibody.density": 250, "set.parameters.culture.death_fas": 60,
        "composition.anti_target": 1e-3, "concentration": 2, "preparation": "ivig",
        "set.section.width": 16, "set.section.height": 16,
    }  # fmt: skip
    model = run_both("invitro_adcc", 6, words, steps=18)
    assert (model.world.toll > 0.0).all()
    assert model.tables["nk_receptor"]["crosslinked"].any()


@pytest.mark.parametrize(("treat_day", "steps"), [(0, 30), (-0.5, 54)])
def test_whole_runs_of_cultures(treat_day: float, steps: int) -> None:
    words = {
        "cells": "b_cell:60,neutrophil:20,macrophage:10,basophil:5,treg:10,t_naive:20",
        "stimulus": "aggregated_igg,BAFF:2,BCR:9,IFN-gamma,Th17_polarising:20",
        "concentration": 0.1, "treat_day": treat_day,
        "set.section.width": 16, "set.section.height": 16,
    }  # fmt: skip
    model = run_both("invitro_culture", 8, words, steps=steps)
    born = model.tables["b_cell"]["id"] & NEWBORN
    assert born.any()
    assert 2 in model.tables["t_cell"]["stage"].tolist()
    assert model.tables["neutrophil"]["response"].max() > 0.1


def test_whole_runs_with_nk_cells_in_solid_tissue() -> None:
    words = small("cidp", **{"set.cells.nk_cell": 24, "composition.anti_target": 1e-3})
    target = run_both("cidp", 6, {**words, "preparation": "ivig"}, steps=20).tables["target_cell"]
    assert target["attack_nk"].any()


@pytest.mark.parametrize("scenario", ["cidp", "itp"])
def test_whole_runs_with_several_antibodies(scenario: str) -> None:
    words = small(scenario, **{"antibody.class": MIXED, "set.step_hours": 3})
    model = run_both(scenario, 13, words, steps=60)
    assert len(model.world.free_antibody) == MIXED.count(":")
    assert len(set(model.world.free_antibody.tolist())) == 1  # one clone, one idiotype


@pytest.mark.parametrize("idiotypes", [("", ""), ("shared", "shared")])
def test_whole_runs_with_two_clones(idiotypes: tuple[str, str]) -> None:
    data = Scenario.load("cidp").model_dump()
    first = data["antibody"][0] | {"idiotype": idiotypes[0]}
    data["antibody"] = [first, first | {"label": "other", "idiotype": idiotypes[1]}]
    data["antibody"][1] |= {"concentration": 30.0, "idiotype_recognised": 0.5}
    words = small("cidp", **{"set.step_hours": 3})
    model = run_both(Scenario.from_dict(data, source="two clones"), 13, words, steps=60)
    assert set(model.tables["b_cell"]["clone"].tolist()) == {0, 1}
    assert len(set(model.world.free_antibody.tolist())) == 2


def test_rows_of_the_dead_are_taken_out_within_what_is_compared() -> None:
    words = small("itp", **{"set.run_in_days": 0, "set.step_hours": 3})
    tables = run_both("itp", 5, words, steps=60).tables
    for kind in ("b_cell", "target_cell"):
        founders = np.count_nonzero((tables[kind]["id"] & NEWBORN) == 0)
        assert founders < tables[kind].founders, f"{kind}: no row was taken out"


@given(world=worlds(), steps=st.integers(20, 40))
@settings(max_examples=40, deadline=None, database=None, print_blob=True)
def test_random_worlds(world: tuple[str, int, dict[str, Any]], steps: int) -> None:
    run_both(*world, steps)


@pytest.mark.slow
@given(world=worlds(), steps=st.integers(20, 120))
@settings(max_examples=400, deadline=None, database=None, print_blob=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
def test_many_random_worlds(world: tuple[str, int, dict[str, Any]], steps: int) -> None:
    run_both(*world, steps)


def compiled_rules() -> list[tuple[Any, str]]:
    """Every kernel of `processes` that is a rule, and the module that calls it."""
    package = ivigabm.processes
    modules = [
        import_module(f"{package.__name__}.{m.name}") for m in iter_modules(package.__path__)
    ]
    return [
        (module, name)
        for module in modules
        if module.__name__ not in SHARED
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher)
        and value.py_func.__module__.startswith(package.__name__)
        and value.py_func.__module__ not in SHARED
    ]


def test_reference_runs_no_compiled_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = compiled_rules()
    assert len(rules) > 20

    def refuse(*_: object) -> None:
        raise AssertionError("a compiled rule was called")

    models = [
        ReferenceModel(s, perturbation=parse(small(s, **{"set.run_in_days": 0}))) for s in UNLIKE
    ]
    compiled = IVIgModel("cidp", rng=1, perturbation=parse(small("cidp")))
    for module, name in rules:
        monkeypatch.setattr(module, name, refuse)
    for model in models:
        for _ in range(3):
            model.step()
    with pytest.raises(AssertionError, match="compiled rule"):
        compiled.step()


def test_comparison_sees_one_bit_anywhere() -> None:
    model, individual = halfway("cidp", 5)
    world = model.world
    tables = {k: t for k, t in world.tables.items() if t.n}
    arrays = {f"{k}.{n}": t[n] for k, t in tables.items() for n in t.names if n != "alive"}
    arrays |= {f"port.{name}": world.ports[name] for name in ("fcrn_load", "fcgr_competitor")}
    arrays |= {"own.plasma": world.own.plasma, "drug.pools.tissue": world.drug.pools.tissue}
    arrays |= {
        "fields.values": world.fields.values,
        "phagocytes.macrophage.ledger": world.receptor_ledger,
    }
    for name, array in arrays.items():
        first = array[:1].view(np.uint8)
        first.flat[0] ^= 1
        assert name in differences(model, individual)
        first.flat[0] ^= 1
    assert differences(model, individual) == []
