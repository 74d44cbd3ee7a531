"""Figures are sound SVG that shows what the table says."""

import xml.etree.ElementTree as ET

import networkx as nx
import pandas as pd
import pytest

from ivigabm.report import graph
from ivigabm.report.figures import HEIGHT, WIDTH, spread, time_course


def series(seeds: int = 3, points: int = 11) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (seed, arm, day, "igg", 10.0 + seed + (day if arm == "treated" else 0.0))
            for seed in range(seeds)
            for arm in ("treated", "control")
            for day in range(points)
        ],
        columns=["seed", "arm", "day", "variable", "value"],
    )


def marks(svg: str, name: str) -> list[ET.Element]:
    return [node for node in ET.fromstring(svg).iter() if name in node.get("class", "").split()]


def test_time_course_draws_both_arms_with_unit_bands_and_doses() -> None:
    svg = time_course(series(), "igg", "Serum <IgG>", "g/L", doses=[0, 7, 99])
    assert [node.get("class") for node in marks(svg, "line")] == ["line control", "line treated"]
    assert len(marks(svg, "band")) == 2
    assert len(marks(svg, "dose")) == 2  # day 99 lies outside the run
    text = "".join(ET.fromstring(svg).itertext())
    assert "Serum <IgG> (g/L)" in text
    assert "time (days)" in text


def test_curves_stay_inside_the_drawing_and_rise_where_values_rise() -> None:
    treated = marks(time_course(series(), "igg", "IgG", "g/L"), "line")[1]
    points = [tuple(map(float, p.split(","))) for p in treated.get("points", "").split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert points[-1][1] < points[0][1]


def test_one_replicate_has_no_band_and_no_values_no_figure() -> None:
    assert marks(time_course(series(seeds=1), "igg", "IgG", "g/L"), "band") == []
    assert time_course(series(), "absent", "Nothing", "g/L") == ""


def test_one_moment_can_be_drawn() -> None:
    assert len(marks(time_course(series(points=1), "igg", "IgG", "g/L"), "line")) == 2


def test_long_runs_are_thinned_but_keep_their_ends() -> None:
    rows = series(seeds=2, points=5000)
    table = spread(rows[rows["arm"] == "treated"])
    assert len(table) <= 302
    assert (table.index[0], table.index[-1]) == (0, 4999)
    assert table.loc[4999].tolist() == [5009.5, 5009.0, 5010.0]


@pytest.fixture
def wiring() -> nx.DiGraph:
    made = nx.DiGraph()
    made.add_node("fc", layer="feature")
    made.add_node("FC_A", layer="mechanism", pathway="Fc")
    made.add_node("FAB_B", layer="mechanism", pathway="Fab2", label="B & <co>")
    made.add_node("load", layer="port")
    made.add_edges_from([("fc", "FC_A"), ("FC_A", "load"), ("FAB_B", "load")])
    return made


def test_wiring_draws_every_node_and_edge(wiring: nx.DiGraph) -> None:
    root = ET.fromstring(graph.svg(wiring))
    svg = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{svg}g")) == 4
    assert len(root.findall(f"{svg}path")) == 3
    assert "B & <co>" in "".join(root.itertext())
    assert [t.text for t in root.findall(f"{svg}text")] == ["feature", "mechanism", "port"]


def test_what_is_switched_off_is_faint_with_its_edges(wiring: nx.DiGraph) -> None:
    off = marks(graph.svg(wiring, active=["FC_A"]), "off")
    assert sorted(node.get("class", "") for node in off) == ["Fab2 off", "mechanism Fab2 off"]
    assert marks(graph.svg(wiring), "off") == []


def test_an_edge_within_a_layer_is_drawn_beside_its_column(wiring: nx.DiGraph) -> None:
    assert marks(graph.svg(wiring), "within") == []
    wiring.add_edge("FC_A", "FAB_B")
    [arrow] = marks(graph.svg(wiring), "within")
    assert "nan" not in arrow.get("d", "nan")


def test_columns_do_not_overlap(wiring: nx.DiGraph) -> None:
    svg = "{http://www.w3.org/2000/svg}"
    boxes = [
        node.find(f"{svg}rect") for node in ET.fromstring(graph.svg(wiring)).findall(f"{svg}g")
    ]
    places = {(box.get("x"), box.get("y")) for box in boxes if box is not None}
    assert len(places) == 4
