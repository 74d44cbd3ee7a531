"""The simulator against published experiments, row by row."""

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from ivigabm.errors import InputError, unknown
from ivigabm.experiments.draws import Draw
from ivigabm.experiments.executors import Executor
from ivigabm.experiments.findings.arms import Sharing
from ivigabm.experiments.findings.beside import read_diagnoses, read_unwritten
from ivigabm.experiments.findings.conflicts import read_conflicts
from ivigabm.experiments.findings.plan import Case, Planned, plan
from ivigabm.experiments.findings.result import EvidenceResult
from ivigabm.experiments.findings.rounds import Bench, Trial
from ivigabm.experiments.findings.spread import Spread, spread_of, trials_at
from ivigabm.experiments.findings.table import Fault, Row, at_fault, read_tables, shipped
from ivigabm.experiments.findings.verdicts import (
    Finding,
    Verdict,
    control_is_clear,
    refused,
    verdict,
)
from ivigabm.experiments.runner import Progress
from ivigabm.experiments.store import Memory, Store

MOST = 32
_TOGETHER = 4  # draws whose observations are held at once
Seen = dict[Case, Verdict]


def evidence(
    table: Path | str | None = None,
    only_rows: Collection[str] = (),
    groups: Collection[str] = (),
    max_replicates: int = MOST,
    seed: int = 1,
    executor: Executor | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
    draws: Sequence[Draw] = (),
) -> EvidenceResult:
    """Run a table of published experiments and judge every row.

    Parameters
    ----------
    table : a table, a folder of tables, or those that ship with the program.
    only_rows, groups : ids and groups to run; empty runs all.
    max_replicates : the most seeds per arm, from `seed` on.
    executor : where to compute; otherwise in this process.
    store : where runs are kept and found again, so that a stopped table goes on.
    progress : called with (runs done, runs known to be needed).
    draws : of a posterior sample (`Posterior.draws`): every claim is run at each as well.

    Raises
    ------
    InputError : no such table, row or group, or a header that is not that of a table.
    """
    started = time.perf_counter()
    if max_replicates < 2:
        raise InputError(f"max-replicates: found {max_replicates}, at least 2 are expected")
    home = shipped() if table is None else Path(table)
    rows, faults = read_tables(home)
    conflicts, diagnoses = read_conflicts(home), read_diagnoses(home)
    unwritten = () if only_rows or groups else read_unwritten(home)
    _check_names("row", only_rows, {row.id for row in rows} | {fault.id for fault in faults})
    _check_names("group", groups, {row.group for row in rows} | {fault.group for fault in faults})
    planned: list[Planned] = []
    for row in rows:
        try:
            planned.append(plan(row))
        except InputError as error:
            faults.append(at_fault(row, str(error)))
    wanted = [one for one in planned if _is_wanted(one.row, only_rows, groups)]
    # runs that are kept are shared over the whole table, so that a part of it finds them again
    sharers = planned if store is not None else wanted
    every = [comparison for p in sharers for case in p.cases for comparison in case.comparisons]
    report = progress or (lambda done, total: None)
    place = store if store is not None else Memory()
    bench = Bench(Sharing(every), executor, place, seed, max_replicates, report)
    claims = {case: Trial(case.claim) for one in wanted for case in one.cases}
    seen = _judged(claims, bench)
    seconds = _seconds(wanted, bench)
    spreads, computed, cached = _spreads(wanted, claims, draws, bench)
    return EvidenceResult(
        findings=tuple(_finding(one, seen, seconds, spreads) for one in wanted),
        faults=tuple(fault for fault in faults if _is_wanted(fault, only_rows, groups)),
        computed=bench.computed + computed,
        cached=bench.cached + cached,
        draws=tuple(draws),
        wall_s=time.perf_counter() - started,
        seeds=(seed, max_replicates),
        conflicts=conflicts,
        diagnoses=diagnoses,
        unwritten=unwritten,
    )


def _check_names(what: str, names: Collection[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise unknown(what, name, known)


def _is_wanted(row: Row | Fault, ids: Collection[str], groups: Collection[str]) -> bool:
    return (not ids or row.id in ids) and (not groups or row.group in groups)


def _judged(claims: Mapping[Case, Trial], bench: Bench) -> Seen:
    """Verdicts of all cases: first the claims, then the controls of those that hold."""
    bench.settle(list(claims.values()))
    controls = {
        case: control
        for case, claim in claims.items()
        if (control := _control(case, claim)) is not None
    }
    bench.settle(list(controls.values()))
    return {case: verdict(claim, controls.get(case)) for case, claim in claims.items()}


def _control(case: Case, claim: Trial) -> Trial | None:
    found = claim.judgement
    if case.control is None or claim.problem or found is None or not found.holds:
        return None
    word = case.claim.relation.word
    return Trial(case.control, lambda control: control_is_clear(found, word, control))


def _spreads(
    planned: Sequence[Planned], claims: Mapping[Case, Trial], draws: Sequence[Draw], first: Bench
) -> tuple[dict[str, Spread | None], int, int]:
    """Rows as they are stated, at every draw; runs simulated, and found in the store."""
    if not draws:
        return {}, 0, 0
    stated = {one.row.id: claims[one.case] for one in planned if one.case is not None}
    trials = trials_at(stated, draws)
    computed = cached = 0
    for start in range(0, len(draws), _TOGETHER):
        some = [trial for mine in trials.values() for trial in mine[start : start + _TOGETHER]]
        sharing = Sharing(trial.comparison for trial in some)
        bench = Bench(
            sharing, first.executor, first.place, first.first_seed, first.most, first.progress
        )
        bench.settle(some)
        computed, cached = computed + bench.computed, cached + bench.cached
    return {name: spread_of(mine) for name, mine in trials.items()}, computed, cached


def _finding(
    one: Planned,
    seen: Seen,
    seconds: dict[str, float],
    spreads: Mapping[str, Spread | None],
) -> Finding:
    if one.case is None:
        return Finding(one.row, refused(one.refused))
    stated = seen[one.case]
    positions = dict.fromkeys(one.stated, stated) if one.row.contested_by else {}
    for name, case in one.positions.items():
        positions[name] = refused("") if case is None else seen[case]
    spread = spreads.get(one.row.id)
    return Finding(one.row, stated, positions, one.proxy, seconds[one.row.id], spread)


def _seconds(planned: Sequence[Planned], bench: Bench) -> dict[str, float]:
    """Time of every row's runs by id; what rows share is divided among them."""
    keys = {
        one.row.id: {
            arm.key for case in one.cases for arm in bench.sharing.all_arms(case.comparisons)
        }
        for one in planned
    }
    users = Counter(key for mine in keys.values() for key in mine)
    return {
        name: sum(bench.seconds.get(key, 0.0) / users[key] for key in mine)
        for name, mine in keys.items()
    }
