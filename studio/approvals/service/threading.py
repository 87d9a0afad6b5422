"""Threads on a request: opened, answered, resolved, opened again. Where its step says so, no yes before all are."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import policy, trail
from studio.approvals.models import Assignment, Comment, Request, Thread
from studio.approvals.outcomes import CommentKind, Outcome
from studio.approvals.people import Person
from studio.approvals.service import rows
from studio.core import ids
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork


def open_thread(uow: UnitOfWork, request_id: UUID, text: str) -> Thread:
    """Say something that has to be dealt with. Raises NotFound, Conflict once it has ended, InvalidInput if empty."""
    request, person, _shares = _found(uow, request_id)
    row = Thread(
        id=ids.new_id(), request_id=request.id, opened_by=person.id, opened_by_name=person.name, opened_at=uow.now,
        resolved_by_name="",
    )  # fmt: skip
    _say(uow, row, person, CommentKind.THREAD, _written(text))
    uow.session.add(row)
    trail.record(uow, "approval.thread_opened", request, comment=text.strip())
    return row


def reply(uow: UnitOfWork, request_id: UUID, thread_id: UUID, text: str) -> Thread:
    """Answer in a thread, resolved or not."""
    request, person, _shares = _found(uow, request_id)
    row = _thread(uow, request, thread_id)
    _say(uow, row, person, CommentKind.REPLY, _written(text))
    trail.record(uow, "approval.commented", request, comment=text.strip())
    return row


def resolve(uow: UnitOfWork, request_id: UUID, thread_id: UUID, *, resolved: bool = True) -> Thread:
    """Say that it is dealt with, or that it is not after all. Again: nothing more happens.

    Whoever opened it may, whoever was asked, and whoever manages approvals; whoever asked for the request, or edited
    it, only in threads of their own. Raises Forbidden for others.
    """
    request, person, shares = _found(uow, request_id)
    row = _thread(uow, request, thread_id)
    if not _may_resolve(uow, request, row, person, shares):
        said = _("Whoever opened this thread, or whoever decides, says when it is resolved.")
        raise Forbidden(said, code="not_yours")
    if (row.resolved_at is not None) == resolved:
        return row
    row.resolved_at, row.resolved_by_name = (uow.now, person.name) if resolved else (None, "")
    _say(uow, row, person, CommentKind.RESOLVED if resolved else CommentKind.REOPENED, "")
    trail.record(uow, "approval.thread_resolved" if resolved else "approval.thread_reopened", request)
    return row


def every(uow: UnitOfWork, request_id: UUID) -> list[Thread]:
    """All of a request, oldest first."""
    return list(uow.session.scalars(select(Thread).where(Thread.request_id == request_id).order_by(Thread.id)))


def in_the_way(uow: UnitOfWork, request: Request, outcome: Outcome) -> list[Thread]:
    """Open threads that have to be resolved before this may be said of a request."""
    if not request.threads_first or outcome is not Outcome.APPROVED:
        return []
    return [one for one in every(uow, request.id) if one.resolved_at is None]


def refusal(request: Request, threads: Sequence[Thread]) -> Conflict:
    """Why it is no yes yet, and whose threads are open."""
    names = ", ".join(dict.fromkeys(one.opened_by_name for one in threads))
    said = _("A thread of %(names)s has to be resolved before this is approved. Nothing was decided.", names=names)
    return Conflict(said, code="threads_open", resource=f"approval:{request.id}")


def _found(uow: UnitOfWork, request_id: UUID) -> tuple[Request, Person, Sequence[Assignment]]:
    request, person = rows.locked(uow, request_id), rows.acting(uow)
    shares = rows.assignments(uow, request)
    asked = any(share.user_id == person.id for share in shares)
    if not (person.sees_all or asked or rows.asked_by(request, person)):
        raise rows.missing(request_id)
    if not request.open:
        raise Conflict(_("This is no longer open."), code="closed", resource=f"approval:{request.id}")
    return request, person, shares


def _thread(uow: UnitOfWork, request: Request, thread_id: UUID) -> Thread:
    query = select(Thread).where(Thread.id == thread_id, Thread.request_id == request.id)
    row = uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such thread here."), resource=f"thread:{thread_id}")
    return row


def _may_resolve(uow: UnitOfWork, request: Request, row: Thread, person: Person, shares: Sequence[Assignment]) -> bool:
    if row.opened_by == person.id:
        return True
    asked = any(share.user_id == person.id for share in shares)
    return (asked or person.may_manage) and not policy.is_barred(rows.barred(uow, request), person.email, person.id)


def _written(text: str) -> str:
    if not text.strip():
        raise InvalidInput(_("Write something first."), field="comment")
    return text.strip()


def _say(uow: UnitOfWork, row: Thread, person: Person, kind: CommentKind, text: str) -> None:
    said = Comment(
        id=ids.new_id(), request_id=row.request_id, thread_id=row.id, user_id=person.id, author=person.name,
        kind=kind, text=text, at=uow.now,
    )  # fmt: skip
    uow.session.add(said)
    trail.mail_thread(uow, said.id)
