"""Where each step stands in the picture: where somebody put it, or in rows by its place in the flow. Pure."""

from dataclasses import dataclass

from studio.contract.graph import BODY_PORT
from studio.contract.node import node_type
from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document

WIDTH, HEIGHT = 240, 56
"""Of a card, as on the canvas."""
_ROW, _COLUMN = 116, 272
_PAD, _HEAD, _FOOT = 20, 80, 40
_EMPTY_WIDTH, _EMPTY_HEIGHT = 320, 180


@dataclass(frozen=True, slots=True)
class Box:
    """A card, or a loop with everything in it."""

    x: float
    y: float
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


def boxes(document: Document) -> dict[str, Box]:
    """The box of every step."""
    outline = Outline(document)
    if all(step.position is not None for step in document.nodes):
        cards = {step.key: Box(step.position.x, step.position.y) for step in document.nodes if step.position}
    else:
        cards = _in_rows(outline)
    return _with_loops(outline, cards)


def is_loop(document: Document, key: str) -> bool:
    """Whether a step draws a box around others."""
    step = document.step(key)
    found = node_type(step.type) if step is not None else None
    return found is not None and found.is_loop


def _in_rows(outline: Outline) -> dict[str, Box]:
    """Each step one row below the lowest of those before it; a row's steps side by side around the middle."""
    order, _ = topological(outline)
    above = _before(outline)
    rows: dict[str, int] = {}
    for key in order:
        rows[key] = max((rows[one] + 1 for one in above[key] if one in rows), default=0)
    last = max(rows.values(), default=0)
    for key in outline.steps:
        rows.setdefault(key, last + 1)  # steps of a circle have no place; they still must be seen
    found: dict[str, Box] = {}
    for row in range(max(rows.values(), default=0) + 1):
        keys = [key for key in outline.steps if rows[key] == row]
        left = -(len(keys) - 1) * _COLUMN / 2
        found |= {key: Box(left + place * _COLUMN, row * _ROW) for place, key in enumerate(keys)}
    return found


def _before(outline: Outline) -> dict[str, set[str]]:
    """Step → those that stand above it. What follows a loop stands below the loop's body."""
    above: dict[str, set[str]] = {key: set() for key in outline.steps}
    for step in outline.steps.values():
        if step.parent in outline.steps:
            above[step.key].add(str(step.parent))
    for key, edges in outline.out.items():
        body = [step.key for step in outline.steps.values() if step.parent == key]
        for edge in edges:
            above[edge.target].add(key)
            if edge.port != BODY_PORT:
                above[edge.target].update(one for one in body if one != edge.target)
    return above


def _with_loops(outline: Outline, cards: dict[str, Box]) -> dict[str, Box]:
    found: dict[str, Box] = {}

    def measure(key: str) -> Box:
        known = found.get(key)
        if known is not None:
            return known
        found[key] = cards[key]  # stands even if parents form a circle
        if outline.is_loop(key):
            inside = [measure(step.key) for step in outline.steps.values() if step.parent == key]
            found[key] = _around(cards[key], inside)
        return found[key]

    for key in outline.steps:
        measure(key)
    return found


def _around(card: Box, inside: list[Box]) -> Box:
    left = min([card.x, *(box.x - _PAD for box in inside)])
    top = min([card.y, *(box.y - _HEAD for box in inside)])
    right = max([card.x + (WIDTH if inside else _EMPTY_WIDTH), *(box.right + _PAD for box in inside)])
    bottom = max([card.y + (HEIGHT if inside else _EMPTY_HEIGHT), *(box.bottom + _FOOT for box in inside)])
    return Box(left, top, right - left, bottom - top)
