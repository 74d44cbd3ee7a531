"""Who did it: Shapley shares of the effect for the settings as they stand now."""

import dataclasses
from typing import Any

from ivigabm.app.question import Progress, Question
from ivigabm.app.settings import MOST_SEED, chosen
from ivigabm.errors import InputError
from ivigabm.experiments.attribution import Attribution, attribute
from ivigabm.experiments.contrast import plain
from ivigabm.mechanisms import mechanisms
from ivigabm.outcomes import describe

PLAYERS = ("groups", "mechanisms")
_SEEDS = {"groups": 4, "mechanisms": 2}
_RUNS = 225  # individuals at most, where mechanisms play
_GROUPS = {"Fab2": "F(ab')2", "Fc": "Fc", "both": "Both parts"}


def attribution(question: Question, progress: Progress) -> dict[str, Any]:
    """Shares of the effect, as if today's mechanisms had been on from the start."""
    on, players = chosen(question.bits), question.options["players"]
    if not on:
        raise InputError("attribution: no mechanism is on")
    if not question.doses:
        raise InputError("attribution: nothing has been given, so there is no effect")
    plan = ",".join(f"{dose.day:.6f}:{dose.g_per_kg:.6f}{dose.route}" for dose in question.doses)
    change = dataclasses.replace(
        question.config.perturbation(question.scenario),
        only=tuple(on), schedule=plan, dose=None, treat_day=None,
    )  # fmt: skip
    seed = question.config.seed
    seeds = tuple((seed + i) % (MOST_SEED + 1) for i in range(_SEEDS[players]))
    found = attribute(
        question.scenario,
        change,
        question.options["outcome"],
        seeds,
        players,
        days=_days(question),
        budget=_RUNS if players == "mechanisms" else None,
        progress=progress,
    )
    return {"result": _shares(question, found)}


def _shares(question: Question, found: Attribution) -> dict[str, Any]:
    """What the page draws."""
    (total,) = found.of(found.totals).itertuples()
    names = {m.id: m.name for m in mechanisms()} | _GROUPS
    known = describe(found.outcome, question.scenario)
    rows = found.of(found.shares).itertuples()
    return {
        "outcome": found.outcome,
        "label": known.label,
        "unit": known.unit,
        "days": found.days,
        "seeds": len(found.seeds),
        "runs": found.runs,
        "effect": plain(total.value),
        "exact": found.exact,
        "players": [
            {
                "id": row.player,
                "label": names.get(row.player, row.player),
                "share": plain(row.value),
                "low": plain(row.ci_low),
                "high": plain(row.ci_high),
            }
            for row in rows
        ],
    }


def _days(question: Question) -> float:
    """Length of the runs, from day 0."""
    dt = question.scenario.step_hours / 24.0
    start = min(0.0, min(dose.day for dose in question.doses))
    return max(1.0, question.until * dt + start)
