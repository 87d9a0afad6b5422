"""Counting the runs of two weeks: today's each time, those of days that are over once in a few minutes."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run
from studio.runtime.outcomes import Mode

DAYS = 14
PAST_KEPT_S = 300
"""Seconds for which days that are over are not counted again: only what still waits can change them."""
MOST_KEPT = 1_000
"""Workspaces and zones whose past is kept in a process."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Midnights as the reader lives them."""

    days: tuple[datetime, ...]
    """Beginnings of the last DAYS days, oldest first; the last is today's."""
    monday: datetime

    @classmethod
    def of(cls, now: datetime, zone: ZoneInfo) -> "Calendar":
        """Around a moment, in a zone."""
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        days = tuple(today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))  # wall time: DST is kept
        return cls(days, today - timedelta(days=today.weekday()))


@dataclass(slots=True)
class Counted:
    """The runs of some days: a day's place and state, and a workflow, with how many there were."""

    by_day: Counter[tuple[int, str]] = field(default_factory=Counter)
    by_workflow: Counter[UUID] = field(default_factory=Counter)


_kept: dict[tuple[UUID, tuple[datetime, ...]], tuple[float, Counted]] = {}


def counted(uow: UnitOfWork, calendar: Calendar) -> Counted:
    """Runs by day, state and workflow. Days that are over are counted every few minutes, today each time."""
    past = _past(uow, calendar)
    today = _count(uow, calendar, first_id_at(calendar.days[-1]), None)
    return Counted(past.by_day + today.by_day, past.by_workflow + today.by_workflow)


def _past(uow: UnitOfWork, calendar: Calendar) -> Counted:
    key, now = (uow.workspace, calendar.days), clock.monotonic()
    kept = _kept.get(key)
    if kept is not None and kept[0] > now:
        return kept[1]
    counted = _count(uow, calendar, first_id_at(calendar.days[0]), first_id_at(calendar.days[-1]))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (now + PAST_KEPT_S, counted)
    return counted


def _count(uow: UnitOfWork, calendar: Calendar, since: UUID, until: UUID | None) -> Counted:
    """Ids carry their moment, so an index finds each day."""
    ends = list(enumerate(calendar.days[1:]))
    bucket = case(*((Run.id < first_id_at(end), place) for place, end in ends), else_=DAYS - 1).label("bucket")
    query = (
        select(bucket, Run.state, Run.workflow_id, func.count())
        .where(Run.id >= since, Run.mode == Mode.LIVE)
        .group_by(bucket, Run.state, Run.workflow_id)
    )
    found = Counted()
    for place, state, workflow_id, count in uow.session.execute(
        query if until is None else query.where(Run.id < until)
    ):
        found.by_day[place, state] += count
        found.by_workflow[workflow_id] += count
    return found
