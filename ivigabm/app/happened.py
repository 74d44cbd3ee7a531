"""What just happened, in plain sentences made of event counts; each names what it rests on."""

from math import floor, log10
from typing import Any, NamedTuple

from ivigabm.app.meta import dose_references, keys_of
from ivigabm.app.palette import FIELD_LABELS, KINDS
from ivigabm.app.settings import ALL, GIVE, GROUPS, Change
from ivigabm.app.twin_model import TwinModel
from ivigabm.mechanisms import Mechanism, mechanisms
from ivigabm.outcomes import CONTROL, TREATED, describe

MOST = 12
_ACTING = 6  # mechanisms spoken of
_CELLS = {look.id: look.label for look in KINDS if look.id != "therapeutic_igg"}
_READ = "inflammation"  # what the sentences about a change compare


class _Mark(NamedTuple):
    """What stood when something was changed."""

    t: int
    totals: dict[str, float]
    gap: float


class Happened:
    """Sentences about a twin since its last change."""

    def __init__(self, twin: TwinModel) -> None:
        self._twin = twin
        self._changes: list[tuple[Change, _Mark]] = []
        self._start = self._mark()
        self._seen = 0
        self._by_id = {m.id: m for m in mechanisms()}

    def notice(self) -> None:
        """Note changes made since the last call; call it after every change and step."""
        for change in self._twin.log[self._seen :]:
            self._changes.append((change, self._mark()))
        self._seen = len(self._twin.log)

    def sentences(self) -> list[dict[str, Any]]:
        """Newest first: the last changes, then who has acted since the last of them."""
        since = self._changes[-1][1] if self._changes else self._start
        told = [self._of_change(change, mark) for change, mark in reversed(self._changes[-3:])]
        acting = self._acting(since)
        return [entry for entry in [*told[:1], *acting, *told[1:]] if entry["references"]][:MOST]

    def _mark(self) -> _Mark:
        counts = self._twin.counts
        totals = {} if counts is None else {k: c.total for k, c in counts.mechanisms.items()}
        return _Mark(self._twin.t, totals, self._gap())

    def _gap(self) -> float:
        values = self._twin.values()
        return values[TREATED][_READ] - values[CONTROL][_READ]

    def _of_change(self, change: Change, mark: _Mark) -> dict[str, Any]:
        t, key, value = change
        if key == GIVE:
            text = f"Step {t}: {value:g} g/kg of the preparation were given. {self._since(mark)}"
            return self._entry(t, text, "", dose_references())
        state = "on" if value else "off"
        if key == ALL or key in GROUPS:
            name = "Several mechanisms" if key == ALL else f"All {GROUPS[key]} mechanisms"
            verb = "were set" if key == ALL else f"were switched {state}"
            text = f"Step {t}: {name} {verb}. {self._since(mark)}"
            return self._entry(t, text, "", self._references_of(key))
        mechanism = self._by_id[key]
        text = (
            f"Step {t}: {mechanism.name} was switched {state}. {mechanism.claim} "
            f"{self._count(mechanism, mark)}{self._since(mark)}"
        )
        return self._entry(t, text, key, keys_of(mechanism.sources))

    def _references_of(self, key: str) -> list[str]:
        pathway = GROUPS.get(key)
        members = [m for m in mechanisms() if pathway is None or m.pathway == pathway]
        return keys_of([m.sources[0] for m in members])[:5]

    def _count(self, mechanism: Mechanism, mark: _Mark) -> str:
        counts = self._twin.counts
        count = counts.mechanisms.get(mechanism.id) if counts else None
        if count is None:
            return ""
        more = count.total - mark.totals.get(mechanism.id, 0.0)
        return f"Events since then: {spoken(more)} {count.unit}. "

    def _since(self, mark: _Mark) -> str:
        """How the treated arm stands against its twin, then and now."""
        steps = self._twin.t - mark.t
        if steps == 0:
            return "It acts from the next step on."
        known = describe(_READ, self._twin.treated.resolved.scenario)
        then, now = mark.gap, self._gap()
        return (
            f"{steps} steps later {known.label.lower()} ({known.unit}) is {_signed(now)} the "
            f"untreated twin; when this was changed it was {_signed(then)} it."
        )

    def _acting(self, since: _Mark) -> list[dict[str, Any]]:
        counts = self._twin.counts
        if counts is None:
            return []
        found = []
        busiest = sorted(counts.mechanisms.items(), key=lambda item: -item[1].share)
        for name, count in busiest[:_ACTING]:
            more = count.total - since.totals.get(name, 0.0)
            mechanism = self._by_id[name]
            if more > 0.0:
                text = (
                    f"{mechanism.name}: {spoken(more)} {count.unit} since step {since.t}, "
                    f"lately {_percent(count.share)} of what moves {_plain(count.target)}."
                )
                found.append(self._entry(self._twin.t, text, name, keys_of(mechanism.sources)))
        return found

    @staticmethod
    def _entry(t: int, text: str, mechanism: str, references: list[str]) -> dict[str, Any]:
        return {"t": t, "text": text, "mechanism": mechanism, "references": references}


def spoken(value: float) -> str:
    """A number as people say it: three figures, and words for the large ones."""
    size = abs(value)
    for unit, word in ((1e9, " billion"), (1e6, " million")):
        if size >= unit:
            return f"{value / unit:.3g}{word}"
    if size >= 1000.0:
        return f"{round(value, 2 - floor(log10(size))):,.0f}".replace(",", "\u202f")
    if 0.0 < size < 0.001:
        return "less than 0.001" if value > 0.0 else "more than −0.001"
    return f"{value:.3g}"


def _percent(share: float) -> str:
    return "less than 1 %" if 0.0 < share < 0.01 else f"{100.0 * share:.0f} %"


def _signed(value: float) -> str:
    if value == 0.0:
        return "equal to"
    return f"{spoken(abs(value))} {'above' if value > 0.0 else 'below'}"


def _plain(node: str) -> str:
    """A node of the interaction network as one says it."""
    kind, _, receptor = node.partition(":")
    if receptor:
        return f"{receptor.replace('Fcg', 'Fcγ')} of phagocytes"
    if kind in _CELLS:
        label = _CELLS[kind]
        return f"{label[:-1]}ies" if label.endswith("y") else f"{label}s"
    return FIELD_LABELS.get(kind) or kind.replace("_", " ")
