"""A workflow as a small drawing: for the run page, the workflow's page and the gallery. No inline styles."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup, escape

from studio.contract.node import node_type
from studio.runtime.document import Document

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 188, 44, 28, 34, 8
LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one step stands, in pixels of the drawing."""

    x: int
    y: int


def picture(document: Document, states: Mapping[str, str] | None = None) -> Markup:
    """An SVG that says what it shows. `states` by step key colours each step's border."""
    spots = layout(document)
    if not spots:
        return Markup("")
    width = max(spot.x for spot in spots.values()) + WIDTH + MARGIN
    height = max(spot.y for spot in spots.values()) + HEIGHT + MARGIN
    parts = [
        Markup('<svg class="picture" viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">').format(
            width, height, width, _spoken(document, states or {})
        )
    ]
    parts += [_wire(spots[edge.source], spots[edge.target], edge.port) for edge in document.edges]
    parts += [_card(document, key, spot, (states or {}).get(key)) for key, spot in spots.items()]
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def layout(document: Document) -> dict[str, Spot]:
    """Rows by the longest way from a trigger, columns in the document's order, each row centred."""
    depth = {node.key: 0 for node in document.nodes}
    for _turn in document.nodes:
        moved = False
        for edge in document.edges:
            if depth[edge.target] < depth[edge.source] + 1 <= len(document.nodes):
                depth[edge.target], moved = depth[edge.source] + 1, True
        if not moved:
            break
    rows: dict[int, list[str]] = {}
    for node in document.nodes:
        rows.setdefault(depth[node.key], []).append(node.key)
    widest = max((len(row) for row in rows.values()), default=0)
    return {
        key: Spot(
            MARGIN + (WIDTH + GAP_X) * column + (widest - len(row)) * (WIDTH + GAP_X) // 2,
            MARGIN + (HEIGHT + GAP_Y) * position,
        )
        for position, (_depth, row) in enumerate(sorted(rows.items()))
        for column, key in enumerate(row)
    }


def _wire(start: Spot, end: Spot, port: str) -> Markup:
    x1, y1, x2, y2 = start.x + WIDTH // 2, start.y + HEIGHT, end.x + WIDTH // 2, end.y
    middle = (y1 + y2) // 2
    wire = Markup('<path class="wire" d="M{} {} C {} {}, {} {}, {} {}"/>').format(
        x1, y1, x1, middle, x2, middle, x2, y2
    )
    if port == "next":
        return wire
    label = port.replace("_", " ")
    return wire + Markup('<text class="port" x="{}" y="{}" text-anchor="middle">{}</text>').format(
        (x1 + x2) // 2, middle - 3, label
    )


def _card(document: Document, key: str, spot: Spot, state: str | None) -> Markup:
    node = document.step(key)
    assert node is not None  # noqa: S101 - keys come from the document
    known = node_type(node.type)
    kind = known.kind.value if known else "data"
    name = node.name if len(node.name) <= LONGEST_NAME else node.name[: LONGEST_NAME - 1].rstrip() + "…"
    return Markup(
        '<g class="card-node {}"><rect class="box" x="{}" y="{}" width="{}" height="{}" rx="8"/>'
        '<rect class="hue" data-kind="{}" x="{}" y="{}" width="8" height="{}" rx="4"/>'
        '<text x="{}" y="{}">{}</text></g>'
    ).format(
        state or "", spot.x, spot.y, WIDTH, HEIGHT, kind, spot.x + 8, spot.y + 10, HEIGHT - 20,
        spot.x + 26, spot.y + HEIGHT // 2 + 4, escape(name),
    )  # fmt: skip


def _spoken(document: Document, states: Mapping[str, str]) -> str:
    names = [f"{node.name} ({states[node.key].replace('_', ' ')})" if node.key in states else node.name
             for node in document.nodes]  # fmt: skip
    return _("Steps: %(names)s", names=", ".join(names))
