"""Who hears what is said in a thread: whoever it concerns, but not who said it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from studio.approvals import digests, people
from studio.approvals.models import Assignment, Comment, Request, Thread
from studio.approvals.outcomes import LIVE, CommentKind
from studio.approvals.people import Person
from studio.approvals.service import rows
from studio.core.unit_of_work import UnitOfWork


def news(uow: UnitOfWork, comment_id: UUID) -> tuple[Request, Comment] | None:
    """What was said, where it still matters: the request is open, and an opened thread has not been resolved since."""
    said = uow.session.get(Comment, comment_id)
    thread = uow.session.get(Thread, said.thread_id) if said is not None and said.thread_id is not None else None
    request = uow.session.get(Request, said.request_id) if said is not None else None
    if said is None or thread is None or request is None or not request.open:
        return None
    return None if _overtaken(said, thread) else (request, said)


def audience(uow: UnitOfWork, request: Request, said: Comment) -> list[Person]:
    """People with a working seat whom it concerns.

    A thread that is opened: whoever is asked now, and whoever asked. What follows: all who have spoken in it; and once
    it is resolved, whoever it kept from approving.
    """
    concerned = {one for one in _speakers(uow, said) if one is not None}
    holds_up = request.threads_first and said.kind in (CommentKind.RESOLVED, CommentKind.REOPENED)
    if said.kind == CommentKind.THREAD or holds_up:
        shares = rows.assignments(uow, request)
        concerned |= {one.user_id for one in shares if one.state in LIVE and one.stage == request.stage}
    found = [one for one in people.by_ids(uow, concerned - {said.user_id}).values() if one.active]
    asker = requester(uow, request) if said.kind == CommentKind.THREAD else None
    if asker is not None and asker.active and asker.id not in {said.user_id, *(one.id for one in found)}:
        found.append(asker)
    return found


def requester(uow: UnitOfWork, request: Request) -> Person | None:
    """Whoever asked, where they have a seat."""
    return people.by_email(uow, request.requester_email) if request.requester_email else None


def stranger(uow: UnitOfWork, request: Request, said: Comment) -> str | None:
    """The address of whoever asked, where they have no seat and a thread was opened."""
    opened = said.kind == CommentKind.THREAD and request.requester_email is not None
    return request.requester_email if opened and requester(uow, request) is None else None


def share(uow: UnitOfWork, request: Request, person: Person) -> Assignment | None:
    """What somebody may answer of it now: its link leads them there."""
    shares: Iterable[Assignment] = rows.assignments(uow, request)
    open_ = (one for one in shares if one.state in LIVE and one.stage == request.stage)
    return next((one for one in open_ if one.user_id == person.id), None)


def since(uow: UnitOfWork, person: Person, at: datetime) -> list[tuple[Request, Comment]]:
    """What was said since the digest before the one of `at`, and concerns somebody; oldest first."""
    start = digests.since(person, at)
    if start is None:
        return []
    own = aliased(Comment)
    asked = select(Assignment.id).where(Assignment.request_id == Request.id, Assignment.user_id == person.id)
    spoke = select(own.id).where(own.thread_id == Comment.thread_id, own.user_id == person.id)
    query = (
        select(Request, Comment, Thread)
        .join(Comment, Comment.request_id == Request.id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Comment.at > start, or_(Comment.user_id.is_(None), Comment.user_id != person.id))
        .where(
            and_(Request.closed_at.is_(None), or_(asked.exists(), spoke.exists(), Request.requester_id == person.id))
        )
        .order_by(Comment.id)
        .limit(digests.MOST)
    )
    return [
        (request, said)
        for request, said, thread in uow.session.execute(query)
        if not _overtaken(said, thread) and person.id in {one.id for one in audience(uow, request, said)}
    ]


def _overtaken(said: Comment, thread: Thread) -> bool:
    return said.kind in (CommentKind.THREAD, CommentKind.REOPENED) and thread.resolved_at is not None


def _speakers(uow: UnitOfWork, said: Comment) -> list[UUID | None]:
    query = select(Comment.user_id).where(Comment.thread_id == said.thread_id, Comment.id < said.id)
    return list(uow.session.scalars(query.distinct()))
