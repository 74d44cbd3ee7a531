"""No biological constant in code: numbers live in tables, and every row is read by somebody."""

import ast
import tomllib
from pathlib import Path

import pytest

import ivigabm
from ivigabm.knowledge import load_parameters
from ivigabm.scenario import folder

PACKAGE = Path(ivigabm.__file__).parent
BIOLOGY = sorted(
    path
    for part in (
        "processes", "mechanisms", "agents",
        "build.py", "founding.py", "observation.py", "model.py",
    )
    for path in ([PACKAGE / part] if part.endswith(".py") else (PACKAGE / part).glob("*.py"))
)  # fmt: skip
MATHEMATICAL = {0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 12.0}  # 12: variance of a uniform of width one
UNITS = {24.0, 60.0, 3600.0, 86400.0, *(10.0**power for power in range(-15, 16))}
# Names of module constants that hold an algorithm's own numbers, and of physical constants.
ALGORITHM = {"TOLERANCE", "AVOGADRO", "LARGEST_EXPONENT"}
# Where a zone stands on the torus decides nothing: halfway round, away from one another.
LAYOUT = {("build.py", 0.25), ("build.py", 0.75)}
GUARD = {1e-300, 1e-9}  # against a division by zero; a clock's rounding

# Tables of places and tissues that scenario files choose from, shipped or the user's own.
FOR_SCENARIOS = ("tissue.ratio_", "repair.", "loss.", "access.", "opsonin.")


def literals(source):
    """(value, line) of every float in code, those of named algorithm constants left out."""
    tree = ast.parse(source)
    named = {
        id(part)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and all(isinstance(t, ast.Name) and t.id in ALGORITHM for t in node.targets)
        for part in ast.walk(node)
    }
    return [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) is float and id(node) not in named
    ]


def allowed(value, file):
    good = MATHEMATICAL | UNITS | GUARD
    return any(abs(value - g) <= 1e-12 * abs(g) for g in good) or (file, value) in LAYOUT


@pytest.mark.parametrize("path", BIOLOGY, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_code_of_the_biology_holds_no_number_of_its_own(path):
    found = [
        f"{path.name}:{line}: {value:g}"
        for value, line in literals(path.read_text(encoding="utf-8"))
        if not allowed(value, path.name)
    ]
    assert not found, "give these a row in knowledge/parameters.csv"


def test_the_scan_sees_a_constant():
    assert literals("TOLERANCE = 1e-7\ndef f(x):\n    return 0.37 * x\n") == [(0.37, 3)]
    assert not allowed(0.37, "plasma.py")
    assert allowed(1e-9, "plasma.py")


def strings_read():
    """Whole strings in code, and beginnings of f-strings that look like rows' names."""
    whole, begun = set(), set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                text = str(node.values[0].value)
                if "." in text.strip("."):
                    begun.add(text)
    return whole, begun


def strings_in(data):
    """All strings in the values of a TOML file, and the keys of its overrides."""
    if isinstance(data, str):
        return {data}
    if isinstance(data, list):
        return set().union(*map(strings_in, data))
    if isinstance(data, dict):
        return set().union(data, *map(strings_in, data.values()))
    return set()


def test_every_row_is_read():
    whole, begun = strings_read()
    for file in (*folder().glob("*.toml"), *(PACKAGE / "knowledge").glob("*.toml")):
        whole |= strings_in(tomllib.loads(file.read_text(encoding="utf-8")))
    begun |= {word for word in whole if word.startswith("baseline.share_")}  # read as a group
    beginnings = (*begun, *FOR_SCENARIOS)
    names = dict.fromkeys(row.name for row in load_parameters())
    unread = [name for name in names if name not in whole and not name.startswith(beginnings)]
    assert not unread, "no code reads these rows of knowledge/parameters.csv: remove them"
