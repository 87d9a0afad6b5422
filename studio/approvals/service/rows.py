"""Reaching a request's rows: the request under its lock, its assignments, its decision, who acts."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import held, people
from studio.approvals import rule as rules
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import WAITING, AssignmentState, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.policy import Requester
from studio.approvals.revisions import Revision
from studio.approvals.rule import Rule
from studio.core import ids
from studio.core.errors import Forbidden, NotFound
from studio.core.unit_of_work import UnitOfWork


def locked(uow: UnitOfWork, request_id: UUID) -> Request:
    """One request, nobody else's to change until the commit. SQLite admits one writer anyway."""
    ahead = held.of(uow, request_id)
    if ahead is not None:
        return ahead.request
    query = select(Request).where(Request.id == request_id).with_for_update()
    found = uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise missing(request_id)
    return found


def missing(request_id: object) -> NotFound:
    """Not there, another workspace's, or not this person's to see: all the same from outside."""
    return NotFound(_("There is no such approval here."), resource=f"approval:{request_id}")


def assignments(uow: UnitOfWork, request: Request) -> list[Assignment]:
    """Everybody's share, in the order of asking."""
    ahead = held.of(uow, request.id)
    if ahead is not None:
        return list(ahead.shares)
    query = select(Assignment).where(Assignment.request_id == request.id).order_by(Assignment.id)
    return list(uow.session.scalars(query.execution_options(populate_existing=True)))


def decision(uow: UnitOfWork, request: Request) -> Decision | None:
    """How it ended, if it has."""
    ahead = held.of(uow, request.id)
    if ahead is not None:
        return ahead.decision
    return uow.session.scalars(select(Decision).where(Decision.request_id == request.id)).one_or_none()


def votes(uow: UnitOfWork, request: Request) -> list[Vote]:
    """What people said of it and what still counts, in the order of saying."""
    ahead = held.of(uow, request.id)
    if ahead is not None:
        return [vote for vote in ahead.votes if vote.voided_at is None]
    query = select(Vote).where(Vote.request_id == request.id, Vote.voided_at.is_(None)).order_by(Vote.id)
    return list(uow.session.scalars(query))


def agreed(uow: UnitOfWork, request: Request) -> list[str]:
    """Names of those who have agreed so far, in the order of saying."""
    said = [vote.user_id for vote in votes(uow, request) if vote.outcome == Outcome.APPROVED]
    seated = people.by_ids(uow, said)
    return list(dict.fromkeys(seated[one].name for one in said if one in seated))


def past_votes(uow: UnitOfWork, request: Request) -> list[Vote]:
    """What people said of it and what no longer counts, in the order of saying."""
    if request.revision == 1 and not request.pauses and rules.APPLIED not in request.rule:
        return []
    query = select(Vote).where(Vote.request_id == request.id, Vote.voided_at.is_not(None)).order_by(Vote.id)
    return list(uow.session.scalars(query))


def rule(request: Request, shares: Iterable[Assignment]) -> Rule:
    """Who decides, as it was when they were asked, with those whom an escalation has added."""
    places = [(share.stage, place(share)) for share in shares]
    return rules.joined(rules.from_json(request.rule, {one for _stage, one in places}), places)


def place(share: Assignment) -> UUID:
    """Whose place in the rule a share holds."""
    return share.place_id or share.user_id


def acting(uow: UnitOfWork) -> Person:
    """The person behind the actor, as their seat stands now. Raises Forbidden without a working one."""
    person = people.by_id(uow, uow.actor.user_id)
    if person is None or not person.active:
        raise no_seat()
    return person


def no_seat() -> Forbidden:
    """A seat that was there when the page was loaded may be gone when its button is pressed."""
    return Forbidden(
        _("Your seat in this workspace no longer works. Nothing was decided; ask an admin."),
        code="no_seat",
    )


def requester(request: Request) -> Requester:
    """Whose wish it is."""
    return Requester(request.requester_email, request.requester_id)


def asked_by(request: Request, person: Person) -> bool:
    """Whether a person asked for it: as whose wish it is, or by starting the run that asks."""
    return requester(request).is_(person.email, person.id) or request.starter_id == person.id


def barred(uow: UnitOfWork, request: Request) -> list[Requester]:
    """Who must not decide: whoever asked, and whoever edited what is to be approved, or how it is asked."""
    editors = [] if request.editor_id is None else [request.editor_id]
    editors += sorted(rules.barred(request.rule))
    if request.revision > 1:
        wrote = select(Revision.by_user_id).where(Revision.request_id == request.id, Revision.number > 1)
        editors += [user_id for user_id in uow.session.scalars(wrote) if user_id is not None]
    seated = people.by_ids(uow, editors)
    addresses = {user_id: person.email for user_id, person in seated.items()}
    return [requester(request), *(Requester(addresses.get(one), one) for one in dict.fromkeys(editors))]


def assign(
    uow: UnitOfWork,
    request: Request,
    user_id: UUID,
    why: dict[str, str],
    *,
    stage: int | None = None,
    place_id: UUID | None = None,
) -> Assignment:
    """Make one person's share: open in the running stage, queued in a later one.

    `stage` is the running one unless it is said; `place_id` is the person's own place unless it is somebody else's.
    """
    stage = request.stage if stage is None else stage
    row = Assignment(
        id=ids.new_id(),
        request_id=request.id,
        user_id=user_id,
        state=opens(request, stage),
        sort_at=request.sort_at,
        counted_by=request.counted_by,
        why=why,
        stage=stage,
        place_id=place_id or user_id,
        created_at=uow.now,
    )
    held.add(uow, row)
    return row


def opens(request: Request, stage: int) -> AssignmentState:
    """The state of a share that is made, or given back, in a stage."""
    running = stage == request.stage and request.state != RequestState.QUEUED
    return AssignmentState.OPEN if running else AssignmentState.QUEUED


def join(uow: UnitOfWork, request: Request, user_id: UUID, why: dict[str, str]) -> Assignment:
    """Make a share of the running stage that holds a place of its own, in every part of it."""
    row = assign(uow, request, user_id, why)
    row.place_id = row.id
    return row


def settle(uow: UnitOfWork, request: Request, all_: list[Assignment]) -> None:
    """Close every share that has not ended. Their links end too."""
    for row in all_:
        if row.state in WAITING:
            close(uow, row, AssignmentState.WITHDRAWN)
    kill_links(uow, [row.id for row in all_])
    request.closed_at = uow.now


def close(uow: UnitOfWork, row: Assignment, state: AssignmentState) -> None:
    """End one share."""
    row.state, row.closed_at, row.snoozed_until = state, uow.now, None


def kill_links(uow: UnitOfWork, assignment_ids: list[UUID]) -> None:
    """From now on these links only explain themselves."""
    held.kill_links(uow, assignment_ids)
