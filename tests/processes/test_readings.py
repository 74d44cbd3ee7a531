"""Sums over pools that are made in one pass, and ports that share one array."""

import copy
import pickle

import numpy as np

from ivigabm.processes.port_values import Ports, moves
from ivigabm.processes.ports import PORTS
from ivigabm.processes.readings import Readings

POOLS, CELLS = 5, 7
RNG = np.random.default_rng(3)


def in_row_order(weights: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    total = np.zeros(amounts.shape[1:])
    for weight, amount in zip(weights, amounts, strict=True):
        total = total + weight * amount
    return total


def test_sums_are_those_in_row_order_whoever_else_asks():
    readings, amounts = Readings((CELLS,)), RNG.random((POOLS, CELLS))
    weights = {name: RNG.random((POOLS, 2)) * [1.0, 0.0] for name in "abc"}
    for _ in range(2):  # those asked for first know nothing of the rest in the first round
        for name, weight in weights.items():
            found = readings.many(name, lambda w=weight: w, amounts)
            assert found.shape == (2, CELLS)
            assert np.array_equal(readings.one(name, lambda w=weight: w, amounts), found[0])
            assert found[0].tobytes() == in_row_order(weight[:, 0], amounts).tobytes()
            assert not found[1].any()
    molar, weight = RNG.random(POOLS), RNG.random(POOLS)
    assert Readings().level("a", lambda: weight, molar) == in_row_order(weight, molar[:, None])[0]
    assert Readings().many("a", lambda: np.eye(POOLS), molar).tolist() == molar.tolist()


def test_weights_are_made_once_and_new_amounts_are_seen():
    readings, made = Readings(), []

    def weights() -> np.ndarray:
        made.append(1)
        return np.ones(POOLS)

    first = readings.level("a", weights, np.full(POOLS, 2.0))
    other = readings.again()
    assert (first, other.level("a", weights, np.full(POOLS, 3.0))) == (10.0, 15.0)
    assert readings.level("a", weights, np.full(POOLS, 4.0)) == 20.0
    assert made == [1]


def ports() -> Ports:
    return Ports(
        {
            "scalar": (1,), "receptor_channels": (2, 3, 4, 4), "opsonin_channels": (3,),
            "cytokine": (1,), "antigen": (4,), "treg": (2,), "molecule_mesh": (4, 4),
            "field_mesh": (8, 8),
        }
    )  # fmt: skip


def test_ports_go_back_to_neutral_also_as_copies():
    for given in (ports(), copy.deepcopy(ports()), pickle.loads(pickle.dumps(ports()))):
        for name, value in given.items():
            value += 1.0
            assert not given.is_neutral(name)
        twin = copy.deepcopy(given)
        given.clear()
        for name, port in PORTS.items():
            assert (given[name] == port.neutral).all()
            assert (twin[name] == port.neutral + 1.0).all()


def test_a_contribution_moves_its_port_or_not():
    assert moves("convertase", 0.5)
    assert not moves("convertase", 1.0)
    assert moves("type2_signal", np.array([[0.0, 1e-300]]))
    assert not moves("type2_signal", np.zeros((2, 2)))
