"""A posterior sample as a file: read, checked, and drawn from."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ivigabm.errors import InputError
from ivigabm.experiments.calibration.free import free_parameters
from ivigabm.experiments.calibration.plan import folder

SAMPLE, ABOUT = "posterior.csv", "posterior.json"
_OWN = ("draw", "weight", "distance")
_SEED = 20260103


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of the free parameters.

    Attributes
    ----------
    table : one row per draw: draw, weight (adding up to 1), distance, then one column per
        parameter, in its own unit.
    """

    table: pd.DataFrame

    @property
    def parameters(self) -> tuple[str, ...]:
        """Labels of the free parameters."""
        return tuple(str(name) for name in self.table.columns if name not in _OWN)

    def draws(self, count: int) -> list[dict[str, float]]:
        """Draws of equal weight, the same for the same count.

        Systematic resampling: a draw of weight w comes `count` × w times, rounded up or down.

        Raises
        ------
        InputError : fewer than 2 are asked for.
        """
        if count < 2:
            raise InputError(f"--posterior: found {count}, at least 2 draws are expected")
        start = np.random.default_rng(_SEED).random()
        rising = np.cumsum(self.table["weight"].to_numpy(dtype=float))
        places = np.searchsorted(rising / rising[-1], (start + np.arange(count)) / count)
        rows = self.table[list(self.parameters)].to_dict("records")
        return [{str(k): float(v) for k, v in rows[place].items()} for place in places]

    def text(self) -> str:
        """The table as text (CSV)."""
        lines = io.StringIO()
        self.table.to_csv(lines, index=False, float_format="%.6g", lineterminator="\n")
        return lines.getvalue()


def read_posterior(path: Path | str | None = None) -> Posterior:
    """Read a posterior sample: a file, or the one that ships with the program.

    Raises
    ------
    InputError : it cannot be read, holds a parameter that is not known, or no usable draw.
    """
    file = folder() / SAMPLE if path is None else Path(path)
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            header, *rows = list(csv.reader(lines, strict=True))
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise InputError(f"{file}: cannot be read as a posterior sample: {error}") from None
    if tuple(header[: len(_OWN)]) != _OWN:
        raise InputError(f"{file.name}: expected columns {', '.join(_OWN)}, then parameters")
    free_parameters(header[len(_OWN) :])
    return Posterior(_numbers(file.name, header, rows))


def _numbers(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise InputError(f"{name}, line {line}: {len(row)} cells, not {len(header)}")
    try:
        table = pd.DataFrame(rows, columns=list(header)).astype(float)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    good = np.isfinite(table.to_numpy()).all() and (table >= 0.0).to_numpy().all()
    if not good or not table["weight"].sum() > 0.0:
        raise InputError(f"{name}: needs finite numbers from 0 up, and a draw with a weight")
    return table.astype({"draw": int})
