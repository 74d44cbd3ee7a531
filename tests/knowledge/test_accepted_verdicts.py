"""The accepted verdicts of the shipped table, and why rows fail."""

from ivigabm.experiments.findings.beside import read_diagnoses, read_unwritten
from ivigabm.experiments.findings.pins import read_pins
from ivigabm.experiments.findings.table import read_tables, shipped
from ivigabm.experiments.findings.verdicts import AGREE, NOT_EXPRESSIBLE, VERDICTS

HOME = shipped()
ROWS = {row.id: row for row in read_tables(HOME)[0]}
PINS = read_pins(HOME / "verdicts.csv")
STATED = {name: verdict for (name, position), verdict in PINS.items() if not position}


def test_every_row_has_an_accepted_verdict() -> None:
    assert set(STATED) == set(ROWS)
    assert set(PINS.values()) <= set(VERDICTS)


def test_positions_are_those_of_contested_rows() -> None:
    assert all(ROWS[name].contested_by for name, position in PINS if position)


def test_every_row_that_fails_says_why() -> None:
    failing = {name for name, word in STATED.items() if word not in (AGREE, NOT_EXPRESSIBLE)}
    told = read_diagnoses(HOME)
    assert set(told) == failing
    assert all(len(text) > 20 for text in told.values())


def test_unwritten_findings_are_told_with_a_reason() -> None:
    assert all(one.finding and one.reason for one in read_unwritten(HOME))
