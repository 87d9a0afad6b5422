"""Hours and days of UTC that runs are counted by. Pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

ALL = UUID(int=0)
"""Stands for all workflows together."""


class Grain(StrEnum):
    """How long a stretch is."""

    HOUR = "h"
    DAY = "d"

    @property
    def length(self) -> timedelta:
        """Of one stretch."""
        return timedelta(hours=1) if self is Grain.HOUR else timedelta(days=1)

    @property
    def kept(self) -> timedelta:
        """Older stretches are forgotten."""
        return timedelta(days=3) if self is Grain.HOUR else timedelta(days=400)

    def start(self, moment: datetime) -> datetime:
        """When the stretch began that a moment lies in."""
        hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return hour if self is Grain.HOUR else hour.replace(hour=0)


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

    def starts(self, now: datetime) -> list[datetime]:
        """Its stretches, oldest first; the last one goes on."""
        count = int(self.value[:-1])
        last = self.grain.start(now)
        return [last - self.grain.length * back for back in range(count - 1, -1, -1)]
