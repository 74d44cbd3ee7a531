"""`ivigabm attribute`, `sensitivity` and `network` on the command line, in small worlds."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from ivigabm.cli import app
from ivigabm.report import bars
from tests.small_worlds import FEW, PER_SCENARIO

SMALL = [
    word
    for key, value in (FEW | PER_SCENARIO["cidp"]).items()
    for word in ("--set", f"{key.removeprefix('set.')}={value}")
]
TWO = ("--only", "FC_FCRN,FAB_ANTIID", "--dose", "2", "--days", "0.25")


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_attribute_prints_the_object_of_the_interface() -> None:
    done = call("attribute", "cidp", *SMALL, *TWO, "--replicates", "2", "--json")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\n") == 1
    told = json.loads(done.stdout)
    assert told["outcome"] == "inflammation_auc"
    assert set(told["total"]) == {"value", "ci95"}
    assert set(told["shares"]) == {"FC_FCRN", "FAB_ANTIID"}
    ((first, second, value, limits),) = told["synergy"]
    assert (first, second) == ("FAB_ANTIID", "FC_FCRN")
    assert limits[0] <= value <= limits[1]
    assert told["runs"] == 9
    shares = sum(share["value"] for share in told["shares"].values())
    assert shares == pytest.approx(told["total"]["value"])


def test_attribute_writes_tables_a_figure_and_can_be_repeated_for_nothing(tmp_path: Path) -> None:
    words = ("attribute", "cidp", *SMALL, *TWO, "--replicates", "2", "--time")
    out = tmp_path / "shares"
    done = call(*words, "--outcome", "autoantibody_titre", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "FC_FCRN" in done.stdout
    assert "share of each mechanism, × start" in done.stdout
    shares = pd.read_parquet(out / "shares.parquet")
    assert set(shares["player"]) == {"FC_FCRN", "FAB_ANTIID"}
    timeline = pd.read_parquet(out / "timeline.parquet")
    assert set(timeline["variable"]) == {"autoantibody_titre"}
    values = pd.read_parquet(out / "values.parquet")
    assert len(values) == 8 * shares["outcome"].nunique()
    drawing = (out / "attribution.svg").read_text(encoding="utf-8")
    ET.fromstring(drawing)
    assert 'class="Fab2"' in drawing
    assert 'class="Fc"' in drawing
    crate = json.loads((out / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    parts = next(e for e in crate["@graph"] if e["@id"] == "./")["hasPart"]
    assert {p["@id"] for p in parts} >= {"shares.parquet", "attribution.svg", "manifest.json"}
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == [1, 2]
    assert manifest["attribution"]["runs"] == 9
    assert call(*words, "--outcome", "autoantibody_titre", "--out", str(out)).exit_code == 0
    assert pd.read_parquet(out / "shares.parquet").equals(shares)


def test_attribute_over_doses_and_groups() -> None:
    words = [word for word in TWO if word not in ("--dose", "2")]
    done = call("attribute", "cidp", *SMALL, *words, "--doses", "0.5,1", "--replicates", "1",
                "--players", "groups", "--json")  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)["doses"]
    assert [one["dose"] for one in told] == [0.5, 1.0]
    assert all({"Fab2", "Fc"} <= set(one["shares"]) for one in told)


def test_sensitivity_ranks_parameters(tmp_path: Path) -> None:
    out = tmp_path / "sensitivity"
    words = ("sensitivity", "cidp", *SMALL, "--dose", "2", "--days", "0.25", "--samples", "2",
             "--parameters", "damage.strip_max, fcrn.salvage_phi", "--replicates", "1")  # fmt: skip
    done = call(*words, "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "damage.strip_max" in done.stdout
    assert "mu_star" in done.stdout
    told = json.loads(call(*words, "--json").stdout)
    assert (told["method"], told["replicates"], told["points"]) == ("morris", 1, 6)
    assert next(iter(told["indices"])) == "damage.strip_max"
    assert len(pd.read_parquet(out / "points.parquet")) == 6
    ET.fromstring((out / "sensitivity.svg").read_text(encoding="utf-8"))


def test_network_is_written_drawn_and_told(tmp_path: Path) -> None:
    words = ("network", "cidp", *SMALL, "--dose", "2", "--days", "0.5")
    for ending in ("graphml", "svg"):
        file = tmp_path / f"network.{ending}"
        done = call(*words, "--out", str(file))
        assert done.exit_code == 0, done.output
        assert "FC_FCGR_BLOCK" in done.stdout
        ET.fromstring(file.read_text(encoding="utf-8"))
    graph = nx.read_graphml(tmp_path / "network.graphml")
    assert graph.is_directed()
    assert graph.edges["macrophage", "target_cell"]["weight"] > 0
    told = json.loads(call(*words, "--json").stdout)
    assert told["paths"][0]["nodes"][0].startswith("therapeutic_igg:")
    assert told["paths"][0]["nodes"][-1] == "inflammation_auc"
    assert {"source", "target", "weight", "share", "mechanism"} <= set(told["edges"][0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["attribute", "cidp", "--outcome", "inflamation"], "inflammation_auc"),
        (["attribute", "cidp", "--no-ivig"], "no effect to explain"),
        (["attribute", "cidp", "--doses", "1,much"], "--doses: found 'much'"),
        (["attribute", "cidp", "--players", "pathways"], "players"),
        (["sensitivity", "cidp", "--method", "sobel"], "sobol"),
        (["sensitivity", "cidp", "--parameters", "fcrn.kdd"], "fcrn.kd"),
        (["network", "cidp", "--out", "network.png"], "--out: found 'network.png'"),
        (["network", "cipd"], "cidp"),
        (["network", "cidp", "--outcome", "inflamation"], "inflammation_auc"),
    ],
)
def test_bad_input_is_named(words: list[str], message: str) -> None:
    done = call(*words, *SMALL, "--days", "0.1", "--replicates", "1")
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_bars_show_zero_intervals_and_signs() -> None:
    nan = float("nan")
    rows = [bars.Bar("one", -2.0, -3.0, -1.0, "Fc"), bars.Bar("two & more", 0.5, nan, nan)]
    drawn = ET.fromstring(bars.svg(rows, "Title", "share"))
    tag = "{http://www.w3.org/2000/svg}"
    boxes = drawn.findall(f"{tag}rect")
    zero = next(line for line in drawn.findall(f"{tag}line") if line.get("class") == "zero")
    edge = float(boxes[0].get("x")) + float(boxes[0].get("width"))
    assert edge == pytest.approx(float(zero.get("x1")), abs=0.11)
    assert boxes[1].get("x") == zero.get("x1")
    assert sum(line.get("class") == "interval" for line in drawn.findall(f"{tag}line")) == 1
    assert "two & more" in [text.text for text in drawn.findall(f"{tag}text")]
