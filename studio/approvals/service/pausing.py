"""A deadline that stands still while a new version is awaited, and goes on by as much later."""

from datetime import datetime

from studio.approvals import trail
from studio.approvals.clock import counted
from studio.approvals.models import Request
from studio.approvals.service import calendars, timers
from studio.core.unit_of_work import UnitOfWork


def pause(uow: UnitOfWork, request: Request) -> None:
    """Stop its clock. Without a deadline of its own it stands last in every list."""
    trail.unschedule(uow, request)
    timers.pause(uow, request)
    request.paused_at = uow.now
    request.paused_due_at, request.due_at = request.due_at, None
    reminder = request.remind_at
    request.paused_remind_at = reminder if reminder is not None and reminder > uow.now else None
    request.pauses += 1


def go_on(uow: UnitOfWork, request: Request) -> None:
    """Let it run again: as much time is left as there was, by the calendar that counted it. Nothing where it runs."""
    if request.paused_at is None:
        return
    request.due_at = _moved(uow, request, request.paused_at, request.paused_due_at)
    request.remind_at = _moved(uow, request, request.paused_at, request.paused_remind_at)
    if request.counted is not None and request.due_at is not None:
        left = calendars.working_left(uow, request.calendar_id, request.due_at)
        how = counted.from_json(request.counted)
        request.counted = counted.to_json(how.paused(uow.now, left)) if left is not None else None
    timers.go_on(uow, request, request.paused_at)
    request.paused_at = request.paused_due_at = request.paused_remind_at = None
    trail.schedule(uow, request)


def _moved(uow: UnitOfWork, request: Request, paused_at: datetime, moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    by_calendar = calendars.moved(uow, request.calendar_id, paused_at, moment)
    return by_calendar or uow.now + (moment - paused_at)
