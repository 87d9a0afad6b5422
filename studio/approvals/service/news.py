"""What has become of an inbox while somebody looks at it: rows that need nothing more, and new ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.approvals.models import Assignment, Decision, Request
from studio.approvals.outcomes import AssignmentState, RequestState
from studio.approvals.service import listing
from studio.approvals.service.listing import Filters, Item
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class News:
    """The difference between a list as it was shown and as it is."""

    closed: tuple[Item, ...]
    """Rows that are settled, handed on or put off by now, with the reader's latest share."""
    changed: tuple[UUID, ...]
    """Rows whose content is no longer what was shown."""
    new: int
    """Rows that the first page would show besides."""


def since(uow: UnitOfWork, user_id: UUID, filters: Filters, shown: Mapping[UUID, str], moment: datetime) -> News:
    """What has happened to rows (by id, with the beginning of the payload hash) that were shown at a moment."""
    shares = {} if filters.everybody else _latest(uow, user_id, shown)
    query = (
        select(Request, Decision).outerjoin(Decision, Decision.request_id == Request.id).where(Request.id.in_(shown))
    )
    found = uow.session.execute(query).all()
    if not filters.everybody:  # whoever was not asked learns nothing by guessing ids
        found = [row for row in found if row[0].id in shares]
    closed, changed = [], []
    for request, decision in found:
        share = shares.get(request.id)
        if request.state != RequestState.PENDING or (share is not None and not _waits(share, uow.now)):
            closed.append(Item(request, share, decision))
        elif not request.shown.startswith(shown[request.id]):
            changed.append(request.id)
    fresh = set(listing.first_ids(uow, user_id, filters, moment)) - set(shown)
    return News(tuple(closed), tuple(changed), len(fresh))


def _latest(uow: UnitOfWork, user_id: UUID, shown: Mapping[UUID, str]) -> dict[UUID, Assignment]:
    """The reader's share of each: handed on and back, it is the last one."""
    mine = select(Assignment).where(Assignment.request_id.in_(shown), Assignment.user_id == user_id)
    return {share.request_id: share for share in uow.session.scalars(mine.order_by(Assignment.id))}


def _waits(share: Assignment, now: datetime) -> bool:
    if share.state == AssignmentState.SNOOZED:
        return share.snoozed_until is not None and share.snoozed_until <= now
    return share.state == AssignmentState.OPEN
