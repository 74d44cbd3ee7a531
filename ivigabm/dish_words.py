"""The keys `cells`, `stimulus`, `receptor`, `complex.*`: how they change a dish in plain data."""

from typing import Any

from ivigabm.errors import InputError, NotExpressible
from ivigabm.knowledge import receptor_names, subclass_names
from ivigabm.knowledge.vocabulary import load_lectins
from ivigabm.words import choice, number, shares

KEYS = ("cells", "stimulus")
OF_BINDING = (
    "receptor", "complex.subclass", "complex.valency", "complex.concentration",
    "complex.antibody", "complex.ratio", "complex.epitopes",
)  # fmt: skip
# words of cells that act, and what the model calls them
RESPONDERS = {
    "macrophage": "macrophage", "monocyte": "macrophage", "neutrophil": "neutrophil",
    "nk_cell": "nk_cell", "dendritic_cell": "dendritic_cell", "t_effector": "t_effector",
    "t_naive": "t_naive", "treg": "treg", "basophil": "basophil", "b_cell": "b_cell",
}  # fmt: skip
PHAGOCYTES = ("macrophage", "monocyte")
# words of cells that are acted upon, in suspension; a row of knowledge says how much Fas they show
TARGETS = ("lymphocyte", "keratinocyte", "tumour_cell", "target_cell")
STIMULI = (
    "LPS", "TNF", "IFN-gamma", "GM-CSF", "IL-3", "FasL", "anti-Fas", "C3a", "C5a",
    "BAFF", "BCR", "aggregated_igg", "Th17_polarising",
)  # fmt: skip
_MOST_CELLS, _MOST = 1e6, 1e6  # guards against a slip of the pen


def read_amounts(key: str, value: Any) -> dict[str, float | None]:
    """`neutrophil:40, nk_cell` as names and amounts, None where none is said.

    Raises
    ------
    InputError : a text that does not read so, or a name twice.
    NotExpressible : a name that the model does not have.
    """
    known = STIMULI if key == "stimulus" else (*RESPONDERS, *TARGETS)
    most = _MOST if key == "stimulus" else _MOST_CELLS
    parts = value.split(",") if isinstance(value, str) else [str(part) for part in value]
    found: dict[str, float | None] = {}
    for part in parts:
        name, sign, amount = (piece.strip() for piece in part.partition(":"))
        choice(key, name, known)
        if name in found:
            raise InputError(f"{key}: '{name}' stands twice")
        found[name] = number(f"{key} {name}", amount, 0.0, most) if sign else None
    return found


def set_contents(data: dict[str, Any], key: str, value: Any) -> None:
    """Put cells or stimuli, instead of those there are, into a scenario's dish.

    Named responders take the place of all of them; what they act upon stays, unless it is
    named. The scenario's stimulus is for the scenario's cells: who names cells names theirs, which
    is why `cells` are read before `stimulus`. An amount that is not said is the scenario's, of
    cells otherwise `dish.number` and of a stimulus its half effect.

    Raises
    ------
    InputError, NotExpressible : as `read_amounts`, two kinds that the model holds as one, or a
        scenario that is no dish.
    """
    if data["dish"] is None:
        raise NotExpressible(f"{key}: scenario '{data['name']}' is no dish")
    amounts = read_amounts(key, value)
    if key == "stimulus":
        data["dish"]["stimulus"] = {n: 1.0 if a is None else a for n, a in amounts.items()}
        return
    data["dish"]["stimulus"] = {}
    _put(data, {word: amount for word, amount in amounts.items() if word in RESPONDERS})
    _suspend(data, {word: amount for word, amount in amounts.items() if word in TARGETS})


def _put(data: dict[str, Any], amounts: dict[str, float | None]) -> None:
    """Cells that act."""
    dish, cells = data["dish"], data["cells"]
    if all(word in amounts for word in PHAGOCYTES):
        raise NotExpressible("cells: the model has macrophages or monocytes, not both in a dish")
    usual = dict(cells)
    for kind in RESPONDERS.values():
        cells[kind] = 0
    for word, amount in amounts.items():
        kind = RESPONDERS[word]
        cells[kind] = int(usual[kind] or dish["number"]) if amount is None else round(amount)
        if word in PHAGOCYTES:
            dish["phagocyte"] = word


def _suspend(data: dict[str, Any], amounts: dict[str, float | None]) -> None:
    """A cell that is acted upon."""
    if not amounts:
        return
    if len(amounts) > 1:
        raise NotExpressible(f"cells: the model has one of {', '.join(amounts)} in a dish")
    ((word, amount),) = amounts.items()
    cells, target = data["cells"], data["target"]
    usual = cells["target_cell"] or data["dish"]["number"]
    cells["target_cell"] = int(usual) if amount is None else round(amount)
    if target is None:
        data["target"] = target = {"kind": word, "place": "medium", "senescence": "culture.death"}
    target["kind"], target["fas"] = word, f"culture.fas_{word}"


def set_binding(data: dict[str, Any], key: str, value: Any) -> None:
    """Put another receptor on the cells of a dish, or other complexes into it.

    Complexes whose valency is said are `complex.concentration` of complexes. Otherwise that is
    the antigen's, `complex.antibody` the IgG's, and `complex.ratio` epitopes per arm.

    Raises
    ------
    InputError : a value that cannot be read.
    NotExpressible : no such receptor or subclass, cells that carry more than one receptor, or a
        scenario that is no dish.
    """
    dish = data["dish"]
    if dish is None or (key == "receptor" and dish["receptor"] is None):
        lacking = "is no dish" if dish is None else "has no cells with one receptor"
        raise NotExpressible(f"{key}: scenario '{data['name']}' {lacking}")
    complexes = dish["complexes"]
    name = key.removeprefix("complex.")
    if key == "receptor":
        species = data["receptors"] or data["species"]
        known = (*receptor_names(species), *load_lectins())
        dish["receptor"] = choice(key, str(value), known)
    elif name == "subclass":
        found = shares(key, str(value))
        for subclass in found:
            choice(key, subclass, subclass_names(complexes["species"]))
        complexes["subclasses"] = found
    elif name in ("valency", "epitopes"):
        size = number(key, value, 1.0, 60.0)
        if size != int(size):
            raise InputError(f"{key}: found {value}, a whole number is expected")
        complexes[name] = int(size)
    elif name == "ratio":
        complexes[name] = number(f"{key} (epitopes per arm)", value, 1e-6, 1e6)
    else:
        least = 0.0 if name == "concentration" else 1e-6
        complexes[name] = number(f"{key} (nmol/L)", value, least, 1e6)
        complexes["counted"] = complexes["counted"] or name == "concentration"
