"""Runs over time as bars, and how long they took as lines from the half to 95 of a hundred. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from studio.runtime.insights.reading import Stretch

WIDTH, HEIGHT = 720, 140
"""Of a drawing; it grows and shrinks with the page."""
LEAST = 2
"""One run still shows."""
_EDGE = 6
"""Above the longest and below the shortest time."""
ORDER = ("bad", "warn", "going", "none", "ok")
"""From the bottom on: what needs somebody stands on the line, where bars are compared most easily."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time: its pieces from the bottom on."""

    stretch: Stretch
    x: float
    width: float
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Line:
    """The times of one stretch."""

    stretch: Stretch
    x: float
    median_y: float
    p95_y: float


@dataclass(frozen=True, slots=True)
class Times:
    """All of them on one scale, on which each step is a multiple of the one before."""

    lines: Sequence[Line]
    shortest_ms: int
    longest_ms: int


def bars(stretches: Sequence[Stretch]) -> list[Bar]:
    """The tallest at full height."""
    tallest = max((one.runs for one in stretches), default=0) or 1
    step = WIDTH / max(1, len(stretches))
    return [_bar(one, place * step, step, tallest) for place, one in enumerate(stretches)]


def times(stretches: Sequence[Stretch]) -> Times | None:
    """None: nothing has ended in all that time."""
    step = WIDTH / max(1, len(stretches))
    known = [
        (place * step + step / 2, one, max(1, one.median_ms), max(1, one.p95_ms))
        for place, one in enumerate(stretches)
        if one.median_ms is not None and one.p95_ms is not None
    ]
    if not known:
        return None
    shortest, longest = min(median for _x, _one, median, _p95 in known), max(p95 for *_rest, p95 in known)

    def y(milliseconds: int) -> float:
        share = log(milliseconds / shortest) / log(longest / shortest) if longest > shortest else 0.5
        return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)

    return Times([Line(one, round(x, 1), y(median), y(p95)) for x, one, median, p95 in known], shortest, longest)


def _bar(stretch: Stretch, x: float, step: float, tallest: int) -> Bar:
    width = max(LEAST, step * 0.72)
    parts, top = [], float(HEIGHT)
    for kind, runs in zip(ORDER, _counts(stretch), strict=True):
        if runs:
            height = max(LEAST, runs / tallest * (HEIGHT - LEAST * len(ORDER)))
            top -= height
            parts.append(Part(kind, round(top, 1), round(height, 1)))
    return Bar(stretch, round(x + (step - width) / 2, 1), round(width, 1), parts)


def _counts(stretch: Stretch) -> tuple[int, ...]:
    states = stretch.states
    return states["failed"], stretch.stuck, stretch.going, states["cancelled"], states["succeeded"]
