"""Calendars of working hours."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import calendars as shapes
from studio.api.v1.shapes.calendars import CalendarView, DueQuery, DueView, PublicHolidays
from studio.api.v1.shapes.common import ListOf, cut
from studio.approvals.service import calendars, recounting
from studio.approvals.service.calendars import CalendarSave, Working
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TAG = "Calendars"
ONE = "/calendars/<uuid:calendar_id>"


@operation("GET", "/calendars", tag=TAG, needs="calendar.read", query=Paged, answer=ListOf[CalendarView])
def list_calendars(uow: UnitOfWork, query: Paged) -> ListOf[CalendarView]:
    """The calendars, oldest first."""
    page, after = cut(calendars.every(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[CalendarView](data=[CalendarView.model_validate(row) for row in page], next_cursor=after)


@operation("POST", "/calendars", tag=TAG, needs="calendar.manage", body=shapes.CalendarSave, answer=CalendarView,
           status=201, conflicts=True)  # fmt: skip
def create_calendar(uow: UnitOfWork, body: shapes.CalendarSave) -> CalendarView:
    """Make a calendar. The first one is the default."""
    return CalendarView.model_validate(calendars.create(uow, _save(body)))


@operation("GET", ONE, tag=TAG, needs="calendar.read", answer=CalendarView)
def get_calendar(uow: UnitOfWork, calendar_id: UUID) -> CalendarView:
    """One calendar."""
    return CalendarView.model_validate(calendars.get(uow, calendar_id))


@operation("PUT", ONE, tag=TAG, needs="calendar.manage", body=shapes.CalendarSave, answer=CalendarView, conflicts=True)
def replace_calendar(uow: UnitOfWork, calendar_id: UUID, body: shapes.CalendarSave) -> CalendarView:
    """Edit a calendar. Deadlines that were computed stay as they are."""
    return CalendarView.model_validate(calendars.change(uow, calendar_id, _save(body)))


@operation("DELETE", ONE, tag=TAG, needs="calendar.manage", conflicts=True)
def delete_calendar(uow: UnitOfWork, calendar_id: UUID) -> None:
    """Delete a calendar that no workflow names. The default goes last."""
    calendars.remove(uow, calendar_id)


@operation("POST", f"{ONE}/default", tag=TAG, needs="calendar.manage", answer=CalendarView)
def make_default_calendar(uow: UnitOfWork, calendar_id: UUID) -> CalendarView:
    """Let a calendar count where a step names none."""
    calendars.make_default(uow, calendar_id)
    return CalendarView.model_validate(calendars.get(uow, calendar_id))


@operation("POST", f"{ONE}/public-holidays", tag=TAG, needs="calendar.manage", body=PublicHolidays, answer=CalendarView)
def add_public_holidays(uow: UnitOfWork, calendar_id: UUID, body: PublicHolidays) -> CalendarView:
    """Add the public holidays of a country, or of a part of one, for a year and the two that follow."""
    calendars.add_public_holidays(uow, calendar_id, body.place, body.year)
    return CalendarView.model_validate(calendars.get(uow, calendar_id))


@operation("GET", f"{ONE}/due", tag=TAG, needs="calendar.read", query=DueQuery, answer=DueView)
def calendar_due(uow: UnitOfWork, calendar_id: UUID, query: DueQuery) -> DueView:
    """When a request would be due that is given so many working hours."""
    at = query.at or uow.now
    if at.tzinfo is None:
        raise InvalidInput(_("Write the time with its offset, such as 2026-03-06T16:00:00+01:00."), field="at")
    calendar = calendars.hours_of(calendars.get(uow, calendar_id))
    due_at = calendars.after(calendar, at, query.hours, Working.HOURS)
    return DueView(at=at, hours=query.hours, due_at=due_at)


@operation("GET", f"{ONE}/deadlines", tag=TAG, needs="calendar.manage", answer=shapes.RecountView)
def calendar_deadlines(uow: UnitOfWork, calendar_id: UUID) -> shapes.RecountView:
    """What of the open requests that this calendar has counted would move if they were counted anew. At most 200."""
    plan = recounting.plan(uow, calendar_id)
    return shapes.RecountView(
        shown=plan.shown, over=plan.over, unknown=plan.unknown, more=plan.more,
        moves=[
            shapes.MoveView(
                request_id=move.request.id,
                due_before=move.due.before if move.due else None,
                due_after=move.due.after if move.due else None,
                remind_before=move.remind.before if move.remind else None,
                remind_after=move.remind.after if move.remind else None,
                escalates_before=move.level.before if move.level else None,
                escalates_after=move.level.after if move.level else None,
            )
            for move in plan.moves
        ],
    )  # fmt: skip


@operation("POST", f"{ONE}/deadlines", tag=TAG, needs="calendar.manage", body=shapes.Recount, answer=shapes.Recounted,
           conflicts=True)  # fmt: skip
def move_calendar_deadlines(uow: UnitOfWork, calendar_id: UUID, body: shapes.Recount) -> shapes.Recounted:
    """Count them anew, as far as they are still open. 409 where the calendar was changed since it was shown."""
    return shapes.Recounted(moved=recounting.apply(uow, calendar_id, body.shown))


def _save(body: shapes.CalendarSave) -> CalendarSave:
    return CalendarSave(body.name, body.time_zone, body.week, [one.model_dump() for one in body.holidays])
