"""What waits for somebody or for anybody, read calendar by calendar from an index and merged by working time left."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, tuple_, union_all
from sqlalchemy.types import Uuid

from studio.approvals import courses
from studio.approvals.clock.calendar import Calendar
from studio.approvals.courses import Course, Place
from studio.approvals.models import Assignment, Request
from studio.approvals.models.request import BY_CLOCK
from studio.approvals.service import calendars
from studio.approvals.service.filtering import Filters, due, live, narrowed, pending
from studio.approvals.timetables import WorkingCalendar
from studio.core.db import UtcDateTime
from studio.core.unit_of_work import UnitOfWork

Model = type[Request] | type[Assignment]


def take(uow: UnitOfWork, user_id: UUID, filters: Filters, size: int, window: int) -> courses.Taken:
    """One page of ids, of requests or of the person's shares. Narrowed, it looks through about `window` rows."""
    read = courses.restored(filters.after or "") or {}
    counted_by = _counted_by(uow, user_id, filters)
    edges: dict[UUID, list[Place]] = {}
    if narrowed(filters) and counted_by:
        skipped = max(1, window // len(counted_by)) - 1
        edges = _each(uow, user_id, filters, {one: read.get(one) for one in counted_by}, offset=skipped, size=1)
    last = {one: found[0] for one, found in edges.items()}
    starts = {one: read.get(one) for one in counted_by}
    places = _each(uow, user_id, filters, starts, size=size + 1, until=last, narrow=True)
    hours = _hours(uow, counted_by)
    lists = [Course(one, hours.get(one), places.get(one, []), last.get(one)) for one in counted_by]
    return courses.take(lists, read, uow.now, size)


def _counted_by(uow: UnitOfWork, user_id: UUID, filters: Filters) -> list[UUID]:
    """By what the rows are counted, skipping along the index from one calendar to the next."""
    model, among = _model(filters), _among(filters, user_id)
    one = select(model.counted_by).where(*among).order_by(model.counted_by).limit(1)
    steps = select(one.scalar_subquery().label("counted_by")).cte("steps", recursive=True)
    following = one.where(model.counted_by > steps.c.counted_by).correlate(steps).scalar_subquery()
    steps = steps.union_all(select(following).where(steps.c.counted_by.is_not(None)))
    return [found for found in uow.session.scalars(select(steps.c.counted_by)) if found is not None]


def _each(
    uow: UnitOfWork,
    user_id: UUID,
    filters: Filters,
    starts: Mapping[UUID, Place | None],
    *,
    size: int,
    offset: int = 0,
    until: Mapping[UUID, Place] | None = None,
    narrow: bool = False,
) -> dict[UUID, list[Place]]:
    """Places of each course behind its start, in one query."""
    model = _model(filters)
    here = tuple_(model.sort_at, model.id)
    parts = []
    for counted_by, start in starts.items():
        part: Select[*tuple[Any, ...]] = select(
            literal(counted_by, Uuid()).label("counted_by"), model.sort_at, model.id
        )
        part = part.where(*_among(filters, user_id), model.counted_by == counted_by, *due(uow, filters))
        if not filters.everybody:
            part = part.where(pending(uow.now))
        if narrow and narrowed(filters):
            part = part.where(*narrowed(filters))
            part = part if model is Request else part.join(Request, Request.id == Assignment.request_id)
        if start is not None:
            part = part.where(here > _place(start))
        if until and counted_by in until:
            part = part.where(here <= _place(until[counted_by]))
        ordered = part.order_by(model.sort_at, model.id).offset(offset or None).limit(size).subquery()
        parts.append(select(ordered))
    found: dict[UUID, list[Place]] = {}
    if parts:
        for row in uow.session.execute(union_all(*parts)):
            found.setdefault(row[0], []).append((row[1], row[2]))
    return found


def _hours(uow: UnitOfWork, counted_by: Sequence[UUID]) -> dict[UUID, Calendar]:
    wanted = [one for one in counted_by if one != BY_CLOCK]
    found = uow.session.scalars(select(WorkingCalendar).where(WorkingCalendar.id.in_(wanted))) if wanted else ()
    return {row.id: calendars.hours_of(row) for row in found}


def _model(filters: Filters) -> Model:
    return Request if filters.everybody else Assignment


def _among(filters: Filters, user_id: UUID) -> list[ColumnElement[bool]]:
    """What the index holds."""
    return [Request.closed_at.is_(None)] if filters.everybody else [Assignment.user_id == user_id, live()]


def _place(place: Place) -> Any:
    return tuple_(literal(place[0], UtcDateTime()), literal(place[1], Uuid()))
