"""What a person has asked for, newest first: as whose wish it is, or by starting the run that asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, union

from studio.approvals import nudges, people
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, Outcome, RequestState
from studio.approvals.people import Person
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork

PAGE = 30


class Show(StrEnum):
    """Which of them."""

    ALL = "all"
    OPEN = "open"
    """Not ended."""
    CHANGES = "changes"
    """A new version is awaited: it is the asker's turn."""
    APPROVED = "approved"
    DECLINED = "declined"
    OTHER = "other"
    """Ended otherwise: expired, taken back, answered."""


@dataclass(frozen=True, slots=True)
class Own:
    """One row."""

    request: Request
    decision: Decision | None
    """None: it is open, or was withdrawn by what asked."""
    holders: tuple[Person, ...] = ()
    """Who may decide it now."""
    awaited: Vote | None = None
    """Who asked for the changes that are awaited, and why."""
    awaited_by: str = ""

    @property
    def asked(self) -> bool:
        """It waits for those who hold it."""
        return self.request.open and self.request.state == RequestState.PENDING


@dataclass(frozen=True, slots=True)
class OwnPage:
    """One page of rows and the cursor of the next; None: that was all."""

    items: tuple[Own, ...] = field(default=())
    after: str | None = None


def listed(
    uow: UnitOfWork, person_id: UUID, show: Show = Show.ALL, after: str | None = None, size: int = PAGE
) -> OwnPage:
    """One page. `after` is the cursor of the page before; a text that is none starts at the beginning."""
    found = _ids(uow, person_id, show, ids.parse_id(after or ""), size + 1)
    query = (
        select(Request, Decision)
        .outerjoin(Decision, Decision.request_id == Request.id)
        .where(Request.id.in_(found[:size]))
        .order_by(Request.id.desc())
    )
    rows = [(row[0], row[1]) for row in uow.session.execute(query)] if found else []
    requests = [request for request, _decision in rows]
    holders, awaited = _holders(uow, requests), _awaited(uow, requests)
    names = people.by_ids(uow, {vote.user_id for vote in awaited.values()})
    items = tuple(
        Own(
            request, decision, tuple(holders.get(request.id, ())), awaited.get(request.id),
            names[awaited[request.id].user_id].name
            if request.id in awaited and awaited[request.id].user_id in names else "",
        )
        for request, decision in rows
    )  # fmt: skip
    return OwnPage(items, str(found[size - 1]) if len(found) > size else None)


def awaits_person(uow: UnitOfWork, person_id: UUID, most: int = 100) -> int:
    """How many of somebody's requests wait for a new version of theirs, counted up to `most`."""
    return len(_ids(uow, person_id, Show.CHANGES, None, most))


def may_remind(row: Own, uow: UnitOfWork) -> bool:
    """Whether those who hold it may be reminded now."""
    return row.asked and bool(row.holders) and nudges.next_at(row.request.nudged_at, uow.now) is None


def _ids(uow: UnitOfWork, person_id: UUID, show: Show, after: UUID | None, size: int) -> Sequence[UUID]:
    """Each way of having asked is read by an index of its own, and only as far as the page goes."""
    found = []
    for column in (Request.requester_id, Request.starter_id):
        query = select(Request.id).where(column == person_id, *_shown(show))
        if after is not None:
            query = query.where(Request.id < after)
        found.append(query.order_by(Request.id.desc()).limit(size).subquery())
    both = union(*(select(one.c.id) for one in found)).subquery()
    return list(uow.session.scalars(select(both.c.id).order_by(both.c.id.desc()).limit(size)))


def _shown(show: Show) -> tuple[ColumnElement[bool], ...]:
    opened, ended = Request.closed_at.is_(None), Request.closed_at.is_not(None)
    approved = (RequestState.APPROVED, RequestState.BYPASSED)
    conditions: Mapping[Show, tuple[ColumnElement[bool], ...]] = {
        Show.ALL: (),
        Show.OPEN: (opened,),
        Show.CHANGES: (opened, Request.state == RequestState.CHANGES_REQUESTED),
        Show.APPROVED: (ended, Request.state.in_(approved)),
        Show.DECLINED: (ended, Request.state == RequestState.DECLINED),
        Show.OTHER: (ended, Request.state.not_in((*approved, RequestState.DECLINED))),
    }
    return conditions[show]


def _holders(uow: UnitOfWork, requests: Sequence[Request]) -> dict[UUID, list[Person]]:
    asked = [one.id for one in requests if one.open and one.state == RequestState.PENDING]
    if not asked:
        return {}
    query = (
        select(Assignment.request_id, Assignment.user_id)
        .join(Request, and_(Request.id == Assignment.request_id, Request.stage == Assignment.stage))
        .where(Assignment.request_id.in_(asked), Assignment.state.in_(LIVE))
        .order_by(Assignment.id)
    )
    pairs = list(dict.fromkeys((row.request_id, row.user_id) for row in uow.session.execute(query)))
    seated = people.by_ids(uow, {user_id for _request_id, user_id in pairs})
    held: dict[UUID, list[Person]] = {}
    for request_id, user_id in pairs:
        if user_id in seated and seated[user_id].may_decide:
            held.setdefault(request_id, []).append(seated[user_id])
    return held


def _awaited(uow: UnitOfWork, requests: Sequence[Request]) -> dict[UUID, Vote]:
    held = [one.id for one in requests if one.open and one.state == RequestState.CHANGES_REQUESTED]
    if not held:
        return {}
    query = select(Vote).where(
        Vote.request_id.in_(held), Vote.voided_at.is_(None), Vote.outcome == Outcome.CHANGES_REQUESTED
    )
    return {vote.request_id: vote for vote in uow.session.scalars(query.order_by(Vote.id.desc()))}
