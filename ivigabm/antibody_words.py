"""The keys `antibody.*`: how they change the pathogenic antibodies of a scenario's plain data."""

from typing import Any, get_args

from ivigabm.errors import NotExpressible, unknown
from ivigabm.knowledge import subclass_names
from ivigabm.scenario import Antibody, Cells, Section
from ivigabm.words import choice, number, shares

KEYS = (
    "antibody.class",
    "antibody.dose",
    "antibody.dose_fold",
    "antibody.glycoform",
    "antibody.fragment",
    "antibody.origin",
    "antibody.delivery",
    "antibody.day",
    "antibody.route",
    "antibody.target",
)
NO_TARGET = "none"  # a tracer that binds nothing
IGM = "IgM"
INJECTED = ("bolus", "daily", "infusion")  # deliveries that `antibody.dose` is about
_HIGHEST = 1e6  # mg/kg, fold or days; guards against a slip of the pen


def set_antibody(data: dict[str, Any], key: str, value: Any) -> None:
    """Change all antibodies of a scenario by one key, given without its `antibody.`.

    Raises
    ------
    InputError : no such key, a value that cannot be read, or a scenario without antibody.
    NotExpressible : a word that the model does not have.
    """
    name = f"antibody.{key}"
    if not data["antibody"]:
        raise NotExpressible(f"{name}: scenario '{data['name']}' has no antibody")
    for antibody in data["antibody"]:
        if key == "class":
            antibody["subclasses"] = shares(name, str(value))
        elif key == "origin":
            antibody["species"] = choice(name, str(value), _literal("species"))
        elif key == "target":
            _aim(data, antibody, str(value))
        elif key == "dose":
            _dose(data, antibody, number(name, value, 0.0, _HIGHEST))
        elif key == "route":
            antibody["route"] = choice(name, str(value), _literal(key))
        elif key == "day":
            antibody[key] = number(name, value, -_HIGHEST, _HIGHEST)
        elif key == "dose_fold":
            antibody[key] = number(name, value, 0.0, _HIGHEST)
        elif key in ("glycoform", "fragment", "delivery"):
            antibody[key] = choice(name, str(value), _literal(key))
            if antibody["delivery"] == "endogenous" and data["dish"] is None:
                _plasma_cells(data)
        elif key in antibody:
            antibody[key] = value
        else:
            raise unknown("set: key", name, {*KEYS, *(f"antibody.{k}" for k in antibody)})


def check_antibodies(data: dict[str, Any]) -> None:
    """Whether changed antibodies can exist in this scenario.

    Raises
    ------
    NotExpressible : a class that its species does not have, or no plasma cells to make it.
    """
    place = data["target"]["place"] if data["target"] else "tissue"
    for antibody in data["antibody"]:
        if antibody["route"] != "iv" and data["dish"] is not None:
            raise NotExpressible(f"antibody.route: scenario '{data['name']}' is a dish, not a body")
        if antibody["route"] == "local" and place != "tissue":
            raise NotExpressible(
                f"antibody.route 'local': the target of scenario '{data['name']}' is met in "
                f"{place}, not in a tissue"
            )
        classes = antibody["subclasses"]
        for subclass in classes if isinstance(classes, dict) else ():  # else the schema says it
            choice(
                f"antibody.class of {antibody['species']}",
                subclass,
                (*subclass_names(antibody["species"]), IGM),
            )
        if antibody["delivery"] == "endogenous" and data["cells"]["b_cell"] == 0:
            raise NotExpressible(
                f"antibody.delivery 'endogenous': scenario '{data['name']}' has no B cells"
            )


def _plasma_cells(data: dict[str, Any]) -> None:
    """B cells to make an antibody, as many as a section of this size has, where it has none."""
    if data["cells"]["b_cell"] == 0:
        usual, section = Section(), data["section"]
        area = section["width"] * section["height"] / (usual.width * usual.height)
        data["cells"]["b_cell"] = round(Cells().b_cell * area)


def _literal(field: str) -> tuple[str, ...]:
    """Words that a field of the schema allows."""
    return get_args(Antibody.model_fields[field].annotation)


def _aim(data: dict[str, Any], antibody: dict[str, Any], word: str) -> None:
    """`none` makes a tracer of it; otherwise the scenario's own target."""
    own = data["target"]["kind"] if data["target"] else NO_TARGET
    others = data["variants"].get("antibody.target", {})  # known, so replaced before
    if choice("antibody.target", word, dict.fromkeys((own, NO_TARGET, *others))) == NO_TARGET:
        antibody["density"] = 0.0


def _dose(data: dict[str, Any], antibody: dict[str, Any], dose: float) -> None:
    if antibody["delivery"] in INJECTED and data["dish"] is None:
        antibody["dose"] = dose
    elif dose == 0.0:
        antibody["dose_fold"] = 0.0
    else:
        raise NotExpressible(
            "antibody.dose: this antibody is not injected; use antibody.dose_fold, "
            "a multiple of the scenario's amount"
        )
