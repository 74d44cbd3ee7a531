"""The arms of a published finding: `knockout=FcgRIIB; preparation=ivig; dose=1`.

A cell of the evidence table becomes plain words for `ivigabm.perturbation.parse`. What a row may
say beyond a perturbation is kept beside them: that an arm is looked at before day 0, and how
many animals or patients the paper had.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivigabm.errors import InputError, NotExpressible, nearest
from ivigabm.gifts import PREFIX as DONOR
from ivigabm.knowledge import load_strains
from ivigabm.perturbation import NONE, THERAPY_KEYS, WORLD_KEYS, Perturbation, parse

BEFORE, HEALTHY = "before", "healthy"
WHOLE_CELL = (NONE, BEFORE, HEALTHY)
OF_PREPARATION = ("dose", "dose_basis", "schedule", "concentration")
BOTH = "hypothesis"  # a state of the world: said of one arm, it holds in both
NUMBER = "n"
SAME = ("species", "strain")  # arms differ in them only where the model knows a difference
KEYS = (*THERAPY_KEYS, *WORLD_KEYS, NUMBER)

_KEY = re.compile(r"[A-Za-z_][\w.\-]*")


@dataclass(frozen=True)
class EvidenceArm:
    """One arm as the paper had it.

    Attributes
    ----------
    words : key -> value, as written; the words of `perturbation.parse`.
    before : the arm is looked at just before day 0.
    n : individuals in the paper's arm, where it says.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    before: bool = False
    n: int | None = None

    def __str__(self) -> str:
        parts = [f"{key}={value}" for key, value in self.words.items()]
        if self.n is not None:
            parts.append(f"{NUMBER}={self.n}")
        return "; ".join(parts) or NONE

    @property
    def treated(self) -> bool:
        """Whether the arm holds therapeutic IgG: only if it names a preparation."""
        return self.words.get("preparation", NONE) != NONE

    def perturbation(self) -> Perturbation:
        """The arm as a perturbation of its scenario.

        Raises
        ------
        InputError : a value that cannot be read.
        NotExpressible : a word that the model does not have.
        """
        return parse({**self.words, **({} if self.treated else {"no_ivig": True})})


def parse_arm(text: str) -> EvidenceArm:
    """Read the cell `arm`, or a `versus` that is an arm of its own.

    Raises
    ------
    InputError : no `key=value`, an unknown key or one twice, a dose without a preparation.
    """
    cell = text.strip()
    if cell == NONE:
        return EvidenceArm()
    if cell == HEALTHY:
        return EvidenceArm({"disease": "off"})
    if cell == BEFORE:
        raise InputError(f"arm '{BEFORE}': this word stands in versus only")
    if not cell:
        raise InputError(f"arm: empty; expected key=value; key=value, or {NONE}")
    found = _pairs(cell)
    size = found.pop(NUMBER, None)
    arm = EvidenceArm(found, n=None if size is None else _count(size))
    if not arm.treated:
        for key in found:
            if key in OF_PREPARATION or key.startswith("composition."):
                raise InputError(f"arm '{cell}': {key} without a preparation")
    return arm


def parse_arms(arm: str, versus: str = "") -> tuple[EvidenceArm, EvidenceArm | None]:
    """Read both cells of a row; None where `versus` is empty.

    Raises
    ------
    InputError : as `parse_arm`, or the cells name different states of the world.
    NotExpressible : the arms differ in what the model cannot tell apart.
    """
    first, cell = parse_arm(arm), versus.strip()
    if not cell:
        return first, None
    if cell == BEFORE:
        second = dataclasses.replace(first, before=True)
    elif cell == HEALTHY:
        second = dataclasses.replace(first, words={**first.words, "disease": "off"})
    else:
        second = parse_arm(cell)
    for key in SAME:
        if not _told_apart(first.words.get(key), second.words.get(key)):
            raise NotExpressible(f"{key}: the arms differ, but the model has no such difference")
    return _in_one_world(first, second)


def _told_apart(first: str | None, second: str | None) -> bool:
    """Whether two species or strains are one, or the model knows what sets them apart."""
    return first == second or {first, second} <= set(load_strains())


def _in_one_world(first: EvidenceArm, second: EvidenceArm) -> tuple[EvidenceArm, EvidenceArm]:
    """Both arms with the hypotheses of either."""
    positions: dict[str, str] = {}
    for arm in (first, second):
        for word in filter(None, (w.strip() for w in arm.words.get(BOTH, "").split(","))):
            name = word.partition(":")[0]
            if positions.setdefault(name, word) != word:
                raise InputError(f"hypothesis: {positions[name]} in one arm, {word} in the other")
    if not positions:
        return first, second
    world = {BOTH: ",".join(positions.values())}
    one, other = (dataclasses.replace(arm, words={**arm.words, **world}) for arm in (first, second))
    return one, other


def _pairs(cell: str) -> dict[str, str]:
    """`key=value; key=value`, in order."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in cell.split(";"))):
        key, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not value or not _KEY.fullmatch(key):
            raise InputError(f"arm '{cell}': '{part}' cannot be read; expected key=value")
        if not _known(key):
            keys = [f"{DONOR}{k}" for k in KEYS] if key.startswith(DONOR) else KEYS
            raise InputError(f"arm: key '{key}' is not known{nearest(key, keys)}")
        if key in found:
            raise InputError(f"arm '{cell}': key '{key}' stands twice")
        found[key] = value
    return found


def _known(key: str) -> bool:
    """Whether the language has a key; any of them may also say how donor cells were treated."""
    return key.removeprefix(DONOR) in KEYS or key.startswith("set.")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"{NUMBER}: found '{text}', a number of individuals is expected")
    return int(text)
