"""Manifests and RO-Crates: what a folder says about itself, and what makes a run stale."""

import json
from pathlib import Path
from typing import Any

import pytest
from small_sweep import write_plan

import ivigabm
from ivigabm.experiments import code_version, provenance
from ivigabm.experiments.sweeps import sweep
from ivigabm.experiments.twins import twin
from ivigabm.report.folder import write_run
from ivigabm.scenario import Scenario


def sound(folder: Path) -> dict[str, Any]:
    """Read a crate, checking what RO-Crate 1.1 and the Process Run profile ask for."""
    crate = json.loads((folder / provenance.CRATE).read_text())
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    descriptor = entities[provenance.CRATE]
    assert descriptor["about"] == {"@id": "./"}
    root = entities["./"]
    assert {"name", "description", "datePublished", "license"} <= set(root)
    on_disk = {path.name for path in folder.iterdir() if path.is_file()} - {provenance.CRATE}
    assert {part["@id"] for part in root["hasPart"]} == on_disk
    action = entities[root["mentions"]["@id"]]
    assert action["@type"] == "CreateAction"
    assert entities[action["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    assert action["startTime"] <= action["endTime"]
    for reference in (*root["hasPart"], *action["object"], *action["result"]):
        assert reference["@id"] in entities
    return entities


def test_a_run_folder_is_a_crate(scripted_model: type, disease: Scenario, tmp_path: Path) -> None:
    write_run(tmp_path / "run", twin(disease, seeds=(3, 4)), ["ivigabm", "run"])
    entities = sound(tmp_path / "run")
    assert entities["#seeds"]["value"] == "3, 4"
    assert entities["#run"]["name"] == "ivigabm run"
    assert entities["#run"]["object"] == [{"@id": "#seeds"}]


def test_a_sweep_folder_is_a_crate_and_its_plan_an_input(tmp_path: Path) -> None:
    sweep(write_plan(tmp_path, replicates=1, doses=2), tmp_path / "out")
    entities = sound(tmp_path / "out")
    assert {"@id": "plan.toml"} in entities["#run"]["object"]
    assert {"@id": "results.parquet"} in entities["#run"]["result"]
    assert entities["#ivigabm"]["identifier"] == code_version.code_version()


def test_every_source_below_the_experiments_counts() -> None:
    """A new file of floors 0 to 3 that is not listed would let stale runs pass for new ones."""
    package = Path(ivigabm.__file__).parent
    above = {"__init__.py", "__main__.py", "cli.py", "options.py", "experiments", "report", "app"}
    above |= {"readout", "evidence_arm.py", "commands"}
    messages = {"errors.py", "py.typed", "_scenarios", "__pycache__"}
    present = {path.name for path in package.iterdir()}
    assert present - above - messages == {*code_version._SOURCES, "knowledge"}
    known = {path.name for path in (package / "knowledge").iterdir()}
    counted = {name.partition("/")[2] for name in code_version._knowledge()}
    assert {name for name in known - counted if not name.startswith("evidence")} == set()
    assert "parameters.csv" in counted


def test_an_outside_mechanism_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        value = "elsewhere:Mechanism"

        class dist:
            version = "1.0"

    before = code_version.code_version.__wrapped__()
    monkeypatch.setattr(code_version, "entry_points", lambda group: [Point])
    once = code_version.code_version.__wrapped__()
    monkeypatch.setattr(Point.dist, "version", "1.1")
    assert len({before, once, code_version.code_version.__wrapped__()}) == 3
