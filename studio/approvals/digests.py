"""One mail a day to whoever wants it so: all that waits for them, and what others have settled since the last one."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from studio.approvals import digest_letter, mail_times, people
from studio.approvals.models import Assignment, Comment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, CommentKind, RequestState
from studio.approvals.people import Person
from studio.approvals.revisions import Revision
from studio.approvals.service.holding import DISMISSED
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


def changed(uow: UnitOfWork, person: Person, found: list[tuple[Assignment, Request]], at: datetime) -> set[UUID]:
    """Which of the requests that wait were worded anew since the digest before the one of `at`, by their ids."""
    again = {request.id: share.created_at for share, request in found if request.revision > 1}
    start = since(person, at)
    if not again or start is None:
        return set()
    query = select(Revision.request_id, Revision.at).where(Revision.request_id.in_(again), Revision.at > start)
    return {request_id for request_id, moment in uow.session.execute(query) if moment > again[request_id]}


def set_aside(uow: UnitOfWork, person: Person, at: datetime) -> list[tuple[Request, Comment]]:
    """Where others set aside, since the digest before the one of `at`, that somebody asked for changes; and why."""
    start = since(person, at)
    if start is None:
        return []
    query = (
        select(Request, Comment)
        .join(Vote, Vote.request_id == Request.id)
        .join(Comment, and_(Comment.request_id == Request.id, Comment.at == Vote.voided_at))
        .where(Vote.user_id == person.id, Vote.void_reason == DISMISSED, Vote.voided_at > start)
        .where(Request.closed_at.is_(None), Comment.kind == CommentKind.DISMISSED, Comment.user_id != person.id)
        .order_by(Comment.id)
        .limit(MOST)
    )
    return [(request, comment) for request, comment in uow.session.execute(query)]


def since(person: Person, at: datetime) -> datetime | None:
    """When the digest before the one of `at` went out; None to whoever wants none."""
    wanted = person.preferences.digest_at
    return None if wanted is None else mail_times.digest_before(at, ZoneInfo(person.time_zone), wanted)


def settled(uow: UnitOfWork, person: Person, at: datetime) -> list[digest_letter.Settled]:
    """What others decided, or took back, since the digest before the one of `at`."""
    start = since(person, at)
    if start is None or not person.preferences.completion:
        return []
    query = (
        select(Request, Decision)
        .outerjoin(Decision, Decision.request_id == Request.id)
        .join(Assignment, Assignment.request_id == Request.id)
        .where(
            Assignment.user_id == person.id,
            Assignment.closed_at > start,
            Request.closed_at > start,
            Assignment.stage <= Request.stage,
            or_(Decision.by_user_id.is_(None), Decision.by_user_id != person.id),
        )
        .distinct()
        .order_by(Request.closed_at)
        .limit(MOST)
    )
    return [digest_letter.Settled(request, decision) for request, decision in uow.session.execute(query)]


def plan_next(uow: UnitOfWork, person: Person) -> None:
    """While something waits, another one goes out tomorrow."""
    wanted = person.preferences.digest_at
    if wanted is not None:
        zone = ZoneInfo(person.time_zone)
        following = mail_times.next_digest(uow.now, zone, wanted)
        plan(uow, person, mail_times.after_quiet(following, zone, person.preferences))
