"""Load and latency: how much waits, how fast it is answered, what is passed on or runs out.

Percentiles are by nearest rank: a value that somebody really waited.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, case, func, literal_column, select

from studio.approvals import people
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import LIVE, AssignmentState, RequestState
from studio.approvals.service.listing import written_out
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow

BATCH = 500
MOST = 200
"""Rows that are shown, the first ones of the order that was asked for."""
_ESCALATED = literal_column("'escalated_away'", Text())
"""The state of a share that an escalation has taken away."""


class Period(StrEnum):
    """How far back, in days of the reader's time zone; today is one of them."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"


class By(StrEnum):
    """What a row stands for."""

    PERSON = "person"
    GROUP = "group"
    WORKFLOW = "workflow"


class Sort(StrEnum):
    """What the rows are ordered by: names from A on, figures from the largest on."""

    NAME = "name"
    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    MEDIAN = "median"
    P90 = "p90"
    WORKING_MEDIAN = "working_median"
    WORKING_P90 = "working_p90"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Line:
    """One person, group or workflow. Seconds are None where nothing was measured."""

    key: str
    """Id of a person or workflow; name of a group."""
    name: str
    """Empty: a person without a seat, a workflow that is gone."""
    open: int = 0
    """Shares (of a workflow: requests) that wait now, whenever they were asked."""
    overdue: int = 0
    """Those of them whose deadline has passed."""
    answered: int = 0
    median_s: int | None = None
    p90_s: int | None = None
    working_median_s: int | None = None
    working_p90_s: int | None = None
    reassigned: int = 0
    escalated: int = 0
    expired: int = 0

    @property
    def ended(self) -> int:
        """What the shares below are shares of: answered, or left without an answer by this person."""
        return self.answered + self.reassigned + self.escalated + self.expired

    def share(self, count: int) -> float:
        """A part of what ended, 0 to 1."""
        return count / self.ended if self.ended else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of a period."""

    lines: tuple[Line, ...]
    since: datetime
    cut: bool
    """There are more than MOST."""


def since(now: datetime, time_zone: str, period: Period) -> datetime:
    """When the period begins: a midnight of the reader's, today being its last day."""
    zone = ZoneInfo(time_zone)
    first = now.astimezone(zone).date() - timedelta(days=int(period) - 1)
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(now.tzinfo)


def report(uow: UnitOfWork, by: By, begin: datetime, sort: Sort = Sort.OPEN, most: int = MOST) -> Report:
    """What waits now, and what has ended since a moment."""
    found: dict[Any, dict[str, int | None]] = {}
    for part in (_open(uow, by), _answered(uow, by, begin), _passed_on(uow, by, begin), _expired(uow, by, begin)):
        for key, figures in part.items():
            if key is not None:
                found.setdefault(key, {}).update(figures)
    names = _names(uow, by, found)
    lines = [replace(Line(str(key), names.get(key, "")), **figures) for key, figures in found.items()]  # type: ignore[arg-type]  # counts are never None
    ordered = sorted(lines, key=lambda line: _place(line, sort))
    return Report(tuple(ordered[:most]), begin, len(ordered) > most)


_COUNTS = (Sort.OPEN, Sort.OVERDUE, Sort.ANSWERED, Sort.REASSIGNED, Sort.ESCALATED, Sort.EXPIRED)


def _place(line: Line, sort: Sort) -> tuple[float, str, str]:
    if sort is Sort.NAME:
        return 0, line.name.casefold(), line.key
    value = getattr(line, sort if sort in _COUNTS else f"{sort}_s")
    if sort in (Sort.REASSIGNED, Sort.ESCALATED, Sort.EXPIRED):
        value = line.share(value)
    return -(value if value is not None else -1), line.name.casefold(), line.key


Figures = dict[Any, dict[str, int | None]]


def _open(uow: UnitOfWork, by: By) -> Figures:
    late = Request.sort_at if by is By.WORKFLOW else Assignment.sort_at
    count = func.count(), func.sum(case((late <= uow.now, 1), else_=0))
    if by is By.WORKFLOW:
        query = select(Request.workflow_id, *count).where(Request.closed_at.is_(None)).group_by(Request.workflow_id)
    else:
        key = _key(by)
        live = Assignment.state.in_([written_out(state) for state in LIVE])
        query = select(key, *count).where(live).group_by(key)
    return {row[0]: {"open": row[1], "overdue": row[2]} for row in uow.session.execute(query)}


def _answered(uow: UnitOfWork, by: By, begin: datetime) -> Figures:
    key = {By.PERSON: Vote.user_id, By.GROUP: Vote.group_name, By.WORKFLOW: Vote.workflow_id}[by]
    within = Vote.at >= begin, key.is_not(None)
    found: Figures = {}
    ranks = ((Vote.waited_s, "median_s", "p90_s"), (Vote.worked_s, "working_median_s", "working_p90_s"))
    for seconds, median, p90 in ranks:
        for one, count, half, most in uow.session.execute(_ranked(key, seconds, within)):
            found.setdefault(one, {}).update({median: half, p90: most})
            if seconds is Vote.waited_s:
                found[one]["answered"] = count
    return found


def _ranked(
    key: SQLColumnExpression[Any], seconds: SQLColumnExpression[Any], within: Iterable[ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    """Key, how many, and the smallest value that half and nine tenths of them do not exceed."""
    place = func.row_number().over(partition_by=key, order_by=seconds).label("place")
    several = func.count().over(partition_by=key).label("several")
    every = select(key.label("key"), seconds.label("seconds"), place, several)
    one = every.where(*within, seconds.is_not(None)).subquery()
    half, most = ((one.c.several * part + 99) // 100 for part in (50, 90))
    return select(
        one.c.key,
        func.max(one.c.several),
        func.min(case((one.c.place >= half, one.c.seconds))),
        func.min(case((one.c.place >= most, one.c.seconds))),
    ).group_by(one.c.key)


def _passed_on(uow: UnitOfWork, by: By, begin: datetime) -> Figures:
    key, away = _key(by), [written_out(AssignmentState.REASSIGNED), _ESCALATED]
    count = func.sum(case((Assignment.state == AssignmentState.REASSIGNED, 1), else_=0)), func.count()
    query = select(key, *count).where(Assignment.state.in_(away), Assignment.closed_at >= begin).group_by(key)
    if by is By.WORKFLOW:
        query = query.join(Request, Request.id == Assignment.request_id)
    return {row[0]: {"reassigned": row[1], "escalated": row[2] - row[1]} for row in uow.session.execute(query)}


def _expired(uow: UnitOfWork, by: By, begin: datetime) -> Figures:
    """Of a person or group: what they still had when it ran out. Of a workflow: its requests."""
    over = select(Request.id, Request.workflow_id, Request.closed_at)
    over = over.where(Request.state == written_out(RequestState.EXPIRED), Request.closed_at >= begin)
    ended = uow.session.execute(over).all()
    if by is By.WORKFLOW:
        return _counted(row[1] for row in ended)
    when = {row[0]: row[2] for row in ended}
    return _counted(
        key
        for ids in _batched(list(when))
        for key, request_id, closed_at in uow.session.execute(_left(_key(by), ids))
        if closed_at == when[request_id]
    )


def _left(key: SQLColumnExpression[Any], request_ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    """A few requests at a time, by their ids: as one join, either database may prefer to walk all shares."""
    gone = Assignment.request_id.in_(request_ids), Assignment.state == AssignmentState.WITHDRAWN
    return select(key, Assignment.request_id, Assignment.closed_at).where(*gone)


def _batched(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Parts of a list."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _counted(keys: Iterable[Any]) -> Figures:
    return {key: {"expired": count} for key, count in Counter(keys).items()}


def _key(by: By) -> SQLColumnExpression[Any]:
    if by is By.PERSON:
        return Assignment.user_id
    if by is By.WORKFLOW:
        return Request.workflow_id
    return case((Assignment.why["kind"].as_string() == "group", Assignment.why["name"].as_string()))


def _names(uow: UnitOfWork, by: By, found: Figures) -> dict[Any, str]:
    if by is By.PERSON:
        return {user_id: person.name for user_id, person in people.by_ids(uow, found).items()}
    if by is By.GROUP:
        return {name: name for name in found}
    rows = uow.session.execute(select(Workflow.id, Workflow.name).where(Workflow.id.in_(found)))
    return {row[0]: row[1] for row in rows}
