"""`IVIgModel` met as any Mesa model: agents, sets, grid, layers, data collector, batch runs."""

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet
from small_worlds import differences, small, state

from ivigabm.agents import BCell, Macrophage, TherapeuticIgG
from ivigabm.engine.views import RowAgent
from ivigabm.errors import InputError
from ivigabm.model import IVIgModel
from ivigabm.observation import OBSERVED
from ivigabm.perturbation import Perturbation


@pytest.fixture
def model():
    return small("cidp", days=1, schedule="0:2").run()


def test_is_a_mesa_model_with_agents_of_every_kind(model):
    assert isinstance(model, mesa.Model)
    assert isinstance(model.agents, AgentSet)
    assert len(model.agents) == sum(table.living for table in model.tables.values())
    for agent_class, agents in model.agents_by_type.items():
        assert issubclass(agent_class, mesa.Agent)
        assert len(agents) == model.tables[agent_class.kind].living
    asked = model.resolved.scenario.cells.model_dump()
    there = {kind for kind, table in model.tables.items() if table.living}
    assert {kind for kind, count in asked.items() if count} & set(model.tables) <= there


def test_agg_of_a_column(model):
    macrophages = model.agents_by_type[Macrophage]
    column = model.tables["macrophage"]["activation"]
    assert macrophages.agg("activation", np.mean) == column.mean() > 0.0
    assert macrophages.agg("activation", [min, max]) == [column.min(), column.max()]


def test_select_by_what_agents_are_like(model):
    macrophages = model.agents_by_type[Macrophage]
    middle = float(np.median(model.tables["macrophage"]["activation"]))
    active = macrophages.select(lambda cell: cell.activation > middle)
    assert len(active) == np.count_nonzero(model.tables["macrophage"]["activation"] > middle)
    assert all(isinstance(cell, Macrophage) and cell.activation > middle for cell in active)
    sugar = model.agents.select(agent_type=TherapeuticIgG).select(lambda igg: igg.sialylated)
    assert 0 < len(sugar) < len(model.agents_by_type[TherapeuticIgG])


def test_writing_through_a_view_reaches_the_next_step(model):
    """All macrophages gorged: none is left to strip a target."""
    model.agents_by_type[Macrophage].set("load", 1e9)
    model.agents_by_type[Macrophage][0].activation = 0.75
    assert model.tables["macrophage"]["activation"][0] == 0.75
    model.advance()
    assert not model.tables["target_cell"]["attack_phagocytic"].any()
    assert (model.tables["macrophage"]["load"] > 1e6).all()


def test_an_agent_taken_out_stays_out(model):
    cell = model.agents_by_type[BCell][0]
    cell.remove()
    assert cell not in model.agents
    model.advance()
    assert cell not in model.agents


def test_cells_of_the_grid_hold_those_who_stand_there(model):
    table = model.tables["macrophage"]
    x, y = int(table["x"][0]), int(table["y"][0])
    here = model.grid[x, y].agents
    assert int(table["id"][0]) in [agent.unique_id for agent in here]
    assert all((agent.x, agent.y) == (x, y) for agent in here)
    everyone = sum(len(model.grid[i, j].agents) for i in range(16) for j in range(16))
    assert everyone == len(model.placed_agents)


def test_moving_an_agent_moves_its_row(model):
    cell = model.agents_by_type[Macrophage][0]
    cell.move_to(model.grid[3, 4])
    table = model.tables["macrophage"]
    assert (table["x"][0], table["y"][0]) == (3, 4)
    assert cell in model.grid[3, 4].agents


def test_property_layers_are_the_models_own_arrays(model):
    grid, world = model.grid, model.world
    assert np.shares_memory(grid.vessel.data, world.vessel)
    assert grid.zone.data.shape == grid.tnf.data.shape == world.shape
    assert grid[0, 0].vessel and not grid[1, 0].vessel
    # a field lives on a coarser mesh and is shown blown up
    pitch = world.fields.pitch
    assert grid[15, 9].tnf == world.fields["tnf"][15 // pitch, 9 // pitch] > 0.0
    before = grid[15, 9].tnf
    model.advance()
    assert grid[15, 9].tnf != before


def test_data_collector_has_a_row_per_step_and_agrees_with_the_observations(model):
    frame = model.datacollector.get_model_vars_dataframe()
    series = model.observations()
    assert list(frame.columns) == list(OBSERVED)
    assert len(frame) == len(series) == 24
    assert (frame.to_numpy() == series[list(OBSERVED)].to_numpy()).all()


def test_a_run_stops_by_itself_when_its_days_are_over(model):
    assert not model.running
    assert model.day == pytest.approx(1.0)
    longer = small("cidp", days=1).run(days=2)
    assert longer.day == pytest.approx(2.0)
    assert len(longer.observations()) == 48


def test_batch_run_with_two_processes_gives_what_single_runs_give():
    results = mesa.batch_run(
        IVIgModel,
        parameters={"scenario": "healthy", "rng": [1, 2], "days": 0.25},
        number_processes=2,
        data_collection_period=-1,
        display_progress=False,
    )
    assert sorted(row["rng"] for row in results) == [1, 2]
    for row in results:
        alone = IVIgModel("healthy", rng=row["rng"], days=0.25).run()
        assert {name: row[name] for name in OBSERVED} == alone.observer.last


def test_nobody_looks_and_no_agent_is_made():
    before = RowAgent.made
    model = small("cidp", days=1, schedule="0:2").run()
    model.outcomes()
    model.observations()
    model.datacollector.get_model_vars_dataframe()
    model.agents_by_type[Macrophage].agg("activation", np.mean)
    assert RowAgent.made == before
    assert "grid" not in vars(model)
    assert len(list(model.agents_by_type[Macrophage])) == RowAgent.made - before > 0


def test_looking_changes_nothing():
    unseen = small("cidp", days=1, schedule="0:2").run()
    seen = small("cidp", days=1, schedule="0:2")
    while seen.running:
        seen.step()
        seen.agents.shuffle().select(lambda agent: agent.row % 2 == 0)
        seen.random.random()
        seen.rng.random()
        _ = [len(cell.agents) for cell in seen.grid.all_cells]
    assert differences(state(seen), state(unseen)) == []


def test_keywords_beside_a_perturbation_are_refused_not_dropped():
    assert IVIgModel("healthy", rng=1, dose=1.0).resolved.doses[0].g_per_kg == 1.0
    with pytest.raises(InputError, match="dose, no_ivig: given beside a perturbation"):
        IVIgModel("healthy", rng=1, dose=0.0, no_ivig=True, perturbation=Perturbation())


def test_each_model_draws_a_seed_of_its_own_and_says_which():
    one, other = (IVIgModel("healthy", days=0.1) for _ in range(2))
    assert one.seed != other.seed
    again = IVIgModel("healthy", rng=one.seed, days=0.1)
    assert differences(state(again.run()), state(one.run())) == []
