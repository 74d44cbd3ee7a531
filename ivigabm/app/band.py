"""The same run in other patients: how far chance moves it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigabm.app.counts import figures
from ivigabm.app.question import Progress, Question
from ivigabm.app.settings import MOST_SEED
from ivigabm.app.tables import csv_text, observed_columns, observed_rows
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import CONTROL, TREATED

_POINTS = 150  # days that a chart shows
_QUANTILES = {"low": 0.05, "mid": 0.5, "high": 0.95}


def band(question: Question, progress: Progress) -> dict[str, Any]:
    """Quantiles of every observable over seeds, treated, control and their difference."""
    seeds = [(question.config.seed + i) % (MOST_SEED + 1) for i in range(question.options["seeds"])]
    tables = []
    for done, seed in enumerate(seeds):
        progress(done, len(seeds))
        twin = question.twin(seed=seed)
        while twin.t < question.until:
            twin.step()
        tables.append(np.array(observed_rows(twin)))
    progress(len(seeds), len(seeds))
    every = np.stack(tables)  # (seeds, steps, 1 + columns)
    kept = np.unique(np.linspace(0, every.shape[1] - 1, _POINTS).round().astype(int))
    count = len(OBSERVED)
    treated, control = every[:, kept, 1 : 1 + count], every[:, kept, 1 + count :]
    parts = {TREATED: treated, CONTROL: control, "effect": treated - control}
    result = {
        "seeds": len(seeds),
        "day": [figures(day) for day in every[0, kept, 0].tolist()],
        "variables": {
            name: {part: _quantiles(values[:, :, i]) for part, values in parts.items()}
            for i, name in enumerate(OBSERVED)
        },
    }
    return {"result": result, "csv": _csv(question, seeds, every, kept)}


def _quantiles(values: NDArray[np.float64]) -> dict[str, list[float]]:
    """Over seeds; values of shape (seeds, days)."""
    return {
        word: [figures(v) for v in np.quantile(values, share, axis=0).tolist()]
        for word, share in _QUANTILES.items()
    }


def _csv(
    question: Question, seeds: list[int], every: NDArray[np.float64], kept: NDArray[np.int64]
) -> tuple[str, str]:
    rows = (
        [seed, int(step) + 1, *every[i, step].tolist()]
        for i, seed in enumerate(seeds)
        for step in kept
    )
    columns = ["seed", "t", "day", *observed_columns()]
    name = f"ivigabm_{question.config.scenario}_{len(seeds)}_patients.csv"
    return name, csv_text(question.config, columns, rows)
