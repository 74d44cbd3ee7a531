"""Negative controls: a row without what carries its finding, in both arms.

The words of the column `mechanism` become changes of the arms. A row that holds just as well
after the change does not test what it says it tests.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from ivigabm.errors import InputError, NotExpressible, unknown
from ivigabm.evidence_arm import EvidenceArm
from ivigabm.knowledge import product_names
from ivigabm.mechanisms import GROUPS, expand, mechanism_ids
from ivigabm.perturbation import CELL_KINDS
from ivigabm.words import words as split_words

ALL, EXPOSURE, THERAPY, NULL = "all", "PK_EXPOSURE", "therapy", "null"
NODE, NOT = "node:", "!"
AUTOANTIBODY = "autoantibody"
_IGG = ("preparation", "dose", "dose_basis", "schedule", "treat_day", "route", "concentration")
_DONOR = "transfer."
_WORDS = (*GROUPS, ALL, EXPOSURE, THERAPY, NULL)

Words = dict[str, str]
Arms = tuple[EvidenceArm, EvidenceArm | None]


def controlled(
    mechanism: Sequence[str], arm: EvidenceArm, versus: EvidenceArm | None
) -> Arms | None:
    """Both arms without what the words name, all of it together; None where nothing is claimed.

    Raises
    ------
    InputError : `null` beside other words.
    NotExpressible : a word that names nothing in the model.
    """
    if NULL in mechanism:
        if len(mechanism) > 1:
            raise InputError(f"mechanism: '{NULL}' stands alone")
        return None
    edges = [word for word in mechanism if _is_edge(word)]
    if edges:
        arm, versus = _both(arm, versus, _edges_cut(edges))
    for word in mechanism:
        if word.startswith(NODE):
            arm, versus = _both(arm, versus, _node_gone(word.removeprefix(NODE)))
        elif word == THERAPY:
            arm, versus = _both(arm, versus, _without_therapy)
        elif word == EXPOSURE:
            arm, versus = _same_exposure(arm, versus)
    return arm, versus


def _both(arm: EvidenceArm, versus: EvidenceArm | None, change: Callable[[Words], Words]) -> Arms:
    first = dataclasses.replace(arm, words=change(dict(arm.words)))
    if versus is None:
        return first, None
    return first, dataclasses.replace(versus, words=change(dict(versus.words)))


def _is_edge(word: str) -> bool:
    """Whether a word names mechanisms, as it must if it is none of the others."""
    if word.startswith(NODE) or word in (EXPOSURE, THERAPY):
        return False
    name = word.removeprefix(NOT)
    if name not in (*mechanism_ids(), *GROUPS, ALL):
        raise unknown("mechanism", name, [*mechanism_ids(), *_WORDS], NotExpressible)
    return True


def _ids(words: Sequence[str]) -> set[str]:
    return set(mechanism_ids()) if ALL in words else set(expand(words))


def _edges_cut(words: Sequence[str]) -> Callable[[Words], Words]:
    """Plain edges are cut; where all are negated, only these stay."""
    plain = _ids([word for word in words if not word.startswith(NOT)])
    kept = _ids([word.removeprefix(NOT) for word in words if word.startswith(NOT)])

    def change(found: Words) -> Words:
        for prefix in ("", _DONOR):
            if prefix and f"{prefix}preparation" not in found:
                continue
            active = _active(found, prefix)
            left = active - plain if plain else active & kept
            found.pop(f"{prefix}only", None)
            found[f"{prefix}without"] = ",".join(sorted(set(mechanism_ids()) - left))
        return found

    return change


def _active(found: Mapping[str, str], prefix: str) -> set[str]:
    """Mechanisms that act in an arm, or acted in its donor."""
    named = {key: found.get(f"{prefix}{key}") for key in ("only", "without")}
    sets = {key: set(expand(split_words(key, text), key)) for key, text in named.items() if text}
    return sets.get("only", set(mechanism_ids())) - sets.get("without", set())


def _node_gone(name: str) -> Callable[[Words], Words]:
    """A gene product knocked out, a cell kind depleted, or the disease's antibody removed."""
    if name == AUTOANTIBODY:
        return lambda found: {**found, "antibody.dose_fold": "0"}
    if name in product_names():
        key = "knockout"
    elif name in CELL_KINDS:
        key = "deplete"
    else:
        nodes = (*product_names(), *CELL_KINDS, AUTOANTIBODY)
        raise unknown("mechanism node", name, nodes, NotExpressible)

    def change(found: Words) -> Words:
        treated = any(word.startswith(_DONOR) for word in found)
        for place in (key, f"{_DONOR}{key}") if treated else (key,):
            others = split_words(place, found[place]) if place in found else []
            found = {**found, place: ",".join(dict.fromkeys([*others, name]))}
        return found

    return change


def _without_therapy(found: Words) -> Words:
    """`therapy`, `give` and `transfer` taken out; cells that make the disease stay."""
    keys = {"therapy", "give"}
    if found.get("induction") != "transfer":
        keys |= {key for key in found if key == "transfer" or key.startswith(_DONOR)}
    return {key: value for key, value in found.items() if key not in keys}


def _same_exposure(arm: EvidenceArm, versus: EvidenceArm | None) -> Arms:
    """Both arms with preparation, schedule and route of versus; without any IgG where that
    changes nothing, or there is no versus.
    """
    given = {} if versus is None else _igg(versus.words)
    if given == _igg(arm.words):
        given = {}

    def change(found: Words) -> Words:
        mine = _igg(found)
        return {key: value for key, value in found.items() if key not in mine} | given

    return _both(arm, versus, change)


def _igg(found: Mapping[str, str]) -> Words:
    return {k: v for k, v in found.items() if k in _IGG or k.startswith("composition.")}
