"""Schedules of who is on call."""

from datetime import UTC
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import schedules as shapes
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.schedules import OnCallQuery, OnCallView, OverrideSave, OverrideView, ScheduleView
from studio.approvals.service import schedules
from studio.approvals.service.schedules import ScheduleSave
from studio.approvals.timetables import OnCallSchedule
from studio.core.unit_of_work import UnitOfWork

TAG = "On call"
ONE = "/schedules/<uuid:schedule_id>"


@operation("GET", "/schedules", tag=TAG, needs="schedule.read", query=Paged, answer=ListOf[ScheduleView])
def list_schedules(uow: UnitOfWork, query: Paged) -> ListOf[ScheduleView]:
    """The schedules, oldest first."""
    page, after = cut(schedules.every(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[ScheduleView](data=[_view(uow, row) for row in page], next_cursor=after)


@operation("POST", "/schedules", tag=TAG, needs="schedule.manage", body=shapes.ScheduleSave, answer=ScheduleView,
           status=201, conflicts=True)  # fmt: skip
def create_schedule(uow: UnitOfWork, body: shapes.ScheduleSave) -> ScheduleView:
    """Make a schedule."""
    return _view(uow, schedules.create(uow, _save(body)))


@operation("GET", ONE, tag=TAG, needs="schedule.read", answer=ScheduleView)
def get_schedule(uow: UnitOfWork, schedule_id: UUID) -> ScheduleView:
    """One schedule."""
    return _view(uow, schedules.get(uow, schedule_id))


@operation("PUT", ONE, tag=TAG, needs="schedule.manage", body=shapes.ScheduleSave, answer=ScheduleView, conflicts=True)
def replace_schedule(uow: UnitOfWork, schedule_id: UUID, body: shapes.ScheduleSave) -> ScheduleView:
    """Edit a schedule. Requests that are open keep whom they asked."""
    return _view(uow, schedules.change(uow, schedule_id, _save(body)))


@operation("DELETE", ONE, tag=TAG, needs="schedule.manage")
def delete_schedule(uow: UnitOfWork, schedule_id: UUID) -> None:
    """Delete a schedule. Requests that are open keep whom they asked."""
    schedules.remove(uow, schedule_id)


@operation("GET", f"{ONE}/on-call", tag=TAG, needs="schedule.read", query=OnCallQuery, answer=OnCallView)
def get_on_call(uow: UnitOfWork, schedule_id: UUID, query: OnCallQuery) -> OnCallView:
    """Who is on call now, or at a moment."""
    at = query.at or uow.now
    person = schedules.now_on_call(uow, schedules.get(uow, schedule_id), at)
    return OnCallView(at=at, user_id=person.id if person else None, name=person.name if person else None)


@operation("POST", f"{ONE}/overrides", tag=TAG, needs="schedule.manage", body=OverrideSave, answer=OverrideView,
           status=201, conflicts=True)  # fmt: skip
def create_override(uow: UnitOfWork, schedule_id: UUID, body: OverrideSave) -> OverrideView:
    """Put somebody else on call for a time."""
    start, end = body.start.astimezone(UTC), body.end.astimezone(UTC)
    return OverrideView.model_validate(schedules.override(uow, schedule_id, body.user_id, start, end))


@operation("DELETE", f"{ONE}/overrides/<uuid:override_id>", tag=TAG, needs="schedule.manage")
def delete_override(uow: UnitOfWork, schedule_id: UUID, override_id: UUID) -> None:
    """Let the turns hold again."""
    schedules.take_away(uow, schedule_id, override_id)


def _view(uow: UnitOfWork, row: OnCallSchedule) -> ScheduleView:
    person = schedules.now_on_call(uow, row)
    return ScheduleView(
        id=row.id,
        name=row.name,
        time_zone=row.time_zone,
        starts=row.starts,
        days=row.days,
        people=[UUID(one) for one in row.people],
        on_call=person.id if person else None,
        overrides=[OverrideView.model_validate(one) for one in schedules.overrides(uow, row)],
    )


def _save(body: shapes.ScheduleSave) -> ScheduleSave:
    return ScheduleSave(body.name, body.time_zone, body.starts, body.days, body.people)
