"""How long there is to decide, as a step says it, and the points in time that it comes to.

Computed once, when a request is made: a calendar that is edited later moves no deadline by itself
(`service/recounting.py` does, when an admin asks).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals.clock import counted
from studio.approvals.clock.delays import Unit
from studio.approvals.service import calendars
from studio.approvals.service.calendars import Working
from studio.approvals.timetables import WorkingCalendar
from studio.contract.node import NodeConfig, help_
from studio.contract.references import Reference
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork


class Duration(NodeConfig):
    """An amount of time."""

    amount: int = help_("How many.", example=24, ge=1, le=10_000)
    unit: Unit = help_("Of what.", title="Unit", default=Unit.HOURS, example="hours")
    calendar: str = help_(
        "The calendar that working time is counted by; empty: the workspace's default",
        default="",
        max_length=80,
        show_if={"unit": ["working_hours", "working_days"]},
    )

    @property
    def working(self) -> Working | None:
        """What it counts where it is working time."""
        return Working(self.unit.value) if self.unit.value in set(Working) else None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a request ends, and when whoever was asked is reminded."""

    due_at: datetime | None = None
    remind_at: datetime | None = None
    calendar_id: UUID | None = None
    """The calendar that `due_at` was counted by."""
    counted: Mapping[str, Any] | None = None
    """How it counted; None where none did."""


def deadline(uow: UnitOfWork, now: datetime, due_in: Duration | None, remind_before: Duration | None) -> Deadline:
    """The points in time. No reminder where there is no end, or where it would come with the question.

    Raises InvalidInput, with the field, for a calendar that is not there or has too little working time.
    """
    if due_in is None:
        return Deadline()
    calendar = _calendar(uow, due_in, "", "due_in")
    due_at = _moved(calendar, now, due_in, 1, "due_in")
    remind_at = reminder = None
    if remind_before is not None:
        other = _calendar(uow, remind_before, due_in.calendar if calendar else "", "remind_before")
        remind_at = _moved(other, due_at, remind_before, -1, "remind_before")
        reminder = counted.Reminder(remind_before.amount, remind_before.unit, other.id if other else None)
    later = remind_at is not None and remind_at > now
    ahead = remind_at if later else None
    if calendar is None:
        return Deadline(due_at, ahead)
    how = counted.Counted(now, due_in.amount, due_in.unit.value, reminder)
    return Deadline(due_at, ahead, calendar.id, counted.to_json(how))


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """The calendars that a raw config names; an empty name means the default. A policy's own stand there."""
    if config.get("policy"):
        return
    due = config.get("due_in")
    otherwise = due.get("calendar") if isinstance(due, Mapping) else ""
    for field in ("due_in", "remind_before"):
        yield from reference(config.get(field), f"config.{field}", otherwise)


def reference(given: Any, field: str, otherwise: Any = "") -> Iterator[Reference]:
    """The calendar that a raw duration names, where it counts working time."""
    if isinstance(given, Mapping) and given.get("unit") in set(Working):
        yield Reference(f"{field}.calendar", calendars.KIND, str(given.get("calendar") or otherwise or ""))


def _calendar(uow: UnitOfWork, given: Duration, otherwise: str, field: str) -> WorkingCalendar | None:
    if given.working is None:
        return None
    name = given.calendar or otherwise
    found = calendars.find(uow, name)
    if found is None:
        missing = calendars.missing(uow, name)
        message = missing.message if missing else _("There is no such calendar.")
        raise InvalidInput(message, code=missing.code if missing else "calendar.unknown", field=f"{field}.calendar")
    return found


def _moved(calendar: WorkingCalendar | None, start: datetime, by: Duration, sign: int, field: str) -> datetime:
    if calendar is None or by.working is None:
        return start + sign * timedelta(**{by.unit.value: by.amount})
    try:
        return calendars.after(calendars.hours_of(calendar), start, sign * by.amount, by.working)
    except InvalidInput as error:
        raise InvalidInput(error.message, code=error.code, field=field) from None
