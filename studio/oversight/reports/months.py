"""Months and days of a workspace, by its own time zone. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the calendar."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        """The month behind it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return of(self.first - DAY)

    def days(self) -> list[date]:
        """All of them."""
        return [self.first + DAY * number for number in range((self.next.first - self.first).days)]


def of(day: date) -> Month:
    """The month that a day is of."""
    return Month(day.year, day.month)


def read(text: str) -> Month | None:
    """A month as it is written, such as 2026-11; None where it is none that there was or will be."""
    found = _WRITTEN.fullmatch(text)
    month = Month(int(found[1]), int(found[2])) if found else None
    return month if month is not None and 2000 <= month.year < 3000 else None


def begin(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins there, in UTC. Where midnight is left out that night, at the moment it is skipped."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def today(now: datetime, zone: ZoneInfo) -> date:
    """The day that it is there."""
    return now.astimezone(zone).date()


def next_sending(now: datetime, zone: ZoneInfo, day: int, hour: int) -> datetime:
    """When the report goes out next: on that day of a month, at that hour of the zone's wall clock."""
    month = of(today(now, zone))
    at = _at(month, zone, day, hour)
    return at if at > now else _at(month.next, zone, day, hour)


def _at(month: Month, zone: ZoneInfo, day: int, hour: int) -> datetime:
    return datetime.combine(month.first.replace(day=day), time(hour), zone).astimezone(UTC)
