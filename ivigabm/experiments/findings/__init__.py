"""Published findings: tables in the language of evidence, run and judged row by row."""

from ivigabm.experiments.findings.question import evidence
from ivigabm.experiments.findings.result import EvidenceResult
from ivigabm.experiments.findings.table import read_tables

__all__ = ["EvidenceResult", "evidence", "read_tables"]
