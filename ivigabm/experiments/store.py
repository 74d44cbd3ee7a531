"""Where finished runs are kept: in memory, or in a folder that outlives the process.

Both know a run by its arm's key and its seed. The folder has one subfolder for each version of
the code, so that runs of another version are neither used nor lost.
"""

import errno
import json
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ivigabm.experiments.code_version import code_version
from ivigabm.experiments.parts import Parts
from ivigabm.experiments.task import Run

Identity = tuple[str, int]  # key of the arm, seed

BATCH_RUNS = 16
BATCH_S = 1.0
_OUTCOMES = ("key", "seed", "outcome", "unit", "value")
_SERIES = ("key", "seed", "day", "variable", "value")


class StoreError(RuntimeError):
    """Finished runs cannot be kept: the disk is full, or cannot be written."""


class Memory:
    """Keeps runs as long as the process lives."""

    def __init__(self) -> None:
        self._runs: list[Run] = []

    def __enter__(self) -> "Memory":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def done(self, series: bool = False) -> set[Identity]:
        """Runs that need not be repeated."""
        return {(run.key, run.seed) for run in self._runs if run.series is not None or not series}

    def add(self, run: Run, facts: dict[str, Any]) -> None:
        """Keep a finished run."""
        self._runs.append(run)

    def outcomes(self, wanted: Collection[Identity]) -> tuple[pd.DataFrame, int]:
        """Rows (key, seed, outcome, unit, value) in order of `wanted`, and their agent-steps."""
        return _ordered(_outcome_table(self._runs, {}), wanted)

    def timeseries(self, wanted: Collection[Identity]) -> pd.DataFrame:
        """Rows (key, seed, day, variable, value) in order of `wanted`."""
        return _long(_series_table(self._runs), wanted)

    def courses(
        self, wanted: Collection[Identity], names: Sequence[str]
    ) -> dict[Identity, pd.DataFrame]:
        """Observations of wanted runs: `day` and the named columns, one row per observation."""
        mine = [run for run in self._runs if (run.key, run.seed) in wanted]
        return _courses(_series_table(mine), wanted, names)


class Store:
    """Keeps runs in a folder. Use it as a context: what waits is written when it is left.

    Any number of processes may write and read it at once. Runs wait for at most `BATCH_S`
    seconds, or until `BATCH_RUNS` have come together, before they are written as one part.

    Parameters
    ----------
    path : the folder; made when the first run is kept.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        folder = self.path / code_version()
        self._outcomes = Parts(folder, "outcomes")
        self._series = Parts(folder, "series")
        self._waiting: list[Run] = []
        self._facts: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._problem: StoreError | None = None

    def __enter__(self) -> "Store":
        for parts in (self._outcomes, self._series):
            parts.discard_damaged()
            parts.sweep_up()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, StoreError):
            self._stop_timer()
            self._problem = None
            return
        self.flush()
        self._outcomes.settle()
        self._series.settle()

    def done(self, series: bool = False) -> set[Identity]:
        """Runs that need not be repeated: those whose outcomes, and series if asked, are sound."""
        found = _identities(self._outcomes)
        return found & _identities(self._series) if series else found

    def add(self, run: Run, facts: dict[str, Any]) -> None:
        """Keep a finished run, with the input of its arm.

        Raises
        ------
        StoreError : this run, or one before it, could not be written.
        """
        with self._lock:
            self._check()
            self._waiting.append(run)
            self._facts[run.key] = facts
            if len(self._waiting) >= BATCH_RUNS:
                self.flush()
            elif self._timer is None:
                self._timer = threading.Timer(BATCH_S, self._flush_later)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what waits.

        Raises
        ------
        StoreError : it could not be written; it still waits.
        """
        with self._lock:
            self._check()
            self._stop_timer()
            if not self._waiting:
                return
            try:
                observed = [run for run in self._waiting if run.series is not None]
                if observed:  # before the outcomes, which say that a run is done
                    self._series.append(_series_table(observed))
                self._outcomes.append(_outcome_table(self._waiting, self._facts))
            except OSError as error:
                raise self._explain(error) from error
            self._waiting.clear()
            self._facts.clear()

    def outcomes(self, wanted: Collection[Identity] | None = None) -> tuple[pd.DataFrame, int]:
        """Rows (key, seed, outcome, unit, value) and their agent-steps; of all runs by default."""
        table = self._outcomes.read([*_OUTCOMES, "agent_steps"])
        return _ordered(table if table is not None else _outcome_table([], {}), wanted)

    def timeseries(self, wanted: Collection[Identity] | None = None) -> pd.DataFrame:
        """Rows (key, seed, day, variable, value); of all runs by default."""
        table = None if wanted is not None and not wanted else self._series.read()
        return _long(table if table is not None else _series_table([]), wanted)

    def courses(
        self, wanted: Collection[Identity], names: Sequence[str]
    ) -> dict[Identity, pd.DataFrame]:
        """Observations of wanted runs: `day` and the named columns, one row per observation."""
        table = self._series.read(["key", "seed", "day", *names]) if wanted else None
        return {} if table is None else _courses(table, wanted, names)

    def inputs(self) -> dict[str, dict[str, Any]]:
        """What every key stands for: the resolved scenario and the days."""
        table = self._outcomes.read(["key", "input"])
        if table is None:
            return {}
        pairs = table.to_pandas().drop_duplicates("key")
        return {
            key: json.loads(text) for key, text in zip(pairs["key"], pairs["input"], strict=True)
        }

    def _flush_later(self) -> None:
        with self._lock:
            self._timer = None
            try:
                self.flush()
            except StoreError as problem:
                self._problem = problem

    def _check(self) -> None:
        if self._problem is not None:
            problem, self._problem = self._problem, None
            raise problem

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _explain(self, error: OSError) -> StoreError:
        return unwritable(self.path, error, f"{len(_identities(self._outcomes))} runs are kept")


def unwritable(path: Path, error: OSError, kept: str) -> StoreError:
    """What to say when the disk refuses: why, what is safe and how to go on."""
    reason = error.strerror or type(error).__name__
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    cure = "make room" if full else "mend this"
    return StoreError(
        f"cannot write to '{path}': {reason}; {kept}; {cure} and repeat the command, "
        "it goes on from there"
    )


def _identities(parts: Parts) -> set[Identity]:
    table = parts.read(["key", "seed"])
    if table is None:
        return set()
    pairs = table.group_by(["key", "seed"]).aggregate([])
    return set(zip(pairs["key"].to_pylist(), pairs["seed"].to_pylist(), strict=True))


def _outcome_table(runs: Collection[Run], facts: dict[str, dict[str, Any]]) -> pa.Table:
    rows = [(run, *outcome) for run in runs for outcome in run.outcomes]
    inputs = {key: json.dumps(value, default=str) for key, value in facts.items()}
    return pa.table(
        {
            "key": pa.array([run.key for run, *_ in rows], pa.string()),
            "seed": pa.array([run.seed for run, *_ in rows], pa.int64()),
            "outcome": pa.array([name for _, name, _, _ in rows], pa.string()),
            "unit": pa.array([unit for _, _, unit, _ in rows], pa.string()),
            "value": pa.array([value for *_, value in rows], pa.float64()),
            "agent_steps": pa.array([run.agent_steps for run, *_ in rows], pa.int64()),
            "wall_s": pa.array([run.wall_s for run, *_ in rows], pa.float64()),
            "input": pa.array([inputs.get(run.key) for run, *_ in rows], pa.string()),
        }
    )


def _series_table(runs: Collection[Run]) -> pa.Table:
    """Wide: key, seed, day and one column per observable."""
    tables = []
    for run in runs:
        if run.series is not None:
            count = len(run.series)
            columns = {
                "key": pa.array([run.key] * count, pa.string()),
                "seed": pa.array(np.full(count, run.seed, dtype=np.int64)),
            }
            names = ("day", *run.variables)
            columns |= {name: pa.array(run.series[:, i]) for i, name in enumerate(names)}
            tables.append(pa.table(columns))
    if not tables:
        kinds = {"key": pa.string(), "seed": pa.int64(), "day": pa.float64()}
        return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
    return pa.concat_tables(tables, promote_options="default")


def _ordered(table: pa.Table, wanted: Collection[Identity] | None) -> tuple[pd.DataFrame, int]:
    frame = _chosen(table.to_pandas(), ["key", "seed", "outcome"], wanted)
    steps = frame.drop_duplicates(["key", "seed"])["agent_steps"].sum()
    return frame[list(_OUTCOMES)], int(steps)


def _long(table: pa.Table, wanted: Collection[Identity] | None) -> pd.DataFrame:
    frame = _chosen(table.to_pandas(), ["key", "seed", "day"], wanted)
    variables = [name for name in frame if name not in ("key", "seed", "day")]
    pieces = [
        frame[["key", "seed", "day"]].assign(variable=name, value=frame[name].astype(float))
        for name in variables
    ]
    if not pieces:
        return pd.DataFrame({name: [] for name in _SERIES})
    long = pd.concat(pieces, ignore_index=True)
    return long[long["value"].notna()].reset_index(drop=True)


def _courses(
    table: pa.Table, wanted: Collection[Identity], names: Sequence[str]
) -> dict[Identity, pd.DataFrame]:
    keys = pa.array(list({key for key, _ in wanted}), pa.string())
    frame = table.filter(pc.is_in(table["key"], keys)).to_pandas()
    frame = frame.drop_duplicates(["key", "seed", "day"]).sort_values("day", kind="stable")
    return {
        (str(key), int(seed)): part[["day", *names]].reset_index(drop=True)
        for (key, seed), part in frame.groupby(["key", "seed"], sort=False)
        if (key, seed) in wanted
    }


def _chosen(
    frame: pd.DataFrame, identity: list[str], wanted: Collection[Identity] | None
) -> pd.DataFrame:
    """Every row once, of wanted runs in their order, or of all runs by key and seed."""
    frame = frame.drop_duplicates(identity, ignore_index=True)
    if wanted is None:
        return frame.sort_values(["key", "seed"], kind="stable", ignore_index=True)
    order = {run: place for place, run in enumerate(wanted)}
    places = np.array(
        [order.get(run, -1) for run in zip(frame["key"], frame["seed"], strict=True)], dtype=int
    )
    chosen = frame[places >= 0]
    return chosen.iloc[np.argsort(places[places >= 0], kind="stable")].reset_index(drop=True)
