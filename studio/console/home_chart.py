"""Fourteen days of runs as bars. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.console.home_figures import Day

WIDTH, BASE, HIGHEST = 336, 112, 100
STEP, BAR = 23, 15
LEAST = 2
"""A day with one run, or one failure, still shows."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: what went well above what failed."""

    day: Day
    x: int
    ok_y: int
    ok_height: int
    bad_y: int
    bad_height: int


def bars(days: Sequence[Day]) -> list[Bar]:
    """Coordinates within WIDTH by 120, the tallest day at full height."""
    tallest = max((day.total for day in days), default=0) or 1
    return [_bar(day, 8 + place * STEP, tallest) for place, day in enumerate(days)]


def _bar(day: Day, x: int, tallest: int) -> Bar:
    bad = _height(day.bad, tallest)
    ok = _height(day.total - day.bad, tallest)
    gap = 2 if ok and bad else 0
    bad_y = BASE - bad
    return Bar(day, x, bad_y - gap - ok, ok, bad_y, bad)


def _height(runs: int, tallest: int) -> int:
    return max(LEAST, round(runs / tallest * (HIGHEST - LEAST))) if runs else 0
