"""Mesa's public face over column tables, tried on a toy model of walkers."""

import gc
import inspect
import weakref

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa.discrete_space import OrthogonalMooreGrid

from ivigabm.engine.columns import Table
from ivigabm.engine.views import Gone, RowAgent, TableAgentSet, TableModel, column


class Walker(RowAgent):
    kind = "walker"
    x, y, energy, tag, marks = column(), column(), column(), column(), column()

    @property
    def tired(self):
        return self.energy < 3

    def eat(self, amount=1.0):
        self.energy += amount
        return self.energy


class Tree(RowAgent):
    kind = "tree"
    x, y, height = column(), column(), column()


class Antibody(RowAgent):
    """Lives in plasma: no place on the grid."""

    kind = "antibody"
    amount = column()


PLACE = {"x": np.int32, "y": np.int32}


class Walkers(TableModel):
    def __init__(self, walkers=6, days=5, rng=1):
        super().__init__(rng=rng)
        self.days = days
        self.shape = (5, 4)
        self.tables = {
            "walker": Table(
                "walker",
                1,
                PLACE | {"energy": np.float64, "tag": np.int64, "marks": (np.float64, (2,))},
            ),
            "tree": Table("tree", 2, PLACE | {"height": np.float64}),
            "antibody": Table("antibody", 3, {"amount": np.float64, "bound": np.float64}),
        }
        self.agent_classes = {"walker": Walker, "tree": Tree, "antibody": Antibody}
        self.layers = {
            "igg": np.arange(20.0).reshape(5, 4),
            "zone": np.zeros((5, 4), np.int64),
            "coarse": np.arange(10.0).reshape(5, 2),
        }
        number = np.arange(walkers)
        self.tables["walker"].add_founders(
            walkers, x=number % 5, y=number % 4, energy=number, tag=number % 2
        )
        self.tables["tree"].add_founders(2, x=[0, 3], y=[0, 1], height=[10.0, 20.0])
        self.tables["antibody"].add_founders(3, amount=[1.0, 2.0, 4.0])
        self.datacollector = mesa.DataCollector(
            {"living": total_living, "energy": lambda m: float(m.tables["walker"]["energy"].sum())}
        )

    def step(self):
        walker = self.tables["walker"]
        walker["x"][:] = (walker["x"] + 1) % 5
        walker["energy"][:] += 1.0
        self.writes += 1
        self.datacollector.collect(self)
        self.running = self.steps < self.days

    def bear(self, count):
        """`count` more walkers, the table grown as needed."""
        self.tables["walker"].add_founders(count, energy=50.0)
        self.writes += 1

    def bury(self):
        self.tables["walker"].compact(0)
        self.writes += 1


def total_living(model):
    return sum(table.living for table in model.tables.values())


@pytest.fixture
def model():
    return Walkers()


def walkers_of(model):
    return model.agents_by_type[Walker]


# -- one agent --------------------------------------------------------------------------------


def test_a_handle_reads_and_writes_its_row(model):
    agent = walkers_of(model)[2]
    assert (agent.x, agent.y, agent.energy, agent.tag) == (2, 2, 2.0, 0)
    assert type(agent.x) is int
    assert type(agent.energy) is float
    assert type(agent.unique_id) is int
    writes = model.writes
    agent.energy = 7.5
    assert model.tables["walker"]["energy"][2] == 7.5
    assert model.writes > writes
    agent.energy += 1
    assert walkers_of(model)[2].energy == 8.5


def test_a_wide_column_gives_a_copy_and_takes_a_row(model):
    agent = walkers_of(model)[1]
    agent.marks = [1.0, 2.0]
    copy = agent.marks
    copy[0] = 99.0
    assert agent.marks.tolist() == [1.0, 2.0]
    agent.marks = 3.0
    assert agent.marks.tolist() == [3.0, 3.0]
    with pytest.raises(ValueError, match="broadcast"):
        agent.marks = [1.0, 2.0, 3.0]


def test_a_column_nobody_declared_is_an_attribute_too(model):
    agent = model.agents_by_type[Antibody][1]
    agent.bound = 0.5
    assert agent.bound == model.tables["antibody"]["bound"][1] == 0.5


def test_a_name_that_is_no_column_is_an_error_with_the_nearest_name(model):
    agent = walkers_of(model)[0]
    with pytest.raises(AttributeError, match=r"no column 'enrgy'; did you mean 'energy'\?"):
        agent.enrgy = 1.0
    with pytest.raises(AttributeError, match=r"did you mean 'energy'\?"):
        agent.enrgy  # noqa: B018
    with pytest.raises(AttributeError):
        agent.tired = True


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", 5, "off the grid"),
        ("y", -1, "off the grid"),
        ("tag", 1.5, "holds int64"),
        ("energy", float("nan"), "holds float64, not nan"),
        ("x", 2**40, "holds int32"),
    ],
)
def test_a_value_the_kernels_could_not_bear_is_refused(model, name, value, message):
    before = walkers_of(model).get(name)
    with pytest.raises(ValueError, match=message):
        setattr(walkers_of(model)[0], name, value)
    with pytest.raises(ValueError, match=message):
        walkers_of(model).set(name, value)
    assert walkers_of(model).get(name) == before


@pytest.mark.parametrize("name", ["id", "unique_id", "alive"])
def test_identity_and_life_are_not_set_by_hand(model, name):
    with pytest.raises(AttributeError):
        setattr(walkers_of(model)[0], name, 1)
    with pytest.raises(AttributeError):
        walkers_of(model).set(name, 1)


def test_two_handles_on_one_agent_are_equal(model):
    first, again = walkers_of(model)[1], walkers_of(model)[1]
    assert first is not again
    assert first == again
    assert len({first, again, walkers_of(model)[2]}) == 2
    assert first != walkers_of(model)[2]
    assert first != first.unique_id


def test_a_handle_survives_growth_and_compaction(model):
    agents = list(walkers_of(model))
    kept = agents[4]
    agents[0].remove()
    agents[2].remove()
    model.bear(100)
    assert kept.energy == 4.0
    model.bury()
    assert model.tables["walker"].n == 104
    assert kept.row == 2
    assert kept.energy == 4.0
    kept.energy = 1.0
    assert model.tables["walker"]["energy"][2] == 1.0


def test_a_dead_agent_is_gone_and_shows_nobody_elses_row(model):
    agents = list(walkers_of(model))
    agents[0].remove()
    for _ in range(2):
        assert not agents[0].alive
        assert "gone" in repr(agents[0])
        for look in (lambda: agents[0].energy, lambda: agents[0].cell, agents[0].remove):
            with pytest.raises(Gone):
                look()
        with pytest.raises(Gone):
            agents[0].energy = 3.0
        model.bury()
    assert agents[1].row == 0
    assert agents[1].alive


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(0, 7), st.just("bear"), st.just("bury")), max_size=12))
def test_handles_always_show_their_own_agent(events):
    model = Walkers(walkers=8)
    agents = list(walkers_of(model))
    dead = set()
    for event in events:
        if event == "bear":
            model.bear(3)
        elif event == "bury":
            model.bury()
        elif event not in dead:
            agents[event].remove()
            dead.add(event)
        for number, agent in enumerate(agents):
            assert agent.alive == (number not in dead)
            if agent.alive:
                assert agent.energy == number


def test_an_id_of_another_kind_makes_no_handle(model):
    with pytest.raises(ValueError, match="not the id of a walker"):
        Walker(model, model.agents_by_type[Tree][0].unique_id)


def test_an_agent_is_found_by_its_id(model):
    tree = model.agents_by_type[Tree][1]
    assert model.agent(tree.unique_id) == tree
    tree.remove()
    with pytest.raises(Gone):
        model.agent(tree.unique_id)
    with pytest.raises(KeyError, match="no kind"):
        model.agent(200 << 56)


def test_a_class_that_does_not_fit_its_table_is_refused(model):
    class Giant(RowAgent):
        kind = "tree"
        x, heigth = column(), column()

    class Stiff(RowAgent):
        kind = "tree"

        def height(self):
            return 0

    for wrong, message in [
        (Giant, r"'heigth', which table tree does not have; did you mean 'height'\?"),
        (Stiff, "column 'height' of table tree is hidden by Stiff.height"),
        (Walker, "Walker is a walker, not a tree"),
    ]:
        model.agent_classes["tree"] = wrong
        with pytest.raises(TypeError, match=message):
            len(model.agents)


# -- agent sets -------------------------------------------------------------------------------


def test_agents_come_kind_after_kind_in_birth_order(model):
    kinds = [agent.kind for agent in model.agents]
    assert kinds == ["walker"] * 6 + ["tree"] * 2 + ["antibody"] * 3
    assert len(model.agents) == 11
    assert [agent.energy for agent in walkers_of(model)] == [0, 1, 2, 3, 4, 5]
    assert [agent.energy for agent in reversed(walkers_of(model))] == [5, 4, 3, 2, 1, 0]
    assert model.agent_types == [Walker, Tree, Antibody]
    assert isinstance(model.agents, mesa.agent.AgentSet)
    assert repr(model.agents) == "<TableAgentSet: 6 walker, 2 tree, 3 antibody>"


def test_a_live_set_follows_births_and_deaths_and_a_copy_only_deaths(model):
    live = walkers_of(model)
    copy = live.copy()
    live[0].remove()
    model.bear(1)
    assert live.get("energy") == [1, 2, 3, 4, 5, 50]
    assert copy.get("energy") == [1, 2, 3, 4, 5]
    model.bury()
    assert copy.get("energy") == [1, 2, 3, 4, 5]
    assert len(copy) == 5


def test_membership_indexing_and_slices(model):
    agents = walkers_of(model)
    third, tree = agents[2], model.agents_by_type[Tree][0]
    assert third in agents
    assert third in agents.select(at_most=3)
    assert third not in agents.select(at_most=2)
    assert tree not in agents
    assert "walker" not in agents
    assert agents[-1].energy == 5
    assert [a.energy for a in agents[1:3]] == [1, 2]
    assert agents.index(third) == 2
    assert agents.count(third) == 1
    assert agents.to_list() == list(agents)
    with pytest.raises(IndexError):
        agents[6]
    third.remove()
    assert third not in agents


def test_select_by_function_class_share_and_number(model):
    agents = model.agents
    assert agents.select(agent_type=Tree).get("height") == [10.0, 20.0]
    assert len(agents.select(agent_type=RowAgent)) == 11
    rich = agents.select(lambda a: a.energy > 2, agent_type=Walker)
    assert rich.get("energy") == [3, 4, 5]
    assert agents.select(lambda a: a.kind == "walker", at_most=2).get("energy") == [0, 1]
    assert len(agents.select(at_most=0.5)) == 5
    assert len(agents.select(at_most=1)) == 1
    assert len(agents.select(at_most=1.0)) == 11
    changed = agents.select(agent_type=Tree, inplace=True)
    assert changed is agents
    assert len(agents) == 2
    assert len(agents.select()) == 2


def test_columns_are_read_set_and_summed_without_an_agent(model):
    made = RowAgent.made
    agents = walkers_of(model)
    assert agents.get("energy") == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert agents.get(["tag", "energy"])[1] == [1, 1.0]
    assert agents.get("unique_id") == model.tables["walker"]["id"].tolist()
    assert agents.get("marks")[0].tolist() == [0.0, 0.0]
    assert agents.agg("energy", sum) == 15.0
    assert agents.agg("energy", np.mean) == 2.5
    assert agents.agg("energy", [min, np.max, len]) == [0.0, 5.0, 6]
    assert agents.select(at_most=3).set("energy", 9.0).agg("energy", sum) == 27.0
    assert agents.array("energy").tolist() == [9.0, 9.0, 9.0, 3.0, 4.0, 5.0]
    assert agents.set("marks", [1.0, 2.0]).array("marks").sum() == 18.0
    assert agents.sort("energy", ascending=True).get("energy") == [3, 4, 5, 9, 9, 9]
    assert agents.groupby("tag").count() == {0: 3, 1: 3}
    assert model.agents.select(agent_type=Tree).shuffle().agg("height", np.sum) == 30.0
    assert model.agents.get("x", "default", -1)[-4:] == [3, -1, -1, -1]
    assert len(model.agents) == 11
    assert RowAgent.made == made


def test_attributes_that_are_no_columns_ask_the_agents(model):
    agents = walkers_of(model)
    assert agents.get("tired") == [True, True, True, False, False, False]
    assert agents.agg("tired", np.sum) == 3
    assert agents.get("cell")[1] is model.grid[1, 1]
    agents.set("cell", model.grid[4, 3])
    assert agents.get(["x", "y"]) == [[4, 3]] * 6


def test_a_missing_attribute_is_an_error_unless_a_default_is_wanted(model):
    with pytest.raises(AttributeError, match="Tree has no column 'energy'"):
        model.agents.get("energy")
    with pytest.raises(AttributeError, match="Tree has no column 'energy'"):
        model.agents.array("energy")
    with pytest.raises(AttributeError, match="Tree has no column 'energy'"):
        model.agents.set("energy", 77.0)
    assert walkers_of(model).agg("energy", max) == 5.0  # nothing was written
    assert model.agents.get("energy", handle_missing="default")[6:] == [None] * 5
    with pytest.raises(ValueError, match="handle_missing"):
        model.agents.get("energy", handle_missing="ignore")


def test_values_follow_the_order_of_a_mixed_set(model):
    mixed = model.placed_agents.shuffle()
    assert len(mixed) == 8
    assert mixed.get("x") == [agent.x for agent in mixed]
    assert mixed.array("x").tolist() == mixed.get("x")
    list(mixed)[3].remove()
    assert mixed.get("x") == [agent.x for agent in mixed]
    assert len(mixed) == 7


def test_shuffle_uses_mesas_generator_and_changes_no_rule():
    one, two = Walkers(), Walkers()
    assert one.agents.shuffle().get("unique_id") == two.agents.shuffle().get("unique_id")
    again = one.agents.shuffle()
    assert again.get("unique_id") != two.agents.get("unique_id")
    assert sorted(again.get("unique_id")) == sorted(two.agents.get("unique_id"))
    one.agents.shuffle_do("remove")
    assert len(one.agents) == 0
    kept = two.agents
    assert kept.shuffle(inplace=True) is kept


def test_do_and_map_call_every_living_agent(model):
    agents = walkers_of(model)
    assert agents.map("eat", 2.0) == [2, 3, 4, 5, 6, 7]
    assert agents.map(lambda a: a.tag) == [0, 1, 0, 1, 0, 1]
    assert agents.do("eat", amount=1.0) is agents
    assert agents.agg("energy", sum) == 33.0

    def kill_the_next(agent):
        agents_now = list(agents)
        place = agents_now.index(agent)
        if place + 1 < len(agents_now):
            agents_now[place + 1].remove()

    agents.do(kill_the_next)
    assert agents.get("tag") == [0, 0, 0]


def test_sort_is_from_high_to_low_as_mesas(model):
    agents = walkers_of(model)
    assert agents.sort("energy").get("energy") == [5, 4, 3, 2, 1, 0]
    assert agents.sort("tag").get("energy") == [1, 3, 5, 0, 2, 4]
    assert agents.sort(lambda a: -a.energy).get("energy") == [0, 1, 2, 3, 4, 5]
    assert agents.sort("cell.coordinate")[0].x == 4


def test_groupby_gives_mesas_groups(model):
    groups = walkers_of(model).groupby("tag")
    assert groups.agg("energy", sum) == {0: 6.0, 1: 9.0}
    assert groups.map(len) == {0: 3, 1: 3}
    assert isinstance(groups.groups[0], TableAgentSet)
    lists = model.agents.groupby(type, result_type="list")
    assert {kind: len(group) for kind, group in lists} == {Walker: 6, Tree: 2, Antibody: 3}
    assert type(lists.groups[Tree]) is list


def test_a_listed_set_changes_and_a_live_one_refuses(model):
    agents, tree = walkers_of(model), model.agents_by_type[Tree][0]
    for change in (agents.add, agents.discard, agents.remove):
        with pytest.raises(TypeError, match="live set"):
            change(agents[0])
    some = agents.select(at_most=2)
    some.add(tree)
    some.add(tree)
    assert [a.kind for a in some] == ["walker", "walker", "tree"]
    some.remove(tree)
    some.discard(tree)
    assert len(some) == 2
    assert tree.alive
    with pytest.raises(KeyError):
        some.remove(tree)
    assert some.pop().energy == 0
    assert len(some) == 1


def test_sets_combine(model):
    agents = walkers_of(model)
    low, high = agents.select(lambda a: a.energy < 4), agents.select(lambda a: a.energy > 1)
    assert (low & high).get("energy") == [2, 3]
    assert (low - high).get("energy") == [0, 1]
    assert len(low | high) == 6
    assert low <= agents
    assert (low | high) == agents


def test_an_empty_set_answers(model):
    none = model.agents.select(lambda a: False)
    assert len(none) == 0
    assert list(none) == []
    assert none.get("energy") == []
    assert none.agg("energy", sum) == 0
    assert none.shuffle().sort("energy").set("energy", 1.0).map("eat") == []
    assert none.groupby("energy").count() == {}
    assert repr(none) == "<TableAgentSet: empty>"
    none.add(model.agents[0])
    assert len(none) == 1


# -- model ------------------------------------------------------------------------------------


def test_agents_are_not_registered(model):
    with pytest.raises(TypeError, match="not registered"):
        model.register_agent(walkers_of(model)[0])
    with pytest.raises(TypeError, match="remove"):
        model.deregister_agent(walkers_of(model)[0])
    with pytest.raises(AttributeError):
        model.agents = []
    model.remove_all_agents()
    assert len(model.agents) == 0
    assert not model.grid[0, 0].agents


def test_a_table_without_a_class_is_not_shown(model):
    del model.agent_classes["tree"]
    assert model.agent_types == [Walker, Antibody]
    assert len(model.agents) == 9


def test_a_run_in_which_nobody_looks_makes_no_agent_and_no_grid():
    made = RowAgent.made
    model = Walkers()
    model.run_model()
    assert model.steps == 5
    assert RowAgent.made == made
    assert "grid" not in vars(model)


def test_looking_changes_nothing():
    seen, unseen = Walkers(), Walkers()
    while seen.running:
        seen.step()
        unseen.step()
        list(seen.agents.shuffle())
        assert seen.grid.agents.agg("x", sum) >= 0
        seen.grid.select_random_empty_cell()
    for kind, table in seen.tables.items():
        for name in table.names:
            assert np.array_equal(table[name], unseen.tables[kind][name])
    assert seen.steps == unseen.steps == 5


# -- grid -------------------------------------------------------------------------------------


def test_cells_say_who_is_there(model):
    assert isinstance(model.grid, OrthogonalMooreGrid)
    assert model.grid.torus
    assert (model.grid.width, model.grid.height) == (5, 4)
    here = model.grid[0, 0].agents
    assert [(a.kind, a.unique_id & 0xFF) for a in here] == [("walker", 0), ("tree", 0)]
    assert not model.grid[0, 0].is_empty
    assert not model.grid[0, 0].is_full
    assert model.grid[4, 3].is_empty
    assert len(model.grid.agents) == 8
    model.step()
    assert [a.kind for a in model.grid[0, 0].agents] == ["walker", "tree"]
    assert model.grid[0, 0].agents[0] == walkers_of(model)[4]
    assert walkers_of(model)[0] in model.grid[1, 0].agents


def test_an_agent_moves_by_its_cell(model):
    agent = walkers_of(model)[1]
    assert agent.cell is model.grid[1, 1]
    agent.cell = model.grid[4, 3]
    assert (agent.x, agent.y) == (4, 3)
    assert agent in model.grid[4, 3].agents
    assert model.grid[1, 1].is_empty
    agent.move_to(model.grid[4, 0])
    agent.move_relative((1, 0))
    assert agent.cell is model.grid[0, 0]
    model.grid[2, 0].add_agent(agent)
    assert agent.x == 2
    agent.remove()
    assert model.grid[2, 0].is_empty


def test_an_agent_cannot_leave_the_grid_and_plasma_has_no_place(model):
    agent, antibody = walkers_of(model)[0], model.agents_by_type[Antibody][0]
    with pytest.raises(ValueError, match="use remove"):
        agent.cell = None
    with pytest.raises(ValueError, match="another grid"):
        agent.cell = Walkers().grid[0, 0]
    with pytest.raises(TypeError, match="let it die"):
        model.grid[0, 0].remove_agent(agent)
    assert antibody.cell is None
    with pytest.raises(AttributeError, match="no place"):
        antibody.cell = model.grid[0, 0]


def test_neighbourhoods_wrap_and_follow_the_agents(model):
    cell = model.grid[0, 0]
    near = cell.neighborhood
    assert {c.coordinate for c in near} == {
        (x, y) for x in (4, 0, 1) for y in (3, 0, 1) if (x, y) != (0, 0)
    }
    assert {a.unique_id & 0xFF for a in near.agents} == {1, 4, 5}
    walkers_of(model)[3].cell = model.grid[4, 0]
    assert {a.unique_id & 0xFF for a in near.agents} == {1, 3, 4, 5}
    assert {a.unique_id & 0xFF for a in cell.neighborhood.agents} == {1, 3, 4, 5}
    wide = cell.get_neighborhood(radius=2, include_center=True)
    assert len(wide) == 20
    assert len(cell.get_neighborhood(radius=2)) == 19
    assert len(list(wide.agents)) == 8
    assert model.grid.get_neighborhood_mask((0, 0)).sum() == 9
    with pytest.raises(ValueError, match="at least one"):
        cell.get_neighborhood(radius=0)


def test_neighbourhoods_equal_those_of_a_plain_mesa_grid(model):
    plain = OrthogonalMooreGrid((5, 4), torus=True, random=model.random)
    for radius in (1, 2):
        for centre in (False, True):
            ours = model.grid[3, 2].get_neighborhood(radius, centre)
            mesas = plain[3, 2].get_neighborhood(radius, centre)
            assert {c.coordinate for c in ours} == {c.coordinate for c in mesas}


def test_empty_cells(model):
    occupied = {(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (0, 1), (3, 1)}
    empties = {cell.coordinate for cell in model.grid.empties}
    assert len(empties) == 20 - len(occupied)
    assert not empties & occupied
    assert model.grid.select_random_empty_cell().coordinate in empties
    assert model.grid.empty.data.sum() == len(empties)
    assert model.grid[0, 1].empty is np.False_
    mask = model.grid.select_cells(only_empty=True, return_list=False)
    assert mask.sum() == len(empties)
    with pytest.raises(ValueError, match="read-only"):
        model.grid.empty.data = True


def test_a_full_grid_has_no_empty_cell_to_give():
    model = Walkers(walkers=20)
    assert len(list(model.grid.empties)) == 0
    with pytest.raises(IndexError):
        model.grid.select_random_empty_cell()


def test_a_property_layer_is_the_models_array(model):
    layer = model.grid.igg
    assert layer.data is model.layers["igg"]
    assert model.grid[1, 2].igg == 6.0
    writes = model.writes
    model.grid[1, 2].igg = 60.0
    assert model.layers["igg"][1, 2] == 60.0
    field = model.layers["igg"]
    layer.data = np.ones((5, 4))
    layer.modify_cells(np.add, 1.0)
    layer.modify_cells(lambda v: v * 10, condition=lambda v: v > 1)
    layer.set_cells(5.0, condition=lambda v: v > 100)
    assert model.layers["igg"] is field
    assert np.all(field == 20.0)
    assert model.writes > writes
    assert layer.aggregate(np.sum) == 400.0
    assert np.asarray(layer).sum() == 400.0
    field[2, 3] = 50.0
    assert layer.select_cells(lambda v: v > 20) == [(2, 3)]
    assert model.grid.select_cells(extreme_values={"igg": "highest"}) == [(2, 3)]


def test_a_layer_follows_an_array_that_was_replaced(model):
    grid = model.grid
    model.layers["igg"] = np.full((5, 4), 3.0)
    assert grid.igg.data is model.layers["igg"]
    assert grid[0, 0].igg == 3.0


def test_a_coarse_field_is_shown_on_the_grid_and_read_only(model):
    shown = model.grid.coarse.data
    assert shown.shape == (5, 4)
    assert shown[2].tolist() == [4.0, 4.0, 5.0, 5.0]
    assert model.grid[2, 3].coarse == 5.0
    with pytest.raises(ValueError, match="read-only"):
        model.grid.coarse.data = 0.0
    model.layers["coarse"] = np.zeros((3, 2))
    with pytest.raises(ValueError, match="does not fit"):
        model.grid.coarse.data  # noqa: B018


def test_a_lookers_own_layer_belongs_to_the_grid(model):
    layer = model.grid.create_property_layer("mine", default_value=2.0)
    assert model.grid[0, 0].mine == 2.0
    model.grid[0, 0].mine = 3.0
    assert layer.data[0, 0] == 3.0
    assert "mine" not in model.layers


# -- Mesa's own tools --------------------------------------------------------------------------


def test_the_data_collector_gathers_once_a_step(model):
    model.run_model()
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 5
    assert frame["living"].tolist() == [11] * 5
    assert frame["energy"].tolist() == [21.0, 27.0, 33.0, 39.0, 45.0]


def test_agent_reporters_work_too(model):
    collector = mesa.DataCollector(
        agent_reporters={"kind": "kind"}, agenttype_reporters={Tree: {"height": "height"}}
    )
    collector.collect(model)
    assert len(collector.get_agent_vars_dataframe()) == 11
    assert collector.get_agenttype_vars_dataframe(Tree)["height"].tolist() == [10.0, 20.0]


def test_batch_run_on_two_processes():
    # Mesa 3.5 gives every run its generator in an argument of its own; 3.3 as a parameter.
    three_five = "rng" in inspect.signature(mesa.batch_run).parameters
    seeds = {"rng": [1, 2]} if three_five else {}
    parameters = {"walkers": [3, 6]} | ({} if three_five else {"rng": [1, 2]})
    rows = mesa.batch_run(Walkers, parameters, number_processes=2, display_progress=False, **seeds)
    found = sorted((row["walkers"], row["living"], row["energy"]) for row in rows)
    assert found == [(3, 8, 18.0)] * 2 + [(6, 11, 45.0)] * 2


def look_at(model):
    model.step()
    agent = model.agents[0]
    neighbours = list(agent.cell.neighborhood.agents)
    wide = model.grid[2, 2].get_neighborhood(radius=2)
    return len(neighbours) + len(list(wide.agents)) + int(model.grid.igg.data.sum())


def test_models_that_were_looked_at_are_freed():
    models, grids, classes = [], [], []
    for number in range(50):
        model = Walkers(rng=number)
        assert look_at(model) > 0
        models.append(weakref.ref(model))
        grids.append(weakref.ref(model.grid))
        classes.append(weakref.ref(model.grid.cell_klass))
    del model
    gc.collect()
    assert not any(ref() for ref in models)
    assert not any(ref() for ref in grids)
    assert not any(ref() for ref in classes)


def test_a_grid_that_outlives_its_model_says_so():
    grid = Walkers().grid
    gc.collect()
    with pytest.raises(ReferenceError, match="model of this grid is gone"):
        grid[0, 0].agents  # noqa: B018
