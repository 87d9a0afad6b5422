"""How wide a card is, and where its ports stand: evenly where their names have room, else as wide as the names need.

The canvas does the same, so that the picture looks like what somebody drew.
"""

from math import ceil

from studio.builder import insight
from studio.contract.graph import BODY_PORT
from studio.contract.wording import port_name
from studio.runtime.checks.outline import Outline

WIDTH, HEIGHT = 240, 56
_GRID, _LETTER, _GAP, _NAME_PAD = 20, 5.9, 10, 8
_FROM_THE_RIGHT = 20
"""Where the error port stands."""


def ports(outline: Outline, key: str) -> list[str]:
    """The ports along the lower edge; a loop's way into its body stands elsewhere."""
    found = outline.types.get(key)
    if found is None:
        return ["next"]
    given = insight.ports_of(found, outline.steps[key].config)
    return [port for port in given if not (port == BODY_PORT and found.is_loop)]


def name(outline: Outline, key: str, port: str) -> str:
    """What people read at a port."""
    found = outline.types.get(key)
    return port_name(found.port_names, port) if found is not None else port


def card_width(outline: Outline, key: str) -> float:
    """The card's width."""
    return _layout([name(outline, key, port) for port in ports(outline, key)])[0]


def place_of(outline: Outline, key: str, port: str) -> float:
    """The middle of a port, from the card's left edge."""
    given = ports(outline, key)
    width, middles = _layout([name(outline, key, one) for one in given])
    if port in given:
        return middles[given.index(port)]
    return width / 2 if port == BODY_PORT else width - _FROM_THE_RIGHT


def _layout(names: list[str]) -> tuple[float, list[float]]:
    widths = [len(one) * _LETTER + _NAME_PAD for one in names]
    even = [WIDTH * (place + 1) / (len(names) + 1) for place in range(len(names))]
    pairs = zip(even, even[1:], widths, widths[1:], strict=False)
    if all(right - left >= (one + other) / 2 + _GAP for left, right, one, other in pairs):
        return WIDTH, even
    total = sum(widths) + _GAP * (len(names) - 1)
    width = max(WIDTH, ceil((total + 2 * _GAP) / _GRID) * _GRID)
    left, middles = (width - total) / 2, []
    for one in widths:
        middles.append(left + one / 2)
        left += one + _GAP
    return width, middles
