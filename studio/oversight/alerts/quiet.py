"""Quiet hours: a stretch of each day, by the wall clock of a zone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from studio.approvals.clock.instants import moment, wall


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` up to `end`, over midnight where `end` is not later. The two differ."""

    zone: ZoneInfo
    start: time
    end: time
    weekends: bool = False
    """Saturdays and Sundays are quiet as a whole."""

    def until(self, at: datetime) -> datetime | None:
        """When the quiet (UTC) ends in which a moment lies; None: it lies in none."""
        here = end = wall(self.zone, at)
        while (later := self._end(end)) is not None:
            end = later
        return moment(self.zone, end) if end > here else None

    def _end(self, here: datetime) -> datetime | None:
        """The end of one stretch that holds a wall time."""
        day = here.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.weekends and here.weekday() >= 5:
            return day + timedelta(days=7 - here.weekday())
        for begins in (day - timedelta(days=1), day):
            first = datetime.combine(begins, self.start)
            last = datetime.combine(begins, self.end)
            last += timedelta(days=1) if self.end <= self.start else timedelta()
            if first <= here < last:
                return last
        return None


def to_json(quiet: Quiet | None) -> dict[str, Any] | None:
    """As it is stored with a rule."""
    if quiet is None:
        return None
    return {"zone": quiet.zone.key, "from": f"{quiet.start:%H:%M}", "until": f"{quiet.end:%H:%M}",
            "weekends": quiet.weekends}  # fmt: skip


def from_json(stored: Mapping[str, Any] | None) -> Quiet | None:
    """Read it back."""
    if not stored:
        return None
    start, end = (time.fromisoformat(stored[name]) for name in ("from", "until"))
    return Quiet(ZoneInfo(stored["zone"]), start, end, bool(stored["weekends"]))
