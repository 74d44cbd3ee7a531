"""Many points, treated and untreated, as one tidy table that grows while it is computed."""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ivigabm.errors import InputError
from ivigabm.experiments import provenance
from ivigabm.experiments.contrast import DRAW
from ivigabm.experiments.dose_response import dose_responses
from ivigabm.experiments.draws import Draw
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.plan import Pair, Plan, plain
from ivigabm.experiments.runner import Failure, Progress, run
from ivigabm.experiments.store import Store, unwritable
from ivigabm.experiments.sweep_draws import over_draws, uncertainty
from ivigabm.words import AMOUNTS

RESULTS, DOSE_RESPONSE, UNCERTAINTY, MANIFEST, PLAN = (
    "results.parquet", "dose_response.parquet", "uncertainty.parquet", "manifest.json", "plan.toml"
)  # fmt: skip
_FILES = {
    RESULTS: "One row per run and outcome: varied keys, value, and effect against the twin",
    DOSE_RESPONSE: "Emax and ED50 of every outcome, with 95 % intervals",
    UNCERTAINTY: "Effects by point over draws and seeds, and the share of the parameters",
    MANIFEST: "Plan, scenarios, seeds, versions and hashes",
    PLAN: "The sweep plan",
}
_RUN = ("key", "control_key", "seed", "outcome", "unit", "value", "control", "effect")
_PARTIAL_S = 20.0  # between two looks at a sweep that is running
_PARTIAL_SHARE = 0.02  # of the time that these may take


@dataclass(frozen=True)
class SweepResult:
    """What a sweep found.

    Attributes
    ----------
    table : one row per run and outcome: point, the varied keys, key, control_key, seed, outcome,
        unit, value, control (of the untreated twin with the same seed) and effect.
    dose_response : fits over `dose`, in a dish over `concentration`, see
        `dose_response.dose_responses`; empty unless at least 3 of them are varied.
    draws : values of the calibrated parameters that were run; `table` then has a column draw.
    uncertainty : effects by point over draws and seeds, see `sweep_draws.uncertainty`.
    runs, computed, cached, failed : individual runs, twins included, each counted once.
    """

    plan: Plan = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    dose_response: pd.DataFrame = field(repr=False)
    runs: int
    computed: int
    cached: int
    failed: int
    failures: tuple[Failure, ...]
    store: Path | None
    wall_s: float
    uncertainty: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    draws: tuple[Draw, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "runs": self.runs,
            "computed": self.computed,
            "cached": self.cached,
            "failed": self.failed,
            "store": None if self.store is None else str(self.store),
            "wall_s": round(self.wall_s, 3),
        }


def sweep(
    plan: Plan | Path | str,
    out: Path | str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    command_line: Sequence[str] = (),
    draws: Sequence[Draw] = (),
) -> SweepResult:
    """Run all points of a plan with all its seeds, treated and untreated.

    Parameters
    ----------
    plan : a plan or the path of its file.
    out : folder for `results.parquet`, manifest and store. What the store holds is not computed
        again, so that a sweep that was stopped goes on. While it runs, `results.parquet` is
        written anew from time to time with what there is. Without a folder nothing is kept.
    executor : where to compute; otherwise in this process.
    draws : of a posterior sample (`Posterior.draws`): every point is run with each.

    Raises
    ------
    InputError : the plan is at fault, or a run finds its input at fault.
    StoreError : the folder cannot be written. What it holds stays good.
    """
    started = time.perf_counter()
    plan = plan if isinstance(plan, Plan) else Plan.load(plan)
    pairs = over_draws(plan.pairs(), draws) if draws else plan.pairs()
    folder = None if out is None else Path(out)
    store = None if folder is None else Store(folder / "store")
    arms = [arm for pair in pairs for arm in (pair.control, pair.arm)]
    report = progress or (lambda done, total: None)
    partial = _Partial(folder, pairs, store, report) if folder and store else report
    found = run(arms, plan.seeds, executor, store, partial, keep_going=True)
    table = tidy(pairs, found.outcomes)
    result = SweepResult(
        plan=plan,
        table=table,
        dose_response=_dose_response(plan, table),
        runs=found.computed + found.cached + found.failed,
        computed=found.computed,
        cached=found.cached,
        failed=found.failed,
        failures=found.failures,
        store=store.path if store else None,
        wall_s=time.perf_counter() - started,
        uncertainty=uncertainty(table) if draws else pd.DataFrame(),
        draws=tuple(draws),
    )
    if folder is not None:
        _write(folder, result, pairs, command_line)
    for failure in found.failures:
        if failure.at_fault:
            raise InputError(f"{plan.source}: point {failure.arm}: {failure.message}")
    return result


def tidy(pairs: Sequence[Pair], outcomes: pd.DataFrame) -> pd.DataFrame:
    """Rows of `SweepResult.table` from outcomes by key and seed, as far as there are any."""
    points = pd.DataFrame(
        [
            {
                "point": int(pair.arm.name),
                **{name: plain(value) for name, value in pair.point.items()},
                "key": pair.arm.key,
                "control_key": pair.control.key,
            }
            for pair in pairs
        ]
    )
    values = outcomes.drop_duplicates(["key", "seed", "outcome"]).drop(
        columns="arm", errors="ignore"
    )
    twins = values.drop(columns="unit").rename(columns={"key": "control_key", "value": "control"})
    table = points.merge(values, on="key").merge(
        twins, on=["control_key", "seed", "outcome"], how="left"
    )
    table["effect"] = table["value"] - table["control"]
    return table[[name for name in table if name not in _RUN] + list(_RUN)]


def _dose_response(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    of = next((name for name in AMOUNTS if len(plan.vary.get(name, [])) >= 3), None)
    if of is None or plan.design == "latin-hypercube":
        return pd.DataFrame()
    others = [name for name in plan.vary if name != of]
    return dose_responses(table, [*others, DRAW] if DRAW in table else others, of)


class _Partial:
    """Progress that also writes, from time to time, the table of what there is so far."""

    def __init__(self, folder: Path, pairs: Sequence[Pair], store: Store, report: Progress) -> None:
        self.folder, self.pairs, self.store, self.report = folder, pairs, store, report
        self.due = time.monotonic() + _PARTIAL_S

    def __call__(self, done: int, total: int) -> None:
        self.report(done, total)
        started = time.monotonic()
        if started < self.due or done == total:
            return
        table = tidy(self.pairs, self.store.outcomes()[0])
        _replace(self.folder / RESULTS, table)
        took = time.monotonic() - started
        self.due = time.monotonic() + max(_PARTIAL_S, took / _PARTIAL_SHARE)


def _write(
    folder: Path, result: SweepResult, pairs: Sequence[Pair], command_line: Sequence[str]
) -> None:
    """Tables, manifest and crate, each whole or not at all."""
    plan, facts = result.plan, _manifest(result, pairs, command_line)
    files = {name: text for name, text in _FILES.items() if name != PLAN or plan.text}
    for name, part in ((DOSE_RESPONSE, result.dose_response), (UNCERTAINTY, result.uncertainty)):
        if part.empty:
            del files[name]
            (folder / name).unlink(missing_ok=True)
        else:
            _replace(folder / name, part)
    inputs = [PLAN] if plan.text else []
    crate = provenance.crate(facts, f"Sweep of {plan.scenario}", files, inputs)
    if plan.text:
        _replace(folder / PLAN, plan.text)
    for name, data in ((MANIFEST, facts), (provenance.CRATE, crate)):
        _replace(folder / name, json.dumps(data, indent=2, ensure_ascii=False))
    _replace(folder / RESULTS, result.table)


def _manifest(
    result: SweepResult, pairs: Sequence[Pair], command_line: Sequence[str]
) -> dict[str, Any]:
    plan = result.plan
    return {
        **provenance.facts(datetime.now(UTC), command_line),
        "seeds": list(plan.seeds),
        **result.summary(),
        "store": "store",
        "failures": [f"point {f.arm}, seed {f.seed}: {f.message}" for f in result.failures],
        "plan": {
            "scenario": plan.scenario,
            "design": plan.design,
            "points": len(pairs),
            "days": plan.days,
            "samples": plan.samples or None,
            "design_seed": plan.design_seed,
            "resolution": plan.resolution if plan.aliases() else None,
            "generators": plan.aliases(),
            "vary": dict(plan.vary),
            "fix": dict(plan.fix),
        },
        **({"draws": [dict(draw) for draw in result.draws]} if result.draws else {}),
        "first_point": pairs[0].arm.input,
    }


def _replace(path: Path, content: str | pd.DataFrame) -> None:
    """Write a text or a table beside its place, then move it there."""
    scratch = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            scratch.write_text(content, encoding="utf-8")
        else:
            content.to_parquet(scratch, index=False)
        scratch.replace(path)
    except OSError as error:
        raise unwritable(path, error, "all finished runs are kept in the store") from error
    finally:
        scratch.unlink(missing_ok=True)
