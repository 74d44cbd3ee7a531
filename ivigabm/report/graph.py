"""The wiring as a drawing: molecular feature → mechanism → port → process → outcome."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import networkx as nx

LAYERS = ("feature", "mechanism", "port", "process", "outcome")
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _HEAD = 162, 26, 46, 12, 12, 34
_CHANNEL = 60  # beside a column whose boxes are wired to each other
_CHARACTERS = 24  # that fit a box

STYLE = """
.wiring{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:#fcfcfb}
.wiring text{fill:#1b1f24;font-size:11.5px}
.wiring .head{fill:#6b7280;font-size:11px;font-weight:600;letter-spacing:.06em}
.wiring .head{text-transform:uppercase}
.wiring rect{fill:#fff;stroke:#b6bcc6;stroke-width:1.2}
.wiring path{fill:none;stroke:#b6bcc6;stroke-width:1.2}
.wiring .Fab2 rect,.wiring path.Fab2{stroke:#e69f00}
.wiring .Fc rect,.wiring path.Fc{stroke:#7b3fa0}
.wiring .both rect,.wiring path.both{stroke:#0072b2}
.wiring .mechanism rect{stroke-width:2.2}
.wiring path.within{stroke-width:1;stroke:#9aa3af}
.wiring .off{opacity:.28}
@media (prefers-color-scheme:dark){
.wiring{background:#14171b}.wiring text{fill:#e8eaed}.wiring .head{fill:#9aa3af}
.wiring rect{fill:#1d2127;stroke:#4b5563}.wiring path{stroke:#4b5563}
.wiring .Fc rect,.wiring path.Fc{stroke:#b58ad0}
.wiring .both rect,.wiring path.both{stroke:#56b4e9}}
"""


class _Box(NamedTuple):
    x: float
    y: float


def svg(
    graph: nx.DiGraph,
    active: Iterable[str] | None = None,
    layers: Sequence[str] = LAYERS,
    title: str = "Wiring of the mechanisms",
) -> str:
    """Draw a graph in columns, one per layer.

    Parameters
    ----------
    graph : nodes carry `layer` (one of `layers`) and, for mechanisms, `pathway` (`Fab2`, `Fc`
        or `both`); a node may carry `label`. Edges within a layer are drawn beside it. An edge
        may carry a `pathway` of its own, and a `share` (0 to 1) that gives its width.
    active : mechanisms that are switched on; the others are drawn faint. None: all are on.

    Returns
    -------
    str : a complete SVG element with its own style, fit for a file or for a page.
    """
    columns = ordered(graph, layers)
    across = _across(graph, columns)
    boxes = _places(columns, across)
    width = max(across.values(), default=0) + _WIDTH + _MARGIN
    height = _HEAD + _MARGIN + _rows(columns) * (_HEIGHT + _GAP_Y) + _MARGIN
    off = _off(graph, active)
    parts = [_edge(graph, boxes, tail, head, off) for tail, head in graph.edges]
    parts += [
        f'<text class="head" x="{x}" y="{_MARGIN + 12}">{layer}</text>'
        for layer, x in across.items()
    ]
    parts += [_node(graph, boxes, name, off) for name in boxes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wiring" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>"
    )


def ordered(graph: nx.DiGraph, layers: Sequence[str]) -> dict[str, list[str]]:
    """Names by layer, ordered so that neighbours stand near each other (barycentre sweeps)."""
    found = {
        layer: sorted(n for n, data in graph.nodes(data=True) if data["layer"] == layer)
        for layer in layers
    }
    columns = {layer: names for layer, names in found.items() if names}
    for sweep in range(8):
        place = {n: i / len(names) for names in columns.values() for i, n in enumerate(names)}
        near = graph.predecessors if sweep % 2 == 0 else graph.successors
        order = list(columns) if sweep % 2 == 0 else list(reversed(columns))
        for layer in order[1:]:
            names = sorted(columns[layer], key=lambda n: (_mean(place, near(n), place[n]), n))
            columns[layer] = names
            place |= {n: i / len(names) for i, n in enumerate(names)}
    return columns


def _mean(place: Mapping[str, float], names: Iterable[str], default: float) -> float:
    values = [place[name] for name in names]
    return sum(values) / len(values) if values else default


def _rows(columns: Mapping[str, list[str]]) -> int:
    return max((len(names) for names in columns.values()), default=1)


def _across(graph: nx.DiGraph, columns: Mapping[str, list[str]]) -> dict[str, int]:
    """Left edge of each column; one with edges of its own leaves room for them."""
    inner = {graph.nodes[a]["layer"] for a, b in graph.edges if _same_layer(graph, a, b)}
    places, x = {}, _MARGIN
    for layer in columns:
        places[layer] = x
        x += _WIDTH + _GAP_X + (_CHANNEL if layer in inner else 0)
    return places


def _same_layer(graph: nx.DiGraph, tail: str, head: str) -> bool:
    """Whether both stand in one layer."""
    return bool(graph.nodes[tail]["layer"] == graph.nodes[head]["layer"])


def _places(columns: Mapping[str, list[str]], across: Mapping[str, int]) -> dict[str, _Box]:
    boxes = {}
    for layer, names in columns.items():
        pitch = _rows(columns) * (_HEIGHT + _GAP_Y) / len(names)
        for j, name in enumerate(names):
            y = _MARGIN + _HEAD + (j + 0.5) * pitch - _HEIGHT / 2
            boxes[name] = _Box(across[layer], y)
    return boxes


def _off(graph: nx.DiGraph, active: Iterable[str] | None) -> set[str]:
    if active is None:
        return set()
    mechanisms = {n for n, data in graph.nodes(data=True) if data["layer"] == "mechanism"}
    return mechanisms - set(active)


def _edge(graph: nx.DiGraph, boxes: Mapping[str, _Box], tail: str, head: str, off: set[str]) -> str:
    a, b = boxes[tail], boxes[head]
    x0, y0, y1 = a.x + _WIDTH, a.y + _HEIGHT / 2, b.y + _HEIGHT / 2
    data: Mapping[str, Any] = graph.edges[tail, head]
    ends = (graph.nodes[tail].get("pathway"), graph.nodes[head].get("pathway"))
    pathway = data.get("pathway") or ends[0] or ends[1] or ""
    kind = f"{pathway} {'off' if tail in off or head in off else ''}".split()
    if _same_layer(graph, tail, head):  # within a column: an arrow around its right side
        bend = min(_GAP_X + _CHANNEL, 12 + abs(y1 - y0) / 3.5)
        y1 += 5 if y0 > y1 else -5
        curve = f"C{x0 + bend:g} {y0:g} {x0 + bend:g} {y1:g} {x0 + 5:g} {y1:g}m4 -3l-4 3l4 3"
        kind.append("within")
    else:
        back = b.x < a.x  # against the columns: from the left side to the right side of boxes
        x0, x1 = (a.x, b.x + _WIDTH) if back else (x0, b.x)
        middle = (x0 + x1) / 2
        curve = f"C{middle:g} {y0:g} {middle:g} {y1:g} {x1:g} {y1:g}"
        if "share" in data:  # a graph with edges both ways needs heads
            tip = -4 if back else 4
            curve += f"m{-tip} -3l{tip} 3l{-tip} 3"
    width = f' style="stroke-width:{1 + 4 * data["share"]:.1f}"' if "share" in data else ""
    return f'<path class="{" ".join(kind)}"{width} d="M{x0:g} {y0:g}{curve}"/>'


def _node(graph: nx.DiGraph, boxes: Mapping[str, _Box], name: str, off: set[str]) -> str:
    data: Mapping[str, Any] = graph.nodes[name]
    box = boxes[name]
    text = str(data.get("label", name))
    short = text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"
    kind = f"{data['layer']} {data.get('pathway') or ''} {'off' if name in off else ''}".split()
    return (
        f'<g class="{" ".join(kind)}"><title>{escape(text)}</title>'
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="5"/>'
        f'<text x="{box.x + 9:g}" y="{box.y + 17:g}">{escape(short)}</text></g>'
    )
