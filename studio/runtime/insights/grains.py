"""Hours of UTC and days of the workspace's time zone that runs are counted by. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from studio.runtime.insights.days import Days

_HOUR = timedelta(hours=1)
ALL = UUID(int=0)
"""Stands for all workflows together."""


class Grain(StrEnum):
    """How long a stretch is."""

    HOUR = "h"
    DAY = "d"

    @property
    def longest(self) -> timedelta:
        """Of one stretch: a day has 25 hours where clocks are turned back."""
        return timedelta(hours=1) if self is Grain.HOUR else timedelta(hours=25)

    @property
    def kept(self) -> timedelta:
        """Older stretches are forgotten."""
        return timedelta(days=3) if self is Grain.HOUR else timedelta(days=400)


class Period(StrEnum):
    """How far back people look."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def grain(self) -> Grain:
        """What its bars stand for."""
        return Grain.HOUR if self is Period.DAY else Grain.DAY

    @property
    def length(self) -> timedelta:
        """Of all of it, where no clock is changed."""
        count = int(self.value[:-1])
        return timedelta(hours=count) if self.grain is Grain.HOUR else timedelta(days=count)

    def bounds(self, now: datetime, days: Days) -> Sequence["Bounds"]:
        """Its stretches, oldest first, without a gap; the last one goes on."""
        count = int(self.value[:-1])
        if self.grain is Grain.DAY:
            return [Bounds(*one) for one in days.back(now, count)]
        last = hour_of(now)
        starts = [last - _HOUR * back for back in range(count - 1, -1, -1)]
        return [Bounds(start, start + _HOUR) for start in starts]


class Bounds(NamedTuple):
    """Of a stretch."""

    starts_at: datetime
    ends_at: datetime
    """Not included."""
    day: date | None = None
    """None: an hour."""
    time_zone: str | None = None
    """Whose day it is."""
    whole: bool = True
    """False: a day that ends early, or began late, as the workspace changed its time zone."""


def hour_of(moment: datetime) -> datetime:
    """When the hour began that a moment lies in: whatever the zone, hours are those of UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
