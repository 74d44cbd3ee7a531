"""Rooms from the ground up: imports point downwards only."""

import ast
from pathlib import Path

import pytest

import ivigabm

PACKAGE = Path(ivigabm.__file__).parent
SHOWING = {"cli", "app", "report", "options", "evidence_command", "calibrate_command",
           "__main__"}  # fmt: skip
ASKING = {"experiments"}
BIOLOGY = {"agents", "processes", "mechanisms"}
RUNNING = {"model", "build", "founding", "zones", "observation", "reading", "checkpoint"}

# room -> rooms of ours that it must not import, at load or later
FORBIDDEN = {
    "errors": SHOWING | ASKING | RUNNING | BIOLOGY
    | {"engine", "knowledge", "scenario", "perturbation", "outcomes"},
    "engine": SHOWING | ASKING | RUNNING | BIOLOGY
    | {"knowledge", "scenario", "perturbation", "outcomes"},
    "knowledge": SHOWING | ASKING | RUNNING | BIOLOGY | {"scenario", "perturbation", "outcomes"},
    "scenario": SHOWING | ASKING | RUNNING | BIOLOGY | {"perturbation", "outcomes"},
    "words": SHOWING | ASKING | RUNNING | BIOLOGY | {"scenario", "perturbation", "outcomes"},
    "antibody_words": SHOWING | ASKING | RUNNING | BIOLOGY | {"perturbation", "outcomes"},
    "dish_words": SHOWING | ASKING | RUNNING | BIOLOGY | {"scenario", "perturbation", "outcomes"},
    "gifts": SHOWING | ASKING | RUNNING | BIOLOGY | {"scenario", "perturbation", "outcomes"},
    "variants": SHOWING | ASKING | RUNNING | BIOLOGY | {"perturbation", "outcomes"},
    "perturbation": SHOWING | ASKING | RUNNING | {"agents", "processes", "outcomes"},
    "evidence_arm": SHOWING | ASKING | RUNNING | BIOLOGY | {"outcomes"},
    "processes": SHOWING | ASKING | RUNNING | {"agents", "mechanisms", "outcomes"},
    "mechanisms": SHOWING | ASKING | RUNNING
    | {"agents", "scenario", "perturbation", "outcomes", "knowledge"},
    "agents": SHOWING | ASKING | RUNNING | {"processes", "mechanisms", "scenario", "perturbation"},
    "build": SHOWING | ASKING | {"model", "observation", "outcomes", "agents"},
    "founding": SHOWING | ASKING | {"model", "build", "observation", "outcomes", "agents"},
    "zones": SHOWING | ASKING
    | {"model", "build", "founding", "observation", "outcomes", "mechanisms", "agents"},
    "dish_probes": SHOWING | ASKING
    | {"model", "build", "observation", "outcomes", "mechanisms", "probes"},
    "probes": SHOWING | ASKING | {"model", "build", "observation", "outcomes", "mechanisms"},
    "cell_probes": SHOWING | ASKING
    | {"model", "build", "observation", "outcomes", "mechanisms", "probes"},
    "receptor_probes": SHOWING | ASKING
    | {"model", "build", "observation", "outcomes", "mechanisms", "probes"},
    "plasma_probes": SHOWING | ASKING
    | {"model", "build", "observation", "outcomes", "mechanisms", "probes"},
    "systemic_probes": SHOWING | ASKING | {"model", "build", "observation", "outcomes"},
    "observation": SHOWING | ASKING | {"model", "build", "outcomes"},
    "reading": SHOWING | ASKING | {"model", "build", "observation", "outcomes"},
    "checkpoint": SHOWING | ASKING | {"model", "build", "outcomes", "agents"},
    "readout": SHOWING | ASKING | BIOLOGY | {"model", "build", "perturbation", "outcomes"},
    "model": SHOWING | ASKING,
    "outcomes": SHOWING | ASKING | {"model", "build"},
    "experiments": SHOWING,
    "app": {"cli", "options"},
    "report": {"cli", "app", "options", "evidence_command", "calibrate_command"},
}  # fmt: skip
MESA = {"model.py", "app/solara_page.py"}  # and engine/views


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path):
    """Dotted names that a file imports anywhere, but for those only a type checker reads."""
    found = set()

    def visit(node):
        if isinstance(node, ast.If) and ast.unparse(node.test) in (
            "TYPE_CHECKING", "typing.TYPE_CHECKING"
        ):  # fmt: skip
            for other in node.orelse:
                visit(other)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_room_imports_none_above_it(name):
    files = [path for path in modules() if room(path) == name]
    assert files
    for path in files:
        rooms = {word.split(".")[1] for word in imported(path) if word.startswith("ivigabm.")}
        assert not rooms & FORBIDDEN[name], path.relative_to(PACKAGE)


def test_every_room_is_in_the_plan():
    known = set(FORBIDDEN) | SHOWING | ASKING | RUNNING | BIOLOGY | {"__init__"}
    assert {room(path) for path in modules()} <= known


def test_mesa_is_met_in_views_and_model_only():
    users = {path for path in modules() if any(w.split(".")[0] == "mesa" for w in imported(path))}
    assert users
    for path in users:
        place = path.relative_to(PACKAGE)
        assert place.as_posix() in MESA or place.parts[:2] == ("engine", "views"), place


def test_type_checking_imports_are_told_apart(tmp_path):
    file = tmp_path / "made_up.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import mesa\n"
        "else:\n    import json\n"
        "def later():\n    from ivigabm.report import html\n"
    )
    assert imported(file) == {"typing.TYPE_CHECKING", "json", "ivigabm.report.html"}
