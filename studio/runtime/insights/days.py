"""Days that runs are counted by: those of the workspace's time zone, each from one moment to another. Pure.

A workspace may change its zone. What was counted keeps its days; the new zone's begin with its next midnight, and the
day of the old zone that this midnight lies in ends there. So days never overlap, and leave nothing out between them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from studio.runtime import zones

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on a workspace's first zone counts."""
_ONE = timedelta(days=1)


class Since(NamedTuple):
    """A zone, and from when on days are its."""

    since: datetime
    zone: str


class Day(NamedTuple):
    """A day, or what is left of one where another zone takes over."""

    starts_at: datetime
    ends_at: datetime
    """Not included."""
    date: date
    zone: str
    whole: bool = True
    """False: it ends early, or began late, as the zone changed."""


@dataclass(slots=True)
class Days:
    """All days of a workspace: `zones` oldest first, at least one."""

    zones: Sequence[Since]
    _last: Day | None = field(default=None, repr=False)
    """Most moments that are asked about one after the other lie in one day."""

    def at(self, moment: datetime) -> Day:
        """The day that holds a moment."""
        if self._last is None or not self._last.starts_at <= moment < self._last.ends_at:
            place = max(0, bisect_right([one.since for one in self.zones], moment) - 1)
            self._last = self._clipped(place, moment)
        return self._last

    def back(self, now: datetime, count: int) -> list[Day]:
        """Today and so many days before that they are `count` by today's zone, oldest first, without a gap."""
        today = self.at(now)
        found = [self.at(begin(today.date - _ONE * (count - 1), today.zone))]
        while found[-1].ends_at <= now:
            found.append(self.at(found[-1].ends_at))
        return found

    def _clipped(self, place: int, moment: datetime) -> Day:
        since, zone = self.zones[place]
        day = of(moment, zone)
        starts_at = max(day.starts_at, since) if place else day.starts_at
        until = self.zones[place + 1].since if place + 1 < len(self.zones) else day.ends_at
        ends_at = min(day.ends_at, until)
        return Day(starts_at, ends_at, day.date, zone, (starts_at, ends_at) == (day.starts_at, day.ends_at))


def of(moment: datetime, zone: str) -> Day:
    """The day of a zone that holds a moment: of 23 or 25 hours where clocks are changed.

    A clock that is turned back over midnight does not begin the day before anew.
    """
    day = moment.astimezone(zones.zone(zone)).date()
    while moment < begin(day, zone):
        day -= _ONE
    while moment >= (ends_at := begin(day + _ONE, zone)):
        day += _ONE
    return Day(begin(day, zone), ends_at, day, zone)


def begin(day: date, zone: str) -> datetime:
    """The first moment of a day of a zone."""
    return zones.start_of_day(day, zones.zone(zone)).astimezone(UTC)


def changed(known: Sequence[Since], wanted: str, now: datetime) -> list[Since]:
    """The zones after a workspace came to have `wanted`: nothing that has begun changes."""
    begun = [one for one in known if one.since <= now]
    if begun and begun[-1].zone == wanted:
        return begun
    return [*begun, Since(of(now, wanted).ends_at, wanted)]
