"""Open shares of somebody who leaves: each goes to the first of two people who may take it, or ends.

Thousands are read, judged and written together: some statements for each BATCH of requests, none for each request.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from studio.approvals import held, people, policy, trail
from studio.approvals.held import Held
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import WAITING, AssignmentState
from studio.approvals.people import Person
from studio.approvals.quorum import Standing
from studio.approvals.service import counting, delegating, rows, staging, timers
from studio.approvals.together import together
from studio.contract.leaving import NAMES, Leave
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

BATCH = 500
"""Requests that are held at a time."""


@dataclass(slots=True)
class Outlook:
    """What would become of somebody's open shares."""

    handed: int = 0
    second: int = 0
    """Of those, by the fallback."""
    ended: int = 0
    stuck: list[str] = field(default_factory=list)
    """Titles of requests that nobody would be left to decide; the first few."""
    stuck_count: int = 0


def count(uow: UnitOfWork, user_id: UUID) -> int:
    """How many are open, or would open in a later stage."""
    mine = select(func.count()).select_from(Assignment).join(Request, Request.id == Assignment.request_id)
    return uow.session.scalar(mine.where(*_open(user_id))) or 0


def page(uow: UnitOfWork, user_id: UUID, after: UUID | None, size: int) -> tuple[list[tuple[UUID, str]], UUID | None]:
    """Ids of requests with their titles, and the cursor of the next page."""
    query = select(Request.id, Request.title).where(Request.id.in_(_requests(user_id))).order_by(Request.id)
    query = query.where(Request.id > after) if after else query
    found = [(row.id, row.title) for row in uow.session.execute(query.limit(size + 1))]
    return found[:size], found[size - 1][0] if len(found) > size else None


def foresee(uow: UnitOfWork, leave: Leave) -> Outlook:
    """What `hand_over` would do now. Locks nothing and changes nothing."""
    outlook, takers = Outlook(), _takers(uow, leave)
    for ids in _batches(uow, leave.who.id):
        with held.hold(uow, ids, lock=False) as found, uow.session.no_autoflush:
            for one in found.values():
                _foresee(uow, one, leave, takers, outlook)
    return outlook


def hand_over(uow: UnitOfWork, leave: Leave) -> Outlook:
    """Do it, under the requests' locks. Raises Conflict where a request would be left without anybody to decide it."""
    outlook, takers = Outlook(), _takers(uow, leave)
    for ids in _batches(uow, leave.who.id):
        with held.hold(uow, ids) as found, together(uow):
            pairs = [pair for one in found.values() for pair in _close(uow, one, leave, takers, outlook)]
            uow.session.flush()  # one live share a person: what whoever takes it held by an absence closes first
            delegating.extend_all(uow, [_opened(uow, *pair, leave) for pair in pairs])
            for one in found.values():
                before = one.request.stuck_at
                staging.recount(uow, one.request)
                if before is None and one.request.stuck_at is not None:
                    _stuck(outlook, one.request)
        if outlook.stuck_count:
            raise Conflict(stuck_words(outlook), code="would_stall", field="fallback")
    return outlook


def stuck_words(outlook: Outlook) -> str:
    """Why nobody can leave like this."""
    named = ", ".join(f"“{one}”" for one in outlook.stuck)
    return _(
        "%(n)s open approvals would be left without anybody who may decide them, such as %(named)s. Choose somebody"
        " who may decide them as well. Nothing was changed.",
        n=outlook.stuck_count,
        named=named,
    )


def _close(
    uow: UnitOfWork, one: Held, leave: Leave, takers: Sequence[Person], outlook: Outlook
) -> list[tuple[Request, Assignment, Person]]:
    """Close whoever leaves' shares of one request. Returns those that somebody takes, and who."""
    request, taken = one.request, []
    mine = [share for share in one.shares if share.user_id == leave.who.id and share.state in WAITING]
    chosen = [(share, _taker(uow, one, share, takers)) for share in mine]
    for share, taker in chosen:
        rows.close(uow, share, AssignmentState.REASSIGNED if taker else AssignmentState.REVOKED)
        delegating.take_back(uow, one.shares, share)
        _tell(outlook, taker, takers)
        if taker is not None:
            taken.append((request, share, taker))
            trail.record(uow, "approval.reassigned", request, from_=str(leave.who.id), to=taker.email, note=None)
        else:
            trail.record(uow, "approval.share_revoked", request, of=str(leave.who.id))
    rows.kill_links(uow, [share.id for share in mine])
    timers.release_if(uow, request, {share.id for share in one.shares if share.state not in WAITING})
    return taken


def _opened(
    uow: UnitOfWork, request: Request, share: Assignment, taker: Person, leave: Leave
) -> tuple[Request, list[Assignment]]:
    """The share of whoever takes one over, in its place."""
    why = {"kind": "handed", "name": leave.who.name}
    new = rows.assign(uow, request, taker.id, why, stage=share.stage, place_id=rows.place(share))
    new.handed_from = share.id
    return request, [new]


def _foresee(uow: UnitOfWork, one: Held, leave: Leave, takers: Sequence[Person], outlook: Outlook) -> None:
    mine = [share for share in one.shares if share.user_id == leave.who.id and share.state in WAITING]
    ends = []
    for share in mine:
        taker = _taker(uow, one, share, takers)
        _tell(outlook, taker, takers)
        if taker is None:
            ends.append(share)
    if not ends or one.request.stuck_at is not None:
        return
    before = [share.state for share in ends]
    for share in ends:
        share.state = AssignmentState.REVOKED
    rule = rows.rule(one.request, one.shares)
    found = counting.tally(uow, one.request, rule, one.shares, rows.votes(uow, one.request))
    for share, state in zip(ends, before, strict=True):  # it was only supposed: nothing of it is written
        share.state = state
    if found.standing is Standing.UNREACHABLE:
        _stuck(outlook, one.request)


def _taker(uow: UnitOfWork, one: Held, share: Assignment, takers: Sequence[Person]) -> Person | None:
    """The first who may: never round a bar, never somebody asked or heard already, never chosen by who asked.

    What was given to whoever leaves in another's absence is nobody's to hand on: its owner keeps it.
    """
    if share.delegation_id is not None:
        return None
    barred = rows.barred(uow, one.request)
    if uow.actor.user_id is not None and any(who.user_id == uow.actor.user_id for who in barred):
        return None
    rule = rows.rule(one.request, one.shares)
    busy = {
        other.user_id
        for other in one.shares
        if other.stage == share.stage and other.state in WAITING and not _by_absence(other, share)
    }
    spoken = {vote.user_id for vote in rows.votes(uow, one.request) if vote.stage == share.stage}
    for person in takers:
        if person.id in busy | spoken or person.role in rule.exclude_roles:
            continue
        if person.may_decide and not policy.is_barred(barred, person.email, person.id):
            return person
    return None


def _by_absence(other: Assignment, share: Assignment) -> bool:
    """Whether it was given to whoever stands in for that share's person, and ends with it."""
    return other.delegation_id is not None and other.handed_from == share.id


def _takers(uow: UnitOfWork, leave: Leave) -> list[Person]:
    wanted = [one.id for one in (leave.to, leave.fallback) if one is not None]
    seated = people.by_ids(uow, wanted)
    return [seated[one] for one in wanted if one in seated]


def _batches(uow: UnitOfWork, user_id: UUID) -> Iterator[Sequence[UUID]]:
    after: UUID | None = None
    while True:
        query = _requests(user_id).distinct().order_by(Assignment.request_id).limit(BATCH)
        found = uow.session.scalars(query.where(Assignment.request_id > after) if after else query).all()
        if found:
            yield found
        if len(found) < BATCH:
            return
        after = found[-1]


def _requests(user_id: UUID):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a SQL statement
    return select(Assignment.request_id).join(Request, Request.id == Assignment.request_id).where(*_open(user_id))


def _open(user_id: UUID):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQL conditions
    return Assignment.user_id == user_id, Assignment.state.in_(WAITING), Request.closed_at.is_(None)


def _tell(outlook: Outlook, taker: Person | None, takers: Sequence[Person]) -> None:
    if taker is None:
        outlook.ended += 1
        return
    outlook.handed += 1
    outlook.second += taker is not takers[0]


def _stuck(outlook: Outlook, request: Request) -> None:
    outlook.stuck_count += 1
    if len(outlook.stuck) < NAMES:
        outlook.stuck.append(request.title)
