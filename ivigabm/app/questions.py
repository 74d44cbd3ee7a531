"""What can be asked beside watching: a band over patients, a small sweep, who did it, a replay."""

from collections.abc import Callable
from typing import Any

from ivigabm.app import messages
from ivigabm.app.attribution import PLAYERS, attribution
from ivigabm.app.band import band
from ivigabm.app.question import Progress, Question
from ivigabm.app.replay import replay
from ivigabm.app.settings import GIVE, LAST_STEP
from ivigabm.app.sweep import OUTCOME_NAMES, axis, sweep
from ivigabm.app.twin_model import TwinModel
from ivigabm.outcomes import OUTCOMES
from ivigabm.perturbation import Dose

QUESTIONS: dict[str, Callable[[Question, Progress], dict[str, Any]]] = {
    "band": band, "sweep": sweep, "attribution": attribution, "replay": replay,
}  # fmt: skip
_SHORT = 24  # steps: a run that stands before this is asked about as planned
_LONGEST = {"band": LAST_STEP, "replay": LAST_STEP, "sweep": 400, "attribution": 400}


def asked(name: str, twin: TwinModel, message: messages.Message) -> Question:
    """A question about a run as it stands.

    Raises
    ------
    InputError : it does not make sense.
    """
    options: dict[str, Any] = {}
    if name == "band":
        options["seeds"] = messages.integer(message, "seeds", 2, 50, 20)
    elif name == "attribution":
        options["players"] = messages.word(message, "players", PLAYERS, PLAYERS[0])
        options["outcome"] = messages.word(message, "outcome", OUTCOMES, "inflammation_auc")
    elif name == "sweep":
        options["outcome"] = messages.word(message, "outcome", OUTCOME_NAMES, "clinical_score")
        options |= {side: axis(message.get(side), side) for side in ("x", "y")}
    return Question(
        config=twin.replayed(),
        scenario=twin.source,
        t=twin.t,
        bits=twin.bits,
        doses=_doses(twin),
        until=_until(name, twin),
        options=options,
    )


def _until(name: str, twin: TwinModel) -> int:
    """Up to now; a run that has hardly begun is asked about as planned."""
    dt, start = twin.treated.world.dt, twin.treated.resolved.start_day
    planned = round((twin.days - start) / dt)
    steps = twin.t if twin.t >= _SHORT or name == "replay" else planned
    return min(steps, _LONGEST[name])


def _doses(twin: TwinModel) -> tuple[Dose, ...]:
    resolved, dt = twin.treated.resolved, twin.treated.world.dt
    first = round(resolved.start_day / dt)
    given = [
        Dose((first + t) * dt, float(value), "iv") for t, key, value in twin.log if key == GIVE
    ]
    return tuple(sorted((*resolved.doses, *given), key=lambda dose: dose.day))
