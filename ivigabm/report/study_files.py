"""Attribution, sensitivity and network as files: tables, drawings, manifest, RO-Crate."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pandas as pd

from ivigabm.experiments import provenance
from ivigabm.experiments.indices import MEASURES
from ivigabm.experiments.network import LAYERS
from ivigabm.outcomes import describe
from ivigabm.report import bars, graph
from ivigabm.report.folder import check_out, parquet, write_all
from ivigabm.report.wiring import write_text

if TYPE_CHECKING:
    from ivigabm.experiments.attribution import Attribution
    from ivigabm.experiments.network import Network
    from ivigabm.experiments.sensitivity import Sensitivity

_MOST_ROWS = 25
Tables = Mapping[str, tuple[pd.DataFrame, str]]  # file name -> table, what it holds


def write_study(
    folder: Path,
    title: str,
    about: Mapping[str, Any],
    tables: Tables,
    figures: Mapping[str, tuple[str, str]],
    command_line: Sequence[str] = (),
) -> None:
    """Write tables and figures with a manifest and RO-Crate metadata.

    Parameters
    ----------
    about : what the manifest says beside versions and time; `seeds` and `wall_s` among it.
    tables, figures : file name -> content, and what it holds.

    Raises
    ------
    InputError : the folder cannot be written.
    """
    check_out(folder)
    facts = provenance.facts(datetime.now(UTC), command_line) | dict(about)
    told = {name: text for name, (_, text) in {**tables, **figures}.items()}
    told["manifest.json"] = "What was asked, seeds, versions and hashes"
    crate = provenance.crate(facts, title, told)
    write_all(
        folder,
        {
            "manifest.json": _json(facts),
            provenance.CRATE: _json(crate),
            **{name: parquet(table) for name, (table, _) in tables.items()},
            **{name: text.encode() for name, (text, _) in figures.items()},
        },
    )


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, indent=2, ensure_ascii=False).encode()


def what(found: "Attribution") -> str:
    """Scenario and outcome in words."""
    scenario = found.resolved.scenario
    return f"{scenario.name}, {describe(found.outcome, scenario).label}"


def attribution_figure(found: "Attribution") -> str:
    """Bars of the shares, the largest first, and of the total."""
    (total,) = found.of(found.totals).itertuples()
    pathway = {player.name: player.pathway for player in found.players}
    shares = found.of(found.shares).sort_values("value", key=abs, ascending=False, kind="stable")
    rows = [
        bars.Bar(row.player, row.value, row.ci_low, row.ci_high, pathway[row.player])
        for row in shares.itertuples()
    ]
    rows.append(bars.Bar("all", total.value, total.ci_low, total.ci_high, "total"))
    return bars.svg(rows, f"{what(found)}: share of the effect", total.unit)


def write_attribution(folder: Path, found: "Attribution", command_line: Sequence[str] = ()) -> None:
    """Write the tables, `attribution.svg` and the manifest of one attribution."""
    columns = "value, ci_low, ci_high"
    tables: dict[str, tuple[pd.DataFrame, str]] = {
        "totals.parquet": (found.totals, f"Total effect per outcome: outcome, unit, {columns}"),
        "shares.parquet": (found.shares, f"Shapley shares: outcome, player, {columns}"),
        "synergies.parquet": (found.synergies, f"Pairs: outcome, first, second, {columns}"),
        "values.parquet": (found.values, "Every run: coalition, seed, outcome, unit, value"),
    }
    if len(found.timeline):
        text = f"Shares over time: variable, day, player, {columns}"
        tables["timeline.parquet"] = (found.timeline, text)
    about = {
        "seeds": list(found.seeds),
        "days": found.days,
        "wall_s": round(found.wall_s, 3),
        "treated": found.resolved.as_dict(),
        "players": {player.name: list(player.mechanisms) for player in found.players},
        "attribution": found.summary(),
        **({"draws": [dict(draw) for draw in found.draws]} if found.draws else {}),
    }
    drawing = {"attribution.svg": (attribution_figure(found), "Shares with 95 % intervals")}
    write_study(folder, f"Attribution: {what(found)}", about, tables, drawing, command_line)


def write_sensitivity(folder: Path, found: "Sensitivity", command_line: Sequence[str] = ()) -> None:
    """Write the tables, `sensitivity.svg` and the manifest."""
    first = MEASURES[found.method][0]
    rows = [
        bars.Bar(str(name), row["value", first], row["ci_low", first], row["ci_high", first])
        for name, row in found.ranking().head(_MOST_ROWS).iterrows()
    ]
    title = f"{found.scenario}, effect on {found.outcome}: {first}"
    tables = {
        "indices.parquet": (
            found.indices, "Indices: outcome, measure, parameter, value, ci_low, ci_high"
        ),
        "points.parquet": (found.points, "The design, and the effect at each of its points"),
        "reliability.parquet": (found.reliability, "A of a typical pair of points by replicates"),
    }  # fmt: skip
    about = {
        "seeds": list(found.seeds),
        "wall_s": round(found.wall_s, 3),
        "treated": found.resolved.as_dict(),
        "sensitivity": found.summary(),
    }
    drawing = {"sensitivity.svg": (bars.svg(rows, title), f"{first} with 95 % intervals")}
    write_study(folder, f"Sensitivity of {found.scenario}", about, tables, drawing, command_line)


def write_network(path: Path, found: "Network") -> None:
    """Write the network to `path`, as its ending says: .svg or .graphml.

    Raises
    ------
    InputError : another ending, or a place that cannot be written.
    """
    drawn = found.graph()
    if path.suffix == ".svg":
        for _, _, act in drawn.edges(data=True):
            if act["process"] == "observation":
                del act["share"]  # no act: a thin line
        text = graph.svg(drawn, layers=LAYERS, title="Who acted on whom")
    else:
        text = "\n".join(nx.generate_graphml(drawn))
    write_text(path, text, "--out")
