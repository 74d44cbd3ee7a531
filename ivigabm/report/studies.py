"""Attribution, sensitivity and network on the terminal."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivigabm.errors import InputError, unknown
from ivigabm.experiments.indices import MEASURES
from ivigabm.outcomes import OUTCOMES
from ivigabm.report.console import notice, per_cent, print_json, print_rows
from ivigabm.report.numbers import figure, interval, signed
from ivigabm.report.study_files import what, write_attribution, write_network, write_sensitivity

if TYPE_CHECKING:
    from ivigabm.experiments.attribution import Attribution
    from ivigabm.experiments.network import Network
    from ivigabm.experiments.sensitivity import Sensitivity

_MOST_PAIRS = 8
_MOST_ROWS = 25


def known_outcome(name: str) -> None:
    """Refuse an outcome that no scenario has, before anything is simulated.

    Raises
    ------
    InputError : no such outcome.
    """
    if name not in OUTCOMES:
        raise unknown("outcome", name, OUTCOMES)


def doses(text: str | None) -> tuple[float, ...]:
    """Read `0.5,1,2` (g/kg).

    Raises
    ------
    InputError : a part is no dose above 0.
    """
    found = []
    for word in (text or "").split(",") if text is not None else ():
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not 0.0 < value <= 20.0:
            raise InputError(f"--doses: found '{word}'; numbers above 0 and up to 20 are expected")
        found.append(value)
    return tuple(dict.fromkeys(found))


def show_attributions(
    found: "Mapping[float | None, Attribution]",
    out: Path | None,
    as_json: bool,
    command_line: Sequence[str],
) -> None:
    """Print one attribution, or one for each dose, and write the folder if there is one."""
    if out is not None:
        for dose, one in found.items():
            folder = out if dose is None else out / f"dose_{dose:g}"
            write_attribution(folder, one, command_line)
    if as_json:
        told = [
            one.summary() | ({} if dose is None else {"dose": dose}) for dose, one in found.items()
        ]
        print_json(told[0] if None in found else {"doses": told})
        return
    for dose, one in found.items():
        if dose is not None:
            print(f"{dose:g} g/kg")
        print_attribution(one)


def show_sensitivity(
    found: "Sensitivity", out: Path | None, as_json: bool, command_line: Sequence[str]
) -> None:
    """Print the indices, and write the folder if there is one."""
    if out is not None:
        write_sensitivity(out, found, command_line)
    if as_json:
        print_json(found.summary())
    else:
        print_sensitivity(found)


def show_network(found: "Network", outcome: str, out: Path | None, as_json: bool) -> None:
    """Print the strongest ways, and write the file if there is one."""
    paths = found.paths(outcome)
    if out is not None:
        write_network(out, found)
    if as_json:
        edges = found.edges.to_dict("records")
        print_json({"edges": edges, "paths": [path._asdict() for path in paths]})
    else:
        print_network(found, outcome)


def print_attribution(found: "Attribution") -> None:
    """Shares, the strongest synergies, and who had no part."""
    (total,) = found.of(found.totals).itertuples()
    pathway = {player.name: player.pathway for player in found.players}
    shares = found.of(found.shares).sort_values("value", key=abs, ascending=False, kind="stable")
    rows = [
        (
            row.player,
            pathway[row.player],
            signed(row.value),
            interval(row.ci_low, row.ci_high),
            _percent(row.value, total.value),
            *([per_cent(row.parameter_share)] if found.draws else []),
        )
        for row in shares.itertuples()
    ]
    last = [per_cent(total.parameter_share)] if found.draws else []
    rows.append(("all", "", signed(total.value), interval(total.ci_low, total.ci_high), "", *last))
    title = f"{what(found)}: share of each mechanism, {total.unit}"
    columns = ["mechanism", "pathway", "share", "95 % CI", "of total"]
    print_rows([*columns, "from parameters"] if found.draws else columns, rows, title)
    pairs = found.of(found.synergies).sort_values("value", key=abs, ascending=False, kind="stable")
    if len(pairs):
        print_rows(
            ("pair", "", "synergy", "95 % CI"),
            (
                (row.first, row.second, signed(row.value), interval(row.ci_low, row.ci_high))
                for row in pairs.head(_MOST_PAIRS).itertuples()
            ),
            "\nStrongest synergies (opposite sign to the shares: redundancy)",
        )
    for name, text in (("neutral", "moved no port"), ("inert", "changed no outcome here")):
        if ids := getattr(found, name):
            notice(f"left out, {text}: {', '.join(ids)}")
    kind = "all coalitions" if found.exact else "antithetic orders, sampled"
    worlds = f", {len(found.draws)} draws of the parameters" if found.draws else ""
    notice(f"{found.runs} runs ({kind}, {len(found.seeds)} seeds{worlds})")


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %".replace("-", "−") if whole else ""


def print_sensitivity(found: "Sensitivity") -> None:
    """Indices of the most influential parameters."""
    table = found.ranking()
    measures = MEASURES[found.method]
    columns = ["parameter", "range", "unit", "status"]
    for measure in measures:
        columns += [measure, "95 % CI"]
    rows = []
    by_name = {factor.row.name: factor.row for factor in found.factors}
    for name, row in table.head(_MOST_ROWS).iterrows():
        known = by_name[str(name)]
        cells = [known.name, f"{known.low:g} to {known.high:g}", known.unit, known.status]
        for measure in measures:
            limits = interval(row["ci_low", measure], row["ci_high", measure])
            cells += [figure(row["value", measure]), limits]
        rows.append(cells)
    print_rows(columns, rows, f"{found.scenario}: what moves the effect on {found.outcome}")
    notice(
        f"{found.runs} runs: {len(found.points)} points, treated and untreated, "
        f"{found.replicates} replicates"
    )


def print_network(found: "Network", outcome: str) -> None:
    """The strongest ways from the drug to an outcome, and the heaviest acts of the drug."""
    print_rows(
        ("share", "direction", "way", "through"),
        (
            (
                figure(path.share),
                "raises" if path.sign > 0 else "lowers",
                " → ".join(path.nodes),
                ", ".join(path.mechanisms),
            )
            for path in found.paths(outcome)
        ),
        f"Strongest ways from the drug to {outcome} (product of shares)",
    )
    carried = found.edges[found.edges["mechanism"] != ""].sort_values("share", ascending=False)
    print_rows(
        ("from", "to", "mechanism", "share", "events", "unit"),
        (
            (row.source, row.target, row.mechanism, figure(row.share), figure(row.weight), row.unit)
            for row in carried.head(_MOST_ROWS).itertuples()
        ),
        "\nWhat mechanisms carried",
    )
