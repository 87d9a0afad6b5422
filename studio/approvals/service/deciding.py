"""One person's decision, all of it in one transaction."""

from uuid import UUID

from studio.approvals import people, policy
from studio.approvals.models import Assignment, Comment, Decision, Request
from studio.approvals.outcomes import LIVE, Channel, CommentKind, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.policy import Verdict
from studio.approvals.service import ending, rows
from studio.approvals.service.refusing import refusal
from studio.core import ids
from studio.core.actor import ActorType
from studio.core.unit_of_work import UnitOfWork


def approve(
    uow: UnitOfWork,
    request_id: UUID,
    *,
    shown: str,
    reason: str = "",
    channel: Channel = Channel.PAGE,
) -> Decision:
    """Say yes."""
    return decide(uow, request_id, Outcome.APPROVED, shown=shown, reason=reason, channel=channel)


def decline(uow: UnitOfWork, request_id: UUID, *, shown: str, reason: str, channel: Channel = Channel.PAGE) -> Decision:
    """Say no, and why."""
    return decide(uow, request_id, Outcome.DECLINED, shown=shown, reason=reason, channel=channel)


def request_changes(
    uow: UnitOfWork, request_id: UUID, *, shown: str, reason: str, channel: Channel = Channel.PAGE
) -> Decision:
    """Send it back with what is to be changed. The request ends; whoever asked may ask again."""
    return decide(uow, request_id, Outcome.CHANGES_REQUESTED, shown=shown, reason=reason, channel=channel)


def decide(
    uow: UnitOfWork,
    request_id: UUID,
    outcome: Outcome,
    *,
    shown: str,
    reason: str = "",
    channel: Channel = Channel.PAGE,
) -> Decision:
    """Decide as the actor. `shown` is the payload hash of the page on which the button stood.

    The same person's same outcome again gives the same decision; anything else after the end is a Conflict that
    says who decided and when.
    """
    request = rows.locked(uow, request_id)
    shares = rows.assignments(uow, request)
    decided = rows.decision(uow, request)
    person = people.by_id(uow, uow.actor.user_id)
    if person is None:
        raise rows.no_seat()
    attempt = _attempt(uow, request, shares, person, outcome, shown, reason.strip(), decided)
    verdict = policy.judge(attempt)
    if verdict is Verdict.REPEATED and decided is not None:
        return decided
    if verdict is not Verdict.PROCEED:
        raise refusal(verdict, request, decided, person)
    if outcome is Outcome.CHANGES_REQUESTED:
        _remark(uow, request, person, reason.strip())
    if uow.actor.type is ActorType.API_TOKEN:
        channel = Channel.API
    return ending.end(uow, request, outcome, by=person, reason=reason.strip(), channel=channel)


def _attempt(
    uow: UnitOfWork,
    request: Request,
    shares: list[Assignment],
    person: Person,
    outcome: Outcome,
    shown: str,
    reason: str,
    decided: Decision | None,
) -> policy.Attempt:
    mine = [share for share in shares if share.user_id == person.id]
    return policy.Attempt(
        outcome=outcome,
        state=RequestState(request.state),
        user_id=person.id,
        has_seat=person.may_decide,
        is_requester=rows.requester(request).is_(person.email, person.id),
        was_asked=bool(mine),
        is_open=any(share.state in LIVE for share in mine),
        shown_hash=shown,
        payload_hash=request.payload_hash,
        reason=reason,
        now=uow.now,
        due_at=request.due_at,
        decided=Outcome(decided.outcome) if decided else None,
        decided_by=decided.by_user_id if decided else None,
    )


def _remark(uow: UnitOfWork, request: Request, person: Person, text: str) -> None:
    uow.session.add(
        Comment(
            id=ids.new_id(),
            request_id=request.id,
            user_id=person.id,
            author=person.name,
            kind=CommentKind.CHANGES,
            text=text,
            at=uow.now,
        )
    )
