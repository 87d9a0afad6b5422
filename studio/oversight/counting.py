"""What people did between two moments, counted from what they did: what reports add up and roll-ups keep."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import SQLColumnExpression, Text, and_, case, func, literal_column, select

from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import LIVE, AssignmentState, RequestState
from studio.approvals.service.listing import written_out
from studio.core.unit_of_work import UnitOfWork

_ESCALATED = literal_column("'escalated_away'", Text())
"""The state of a share that an escalation has taken away."""


class By(StrEnum):
    """What a row stands for."""

    PERSON = "person"
    GROUP = "group"
    WORKFLOW = "workflow"


@dataclass(slots=True)
class Tally:
    """One person, group or workflow. Times are seconds, with how often each occurred."""

    waited: Counter[int] = field(default_factory=Counter)
    worked: Counter[int] = field(default_factory=Counter)
    answered: int = 0
    reassigned: int = 0
    escalated: int = 0
    expired: int = 0


Tallies = dict[str, Tally]
"""By id of a person or workflow, or name of a group."""


def tallies(uow: UnitOfWork, by: By, begin: datetime, end: datetime | None = None) -> Tallies:
    """What ended from a moment on, and before another."""
    found: Tallies = {}
    _answered(uow, by, begin, end, found)
    _passed_on(uow, by, begin, end, found)
    _expired(uow, by, begin, end, found)
    return found


def open_now(uow: UnitOfWork, by: By) -> dict[str, tuple[int, int]]:
    """Shares (of a workflow: requests) that wait now, and those of them whose deadline has passed."""
    late = Request.sort_at if by is By.WORKFLOW else Assignment.sort_at
    count = func.count(), func.sum(case((late <= uow.now, 1), else_=0))
    if by is By.WORKFLOW:
        query = select(Request.workflow_id, *count).where(Request.closed_at.is_(None)).group_by(Request.workflow_id)
    else:
        key = _key(by)
        live = Assignment.state.in_([written_out(state) for state in LIVE])
        query = select(key, *count).where(live).group_by(key)
    return {str(row[0]): (row[1], row[2]) for row in uow.session.execute(query) if row[0] is not None}


def _answered(uow: UnitOfWork, by: By, begin: datetime, end: datetime | None, found: Tallies) -> None:
    key = {By.PERSON: Vote.user_id, By.GROUP: Vote.group_name, By.WORKFLOW: Vote.workflow_id}[by]
    query = select(key, Vote.waited_s, Vote.worked_s).where(key.is_not(None), Vote.waited_s.is_not(None))
    for one, waited, worked in uow.session.execute(_within(query, Vote.at, begin, end)):
        tally = _of(found, one)
        tally.answered += 1
        tally.waited[waited] += 1
        if worked is not None:
            tally.worked[worked] += 1


def _passed_on(uow: UnitOfWork, by: By, begin: datetime, end: datetime | None, found: Tallies) -> None:
    key, away = _key(by), [written_out(AssignmentState.REASSIGNED), _ESCALATED]
    count = func.sum(case((Assignment.state == AssignmentState.REASSIGNED, 1), else_=0)), func.count()
    query = select(key, *count).where(Assignment.state.in_(away)).group_by(key)
    if by is By.WORKFLOW:
        query = query.join(Request, Request.id == Assignment.request_id)
    for one, reassigned, both in uow.session.execute(_within(query, Assignment.closed_at, begin, end)):
        if one is not None:
            tally = _of(found, one)
            tally.reassigned, tally.escalated = reassigned, both - reassigned


def _expired(uow: UnitOfWork, by: By, begin: datetime, end: datetime | None, found: Tallies) -> None:
    """Of a person or group: what they still had when it ran out. Of a workflow: its requests."""
    over = Request.state == written_out(RequestState.EXPIRED)
    query = select(_key(by)).select_from(Request).where(over)
    if by is not By.WORKFLOW:
        # outer, so that either database begins with the few requests instead of walking all shares
        left = Assignment.state == AssignmentState.WITHDRAWN, Assignment.closed_at == Request.closed_at
        query = query.outerjoin(Assignment, and_(Assignment.request_id == Request.id, *left))
    for key in uow.session.scalars(_within(query, Request.closed_at, begin, end)):
        if key is not None:
            _of(found, key).expired += 1


def _within(query: Any, moment: Any, begin: datetime, end: datetime | None) -> Any:
    query = query.where(moment >= begin)
    return query if end is None else query.where(moment < end)


def _of(found: Tallies, key: Any) -> Tally:
    return found.setdefault(str(key), Tally())


def _key(by: By) -> SQLColumnExpression[Any]:
    if by is By.PERSON:
        return Assignment.user_id
    if by is By.WORKFLOW:
        return Request.workflow_id
    return case((Assignment.why["kind"].as_string() == "group", Assignment.why["name"].as_string()))
