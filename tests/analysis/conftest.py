"""Studies that share a module find it beside themselves, as when they are run by hand."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "analysis"))
