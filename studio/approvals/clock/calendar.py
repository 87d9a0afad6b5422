"""A calendar of working time: a time zone, opening hours by weekday, holidays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from studio.approvals.clock.instants import moment

MIDNIGHT = time()
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Opening hours in minutes after the midnight with which their day begins; `end` may lie in the next day."""

    start: int
    """0 to 1439."""
    end: int
    """Above `start`, at most a day later."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which nothing opens. Hours that began the evening before run on into it."""

    day: date
    name: str = ""
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """One stretch of working time, as points in time (UTC), and the day whose hours it belongs to."""

    start: datetime
    end: datetime
    day: date


@dataclass(frozen=True)
class Calendar:
    """Seven days of hours, Monday first, sorted and without overlaps (`reading.py` makes sure of it)."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    holidays: tuple[Holiday, ...] = field(default=())

    @cached_property
    def _dated(self) -> frozenset[date]:
        return frozenset(one.day for one in self.holidays if not one.yearly)

    @cached_property
    def _yearly(self) -> frozenset[tuple[int, int]]:
        return frozenset((one.day.month, one.day.day) for one in self.holidays if one.yearly)

    def is_holiday(self, day: date) -> bool:
        """Nothing opens on this day."""
        return day in self._dated or (day.month, day.day) in self._yearly

    def hours(self, day: date) -> Iterator[Open]:
        """The stretches that begin on a day, in order. Those that a change of clocks swallows are left out."""
        if self.is_holiday(day):
            return
        midnight = datetime.combine(day, MIDNIGHT)
        for span in self.week[day.weekday()]:
            start = moment(self.zone, midnight + timedelta(minutes=span.start))
            end = moment(self.zone, midnight + timedelta(minutes=span.end))
            if start < end:
                yield Open(start, end, day)
