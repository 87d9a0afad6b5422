"""An amount of time, counted by the clock or by a calendar of working hours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from studio.approvals.clock import arithmetic
from studio.approvals.clock.calendar import Calendar


class Unit(StrEnum):
    """Units of a duration."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


WORKING = (Unit.WORKING_HOURS, Unit.WORKING_DAYS)
_BY_CLOCK = {Unit.WORKING_HOURS: "hours", Unit.WORKING_DAYS: "days"}


@dataclass(frozen=True, slots=True)
class Delay:
    """How long something takes."""

    amount: int
    """At least 1."""
    unit: Unit
    calendar: UUID | None = None
    """Whose hours working time is counted by; None: by the clock."""

    def after(self, start: datetime, calendar: Calendar | None) -> datetime:
        """The moment (UTC) that is so much later.

        Without a calendar, or where its row is gone, working hours are hours and working days are days: what was
        promised comes earlier rather than never. Raises clock.arithmetic.BeyondHorizonError.
        """
        if calendar is None or self.unit not in WORKING:
            return start + timedelta(**{_BY_CLOCK.get(self.unit, self.unit.value): self.amount})
        if self.unit is Unit.WORKING_DAYS:
            return arithmetic.add_days(calendar, start, self.amount)
        return arithmetic.add_working(calendar, start, timedelta(hours=self.amount))

    def counts(self, calendars: Mapping[UUID, Calendar]) -> Calendar | None:
        """The calendar that it is counted by; None: the clock."""
        return calendars.get(self.calendar) if self.calendar is not None else None


def moved(calendar: Calendar | None, stopped_at: datetime, moment: datetime, start: datetime) -> datetime:
    """As much later than `start` as `moment` was than `stopped_at`, by a calendar or by the clock. Never earlier.

    A calendar that can no longer say leaves the clock.
    """
    if calendar is not None:
        try:
            left = arithmetic.working_between(calendar, stopped_at, moment)
            return arithmetic.add_working(calendar, start, max(left, timedelta()))
        except arithmetic.BeyondHorizonError:
            pass
    return start + max(moment - stopped_at, timedelta())
