"""How a deadline and its reminder came about, so that an edited calendar can count them anew. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from studio.approvals.clock import arithmetic
from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import Unit

_SECONDS = "working_seconds"
"""What is left of an amount after a pause."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """How long before the deadline a reminder goes out."""

    amount: int
    unit: Unit
    calendar: UUID | None = None
    """Whose hours count, where the unit is working time."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Working time from a moment on."""

    start: datetime
    amount: int
    unit: str
    """`working_hours`, `working_days`, or `working_seconds` behind a pause."""
    remind: Reminder | None = None

    def due(self, calendar: Calendar) -> datetime:
        """The deadline by a calendar. Raises arithmetic.BeyondHorizonError."""
        return _moved(calendar, self.start, self.amount, self.unit)

    def reminder(self, due_at: datetime, calendars: Mapping[UUID, Calendar]) -> datetime | None:
        """When to remind of that deadline; None: never. Raises arithmetic.BeyondHorizonError."""
        if self.remind is None:
            return None
        calendar = calendars.get(self.remind.calendar) if self.remind.calendar else None
        return _moved(calendar, due_at, -self.remind.amount, self.remind.unit)

    def paused(self, now: datetime, left: timedelta) -> "Counted":
        """The same from now on, with that much working time left."""
        return Counted(now, int(left.total_seconds()), _SECONDS, self.remind)


def _moved(calendar: Calendar | None, start: datetime, amount: int, unit: str) -> datetime:
    if calendar is None:
        by_clock = {Unit.WORKING_HOURS: "hours", Unit.WORKING_DAYS: "days", _SECONDS: "seconds"}
        return start + timedelta(**{by_clock.get(unit, str(unit)): amount})
    if unit == Unit.WORKING_DAYS:
        return arithmetic.add_days(calendar, start, amount)
    seconds = amount if unit == _SECONDS else amount * 3600
    return arithmetic.add_working(calendar, start, timedelta(seconds=seconds))


def to_json(counted: Counted) -> dict[str, Any]:
    """As a request keeps it."""
    remind = counted.remind
    kept: dict[str, Any] = {"from": counted.start.isoformat(), "amount": counted.amount, "unit": str(counted.unit)}
    if remind is not None:
        calendar = str(remind.calendar) if remind.calendar else None
        kept["remind"] = {"amount": remind.amount, "unit": remind.unit.value, "calendar": calendar}
    return kept


def from_json(kept: Mapping[str, Any]) -> Counted:
    """What to_json() wrote."""
    told = kept.get("remind")
    remind = None
    if told is not None:
        calendar = UUID(told["calendar"]) if told["calendar"] else None
        remind = Reminder(told["amount"], Unit(told["unit"]), calendar)
    return Counted(datetime.fromisoformat(kept["from"]), kept["amount"], kept["unit"], remind)
