"""Words whose meaning a scenario or a table gives: organ, induction, target, genotype.

`organ=lung` stands for the settings that the scenario lists under `variants.organ.lung`; a
genotype beside Fcγ receptors for rows of knowledge. So no code knows an organ or a genotype by
name, and whoever writes a scenario can add one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ivigabm.antibody_words import INJECTED
from ivigabm.errors import NotExpressible
from ivigabm.knowledge import load_genotypes, load_strains
from ivigabm.scenario import Scenario
from ivigabm.words import choice, genotype

INDUCTION, ACTIVE, PASSIVE = "induction", "active", "passive"
KEYS = ("organ", INDUCTION)  # keys that mean nothing without a variant
Setting = tuple[str, Any]


def expand(scenario: Scenario, settings: Iterable[Setting]) -> list[Setting]:
    """Settings with every word of a variant replaced by what it stands for, those first.

    Raises
    ------
    NotExpressible : the scenario gives the word no meaning.
    """
    meant: list[Setting] = []
    plain: list[Setting] = []
    for key, value in settings:
        known = scenario.variants.get(key, {})  # type: ignore[call-overload]
        if key == INDUCTION and not known:
            meant += _by_antibody(scenario, str(value)).items()
            continue
        if key in KEYS and not known:
            raise NotExpressible(f"{key}: scenario '{scenario.name}' has no choice of it")
        if key in KEYS or str(value) in known:
            meant += known[choice(key, str(value), known)].items()
        else:
            plain.append((key, value))
    return meant + plain


def _by_antibody(scenario: Scenario, word: str) -> dict[str, Any]:
    """How a disease of antibodies is brought about: injected, or made by the host's own cells."""
    if not scenario.antibody or scenario.dish is not None or scenario.species == "human":
        raise NotExpressible(f"{INDUCTION}: scenario '{scenario.name}' has no choice of it")
    injected = all(antibody.delivery in INJECTED for antibody in scenario.antibody)
    usual = PASSIVE if injected else ACTIVE
    other = {PASSIVE: "endogenous", ACTIVE: "bolus"}
    same = choice(INDUCTION, word, (ACTIVE, PASSIVE)) == usual
    return {} if same else {"antibody.delivery": other[usual]}


def of_genotype(word: str) -> Iterator[Setting]:
    """`FCGR2A-131HR` or `FCGRT-VNTR23` as settings of a scenario.

    Raises
    ------
    NotExpressible : no such genotype.
    """
    carried = load_genotypes().get(word)
    if carried is None:
        receptor, alleles = genotype(word, load_genotypes())
        yield f"genotype.{receptor}", alleles
    else:
        for name, number in carried.overrides.items():
            yield f"parameters.{name}", number


def of_strain(word: str) -> Mapping[str, float]:
    """Rows of knowledge that `BALB/c` sets; none for a strain that no source sets apart."""
    carried = load_strains().get(word)
    return carried.overrides if carried else {}
