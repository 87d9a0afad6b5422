"""One mail a day to whoever wants it so: all that waits for them, and what others have settled since the last one."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from studio.approvals import letters, mail_times, people
from studio.approvals.models import Assignment, Decision, Request
from studio.approvals.outcomes import LIVE, RequestState
from studio.approvals.people import Person
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork

TOPIC = "approval.digest"
MOST = 50
"""Requests that one mail lists; the rest is counted."""


def plan(uow: UnitOfWork, person: Person, at: datetime) -> None:
    """See that a digest leaves then. However many ask for it, it is one."""
    stamp = at.isoformat()
    payload = {"user_id": str(person.id), "at": stamp}
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{person.id}:{stamp}", payload=payload, due_at=at)


def reader(uow: UnitOfWork, payload: dict[str, Any]) -> Person | None:
    """Whose digest it is; None once their seat is gone."""
    person = people.by_id(uow, UUID(payload["user_id"]))
    return person if person is not None and person.may_decide else None


def waiting(uow: UnitOfWork, person: Person) -> list[tuple[Assignment, Request]]:
    """What waits for somebody, most urgent first; one more than is listed says that there is more."""
    snoozed = Assignment.snoozed_until
    query = (
        select(Assignment, Request)
        .join(Request, Request.id == Assignment.request_id)
        .where(
            Assignment.user_id == person.id,
            Assignment.state.in_(LIVE),
            or_(snoozed.is_(None), snoozed <= uow.now),
            Request.state == RequestState.PENDING,
            or_(Request.due_at.is_(None), Request.due_at > uow.now),
        )
        .order_by(Request.due_at.is_(None), Request.due_at, Request.id)
        .limit(MOST + 1)
    )
    return [(share, request) for share, request in uow.session.execute(query)]


def settled(uow: UnitOfWork, person: Person, at: datetime) -> list[letters.Settled]:
    """What others decided since the digest before the one of `at`."""
    zone = ZoneInfo(person.time_zone)
    wanted = person.preferences.digest_at
    if wanted is None or not person.preferences.completion:
        return []
    query = (
        select(Request, Decision)
        .join(Decision, Decision.request_id == Request.id)
        .join(Assignment, Assignment.request_id == Request.id)
        .where(
            Assignment.user_id == person.id,
            Assignment.closed_at > mail_times.digest_before(at, zone, wanted),
            Request.closed_at > mail_times.digest_before(at, zone, wanted),
            or_(Decision.by_user_id.is_(None), Decision.by_user_id != person.id),
        )
        .distinct()
        .order_by(Decision.at)
        .limit(MOST)
    )
    return [letters.Settled(request, decision) for request, decision in uow.session.execute(query)]


def plan_next(uow: UnitOfWork, person: Person) -> None:
    """While something waits, another one goes out tomorrow."""
    wanted = person.preferences.digest_at
    if wanted is not None:
        zone = ZoneInfo(person.time_zone)
        following = mail_times.next_digest(uow.now, zone, wanted)
        plan(uow, person, mail_times.after_quiet(following, zone, person.preferences))
