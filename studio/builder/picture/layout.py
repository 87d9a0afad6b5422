"""Where each step stands in the picture: where somebody put it, or in rows by its place in the flow. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.builder.picture.ports import HEIGHT, WIDTH, card_width, place_of
from studio.contract.graph import BODY_PORT
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document
from studio.runtime.document.layout import Group, Note

_ROW, _GAP = 116, 32
_PAD, _HEAD, _FOOT = 20, 80, 40
_GROUP_HEAD = 60
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


@dataclass(frozen=True, slots=True)
class Placed:
    """Where everything of a picture stands."""

    steps: Mapping[str, Box]
    frames: Mapping[str, Box]
    """By the group's id."""
    notes: Sequence[Note]

    def everything(self) -> list[Box]:
        """What the picture must hold."""
        notes = [Box(note.x, note.y, note.width, note.height) for note in self.notes]
        return [*self.steps.values(), *self.frames.values(), *notes]


def placed(document: Document) -> Placed:
    """The box of every step, and of what people put beside them.

    That has a place only among steps that they placed too: beside steps in rows it would stand anywhere.
    """
    outline = Outline(document)
    if not all(step.position is not None for step in document.nodes):
        return Placed(_with_loops(outline, _in_rows(outline), ()).steps, {}, ())
    cards = {
        step.key: Box(step.position.x, step.position.y, card_width(outline, step.key))
        for step in document.nodes
        if step.position is not None
    }
    found = _with_loops(outline, cards, document.layout.groups)
    return Placed(found.steps, found.frames, document.layout.notes)


def _in_rows(outline: Outline) -> dict[str, Box]:
    """Each step one row below the lowest of those before it; a row's steps side by side around the middle."""
    above = _before(outline)
    rows = _ranks(above)
    found: dict[str, Box] = {}
    top = 0.0
    for row in range(max(rows.values(), default=0) + 1):
        keys = [key for key in outline.steps if rows[key] == row]
        wanted = {key: _wanted(outline, key, found) for key in keys}
        keys.sort(key=lambda key: wanted[key])
        widths = [card_width(outline, key) for key in keys]
        left = sum(wanted.values()) / len(keys) - (sum(widths) + _GAP * (len(keys) - 1)) / 2 if keys else 0.0
        top += _FOOT if any(_follows_loop(outline, key) for key in keys) else 0.0
        for key, width in zip(keys, widths, strict=True):
            found[key] = Box(left, top, width)
            left += width + _GAP
        top += _ROW
    return found


def _follows_loop(outline: Outline, key: str) -> bool:
    """Whether it stands below a loop's body, whose box needs room."""
    return any(outline.is_loop(edge.source) and edge.port != BODY_PORT for edge in outline.into[key])


def _wanted(outline: Outline, key: str, placed: dict[str, Box]) -> float:
    """The middle below the ports that lead to a step."""
    middles = [
        placed[edge.source].x + place_of(outline, edge.source, edge.port)
        for edge in outline.into[key]
        if edge.source in placed
    ]
    return sum(middles) / len(middles) if middles else 0.0


def _ranks(above: dict[str, set[str]]) -> dict[str, int]:
    """The longest way to each step. Steps of a circle have no place; they still must be seen, below all others."""
    below: dict[str, list[str]] = {key: [] for key in above}
    for key, before in above.items():
        for one in before:
            below[one].append(key)
    left = {key: len(before) for key, before in above.items()}
    ranks = {key: 0 for key, count in left.items() if count == 0}
    ready = deque(ranks)
    while ready:
        key = ready.popleft()
        for one in below[key]:
            left[one] -= 1
            if left[one] == 0:
                ranks[one] = max(ranks[before] for before in above[one]) + 1
                ready.append(one)
    last = max(ranks.values(), default=-1) + 1
    return ranks | {key: last for key in above if key not in ranks}


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
                above[edge.target].update(body)
    for key, before in above.items():
        before.discard(key)
    return above


def _with_loops(outline: Outline, cards: dict[str, Box], groups: Sequence[Group]) -> Placed:
    """The boxes of loops around their bodies, and of groups around their steps: either may stand within the other."""
    found, frames = dict[str, Box](), dict[str, Box]()
    inside: dict[str | None, list[str]] = {}
    for step in outline.steps.values():
        inside.setdefault(step.parent, []).append(step.key)
    level = {group.id: outline.steps[group.steps[0]].parent for group in groups if group.steps[0] in outline.steps}

    def measure(key: str) -> Box:
        known = found.get(key)
        if known is not None:
            return known
        found[key] = cards[key]  # stands even if parents form a circle
        if outline.is_loop(key):
            within = [measure(step) for step in inside.get(key, ())]
            within += [framed(group) for group in groups if level.get(group.id) == key]
            found[key] = _around(cards[key], within)
        return found[key]

    def framed(group: Group) -> Box:
        if group.id not in frames:
            steps = [measure(key) for key in group.steps if key in outline.steps]
            left, top = min(box.x for box in steps) - _PAD, min(box.y for box in steps) - _GROUP_HEAD
            right, bottom = max(box.right for box in steps) + _PAD, max(box.bottom for box in steps) + _FOOT
            frames[group.id] = Box(left, top, right - left, bottom - top)
        return frames[group.id]

    for key in outline.steps:
        measure(key)
    for group in groups:
        if group.id in level:
            framed(group)
    return Placed(found, frames, ())


def _around(card: Box, inside: list[Box]) -> Box:
    left = min([card.x, *(box.x - _PAD for box in inside)])
    top = min([card.y, *(box.y - _HEAD for box in inside)])
    right = max([card.x + (card.width if inside else _EMPTY_WIDTH), *(box.right + _PAD for box in inside)])
    bottom = max([card.y + (HEIGHT if inside else _EMPTY_HEIGHT), *(box.bottom + _FOOT for box in inside)])
    return Box(left, top, right - left, bottom - top)
