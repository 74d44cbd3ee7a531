"""The model in Mesa's own page: `solara run ivigabm.app.solara_page`, with the extra `viz`.

For people who know SolaraViz. It shows one arm; the page of `ivigabm app` shows both.
"""

import solara
from mesa.visualization import SolaraViz, make_plot_component

from ivigabm.app.picture import frame_rgb
from ivigabm.knowledge import preparation_names
from ivigabm.mechanisms import mechanism_ids
from ivigabm.model import IVIgModel
from ivigabm.scenario import scenario_names


def _select(label: str, value: str, values: list[str]) -> dict[str, object]:
    return {"type": "Select", "label": label, "value": value, "values": values}


PARAMETERS = {
    "scenario": _select("Scenario", "mouse_kbxn", scenario_names()),
    "preparation": _select("Preparation", "ivig", list(preparation_names())),
    "dose": {
        "type": "SliderFloat", "label": "Dose, g/kg", "value": 1.0, "min": 0.0, "max": 4.0,
        "step": 0.5,
    },
    "without": _select("Switched off", "", ["", "fab2", "fc", *mechanism_ids()]),
    "rng": {"type": "SliderInt", "label": "Seed", "value": 1, "min": 1, "max": 100, "step": 1},
}  # fmt: skip


def first() -> IVIgModel:
    """The model that a visitor meets."""
    return IVIgModel(**{name: known["value"] for name, known in PARAMETERS.items()})  # type: ignore[arg-type]


@solara.component  # type: ignore[untyped-decorator]
def Tissue(model: IVIgModel) -> None:
    """The section, as on the live page."""
    solara.Image(frame_rgb(model), format="png", width="520px")
    solara.Markdown(f"Day {model.day:.1f} of *{model.resolved.scenario.title}*")


@solara.component  # type: ignore[untyped-decorator]
def Page() -> None:
    """One model for each visitor: made on first sight, not when this file is read."""
    SolaraViz(
        solara.use_memo(first, []),
        components=[(Tissue, 0), make_plot_component("inflammation")],
        model_params=PARAMETERS,
        name="ivigabm",
    )
