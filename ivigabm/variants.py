"""Words whose meaning a scenario or a table gives: organ, induction, target, genotype.

`organ=lung` stands for the settings that the scenario lists under `variants.organ.lung`; a
genotype beside Fcγ receptors for rows of knowledge. So no code knows an organ or a genotype by
name, and whoever writes a scenario can add one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ivigabm.errors import NotExpressible
from ivigabm.knowledge import load_genotypes
from ivigabm.scenario import Scenario
from ivigabm.words import choice, genotype

KEYS = ("organ", "induction")  # keys that mean nothing without a variant
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
        if key in KEYS and not known:
            raise NotExpressible(f"{key}: scenario '{scenario.name}' has no choice of it")
        if key in KEYS or str(value) in known:
            meant += known[choice(key, str(value), known)].items()
        else:
            plain.append((key, value))
    return meant + plain


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
