"""The versions of a request as rows and as wordings, and what has changed since one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from studio.approvals import policy, wordings
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.people import Person
from studio.approvals.revisions import Revision
from studio.approvals.wordings import Attached, Difference, Wording
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Changed:
    """What is not as a reader last knew it."""

    since: int
    """The version that they knew."""
    differences: tuple[Difference, ...]
    """Empty: only what lies behind the words has changed."""
    notes: tuple[Revision, ...]
    """The versions since then, oldest first."""


def current(request: Request) -> Wording:
    """How it is worded now."""
    return _wording(request)


def first(request: Request) -> Revision:
    """A request that was never revised, as its own first version."""
    row = of(request, "", None, request.created_at)
    row.number = 1
    return row


def of(request: Request, note: str, by: Person | None, at: datetime) -> Revision:
    """The request as it is worded now, as a version."""
    return Revision(
        id=ids.new_id(),
        request_id=request.id,
        number=request.revision,
        title=request.title,
        facts=request.facts,
        instructions=request.instructions,
        amount=request.amount,
        currency=request.currency,
        attachments=request.attachments,
        payload_hash=request.payload_hash,
        note=note,
        by_user_id=by.id if by else None,
        by_name=by.name if by else "",
        at=at,
    )


def all_of(uow: UnitOfWork, request: Request) -> list[Revision]:
    """Every version, oldest first; empty where it was never revised."""
    if request.revision == 1:
        return []
    query = select(Revision).where(Revision.request_id == request.id).order_by(Revision.number)
    return list(uow.session.scalars(query))


def changed(
    uow: UnitOfWork,
    request: Request,
    rows: Sequence[Revision],
    reader: UUID,
    share: Assignment | None,
    shown: str | None,
) -> Changed | None:
    """What has changed since the page that carried `shown`, or what the reader last spoke on or was asked."""
    if not rows:
        return None
    since = _seen(rows, shown, request.stage) or _known(uow, request, rows, reader, share)
    if since >= request.revision:
        return None
    old = next(row for row in rows if row.number == since)
    found = wordings.differences(_wording(old), current(request))
    return Changed(since, tuple(found), tuple(row for row in rows if row.number > since))


def _seen(rows: Sequence[Revision], shown: str | None, stage: int) -> int | None:
    """Which version a page showed, of the running stage or an earlier or later one."""
    if not shown:
        return None
    stages = range(max(stage, 9) + 1)
    found = [one.number for one in rows for s in stages if policy.shown(one.payload_hash, one.number, s) == shown]
    return found[0] if found else None


def _known(uow: UnitOfWork, request: Request, rows: Sequence[Revision], reader: UUID, share: Assignment | None) -> int:
    spoken = uow.session.scalar(
        select(func.max(Vote.revision)).where(Vote.request_id == request.id, Vote.user_id == reader)
    )
    if spoken is not None:
        return int(spoken)
    if share is None:
        return request.revision - 1
    return max((row.number for row in rows if row.at <= share.created_at), default=1)


def _wording(row: Request | Revision) -> Wording:
    facts = tuple((label, value) for label, value in row.facts)
    files = tuple(Attached(**one) for one in row.attachments)
    return Wording(row.title, facts, row.instructions, row.amount, row.currency, files)
