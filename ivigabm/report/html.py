"""The written report: one self-contained page, made from what the run folder holds."""

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from ivigabm.experiments.contrast import anti_inflammatory_index, effects
from ivigabm.outcomes import OUTCOMES, describe
from ivigabm.report import figures
from ivigabm.report.numbers import figure, interval, number, signed
from ivigabm.scenario import Scenario

_MOST_DOSES = 6  # spelled out; more are counted


def render(
    manifest: Mapping[str, Any],
    outcomes: pd.DataFrame,
    timeseries: pd.DataFrame,
    wiring: str = "",
) -> str:
    """The report of one run as HTML that fetches nothing.

    Parameters
    ----------
    manifest : as `ivigabm.report.folder.manifest` makes it.
    outcomes : one row per value: seed, arm, outcome, unit, value.
    timeseries : one row per value: seed, arm, day, variable, value.
    wiring : the wiring as an SVG element, or nothing.
    """
    treated = manifest["treated"]
    scenario = Scenario.from_dict(treated["scenario"])
    doses = sorted({dose["day"] for dose in treated["doses"]})
    index = anti_inflammatory_index(outcomes)
    parameters = manifest["parameters"]
    return template("report.html.j2").render(
        manifest=manifest,
        manifest_json=json.dumps(manifest, indent=2, ensure_ascii=False),
        scenario=scenario,
        therapy=_therapy(treated),
        effects=_rows(outcomes, scenario),
        index={"value": figure(index.value), "ci": interval(index.low, index.high)},
        charts=[Markup(chart) for chart in _charts(timeseries, scenario, doses)],
        wiring=Markup(wiring),
        statuses=Counter(row["status"] for row in parameters),
        assumed=[row for row in parameters if row["status"] == "assumed"],
        contested=[m for m in manifest["mechanisms"] if m["active"] and m["contested"]],
        figure=figure,
        number=number,
    )


@cache
def template(name: str) -> Template:
    """A page of this folder; a name that the page uses and nobody gives is an error."""
    environment = Environment(
        loader=PackageLoader("ivigabm.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _rows(outcomes: pd.DataFrame, scenario: Scenario) -> list[dict[str, str]]:
    return [
        {
            "name": row.outcome,
            "label": describe(row.outcome, scenario).label,
            "unit": row.unit,
            "treated": figure(row.treated),
            "control": figure(row.control),
            "effect": signed(row.effect),
            "ci": interval(row.ci_low, row.ci_high),
        }
        for row in effects(outcomes).itertuples()
    ]


def _charts(timeseries: pd.DataFrame, scenario: Scenario, doses: list[float]) -> list[str]:
    found = list(dict.fromkeys(timeseries["variable"]))
    names = [n for n in OUTCOMES if n in found] + [n for n in found if n not in OUTCOMES]
    charts = (figures.time_course(timeseries, n, *describe(n, scenario), doses) for n in names)
    return [chart for chart in charts if chart]


def _therapy(treated: Mapping[str, Any]) -> str:
    """The treatment in words."""
    doses = treated["doses"]
    if not treated["preparation"] or not doses:
        return "no therapeutic IgG"
    plan = [f"{d['g_per_kg']:g} g/kg {d['route']} on day {number(d['day'])}" for d in doses]
    more = len(plan) - _MOST_DOSES
    tail = f" and {more} more" if more > 0 else ""
    return f"{treated['preparation']}: {', '.join(plan[:_MOST_DOSES])}{tail}"
