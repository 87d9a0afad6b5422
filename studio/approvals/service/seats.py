"""Somebody's seat was taken away, given back, or decides no longer: what is open follows at once.

The change itself leaves a job in its own transaction, since one person may hold a share of thousands of requests; from
that commit on nothing of theirs counts as to be had, and no button of theirs works.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.approvals import people, trail
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import LIVE, WAITING, AssignmentState, RequestState
from studio.approvals.people import Person
from studio.approvals.service import counting, delegating, rows, staging, timers
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork

TOPIC = "approval.seat"
BATCH = 200
"""Requests a transaction."""


def changed(uow: UnitOfWork, user_id: UUID) -> None:
    """Let what is open follow, as soon as this is committed."""
    at = uow.now.isoformat()
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{user_id}:{at}", payload={"user_id": str(user_id), "at": at})


def look(uow: UnitOfWork, payload: dict[str, str]) -> None:
    """Bring a person's shares in line with their seat as it is now. Late, early and repeated calls do no harm."""
    user_id, after = UUID(payload["user_id"]), UUID(payload["after"]) if "after" in payload else None
    person = people.by_id(uow, user_id)
    may = person is not None and person.may_decide
    concerned = _concerned(uow, user_id, after, may=may)
    for request_id in concerned:
        request = rows.locked(uow, request_id)
        if not request.open:
            continue
        if person is not None and may and request.state not in (RequestState.BETWEEN, RequestState.DEFERRED):
            _give_back(uow, request, person)
        elif person is None or not may:
            _take_away(uow, request, user_id)
    if len(concerned) == BATCH:
        key = f"{TOPIC}:{user_id}:{payload['at']}:{concerned[-1]}"
        outbox.enqueue(uow, TOPIC, key=key, payload=payload | {"after": str(concerned[-1])})


def lost(share: Assignment) -> bool:
    """Whether it is nobody's to decide because its person's seat no longer decides."""
    return share.state == AssignmentState.REVOKED and share.delegation_id is None


def _concerned(uow: UnitOfWork, user_id: UUID, after: UUID | None, *, may: bool) -> Sequence[UUID]:
    states = (AssignmentState.REVOKED,) if may else WAITING
    query = (
        select(Assignment.request_id)
        .join(Request, Request.id == Assignment.request_id)
        .where(Assignment.user_id == user_id, Assignment.state.in_(states), Request.closed_at.is_(None))
    )
    if after is not None:
        query = query.where(Assignment.request_id > after)
    return uow.session.scalars(query.distinct().order_by(Assignment.request_id).limit(BATCH)).all()


def _take_away(uow: UnitOfWork, request: Request, user_id: UUID) -> None:
    shares = rows.assignments(uow, request)
    gone = [share for share in shares if share.user_id == user_id and share.state in WAITING]
    for share in gone:
        rows.close(uow, share, AssignmentState.REVOKED)
        delegating.take_back(uow, shares, share)
    rows.kill_links(uow, [share.id for share in gone])
    timers.release_if(uow, request, {share.id for share in gone})
    if gone:
        uow.session.flush()
        trail.record(uow, "approval.share_revoked", request, of=str(user_id))
    staging.recount(uow, request)


def _give_back(uow: UnitOfWork, request: Request, person: Person) -> None:
    """What nobody else has taken over or spoken for meanwhile."""
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    if not counting.may_vote(person, rows.rule(request, shares), rows.barred(uow, request)):
        return
    taken = {(share.stage, rows.place(share)) for share in shares if share.state in WAITING}
    taken |= {(vote.stage, vote.place_id) for vote in votes}
    taken |= {(vote.stage, vote.user_id) for vote in votes}
    holds = {share.stage for share in shares if share.user_id == person.id and share.state in WAITING}
    opened = []
    for share in [one for one in shares if one.user_id == person.id and lost(one)]:
        free = (share.stage, rows.place(share)) not in taken and (share.stage, person.id) not in taken
        left = rows.rule(request, shares).ended(share.stage, rows.place(share))
        if left or not free or share.stage < request.stage or share.stage in holds:
            continue
        holds.add(share.stage)
        share.state = rows.opens(request, share.stage)
        share.closed_at = None
        share.stand(request)
        if share.state in LIVE:
            opened.append(share)
    uow.session.flush()
    for share in opened:
        trail.mail_asked_later(uow, share.id, uow.now, reminder=False)
    delegating.extend(uow, request, opened)
    staging.recount(uow, request)
