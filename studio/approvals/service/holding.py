"""Asking for changes where the rule waits for a new version: it holds the request until it is lifted.

Lifted by a decision of whoever holds that place, by a reasoned dismissal, or by the new version.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import policy, trail
from studio.approvals.models import Comment, Request, Vote
from studio.approvals.outcomes import CommentKind, Outcome, RequestState
from studio.approvals.service import pausing, rows, staging
from studio.core import ids
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

LIFTED, DISMISSED, STALE = "lifted", "dismissed", "stale"


def asking(request: Request, votes: Iterable[Vote]) -> list[Vote]:
    """The votes that hold it; none where nothing does."""
    if not request.open or request.state != RequestState.CHANGES_REQUESTED:
        return []
    return [vote for vote in votes if vote.outcome == Outcome.CHANGES_REQUESTED]


def hold(uow: UnitOfWork, request: Request, vote: Vote) -> None:
    """Changes were asked for: wait for them, with the deadline standing still."""
    request.state = RequestState.CHANGES_REQUESTED
    if request.paused_at is None:  # else it stands still already, with what was left of it
        pausing.pause(uow, request)
    trail.mail_changes(uow, request, vote)
    trail.held(uow, request, vote)
    fault_point("hold.before_commit")
    uow.after_commit(lambda: fault_point("hold.after_commit"))


def lift(uow: UnitOfWork, request: Request, holding: Sequence[Vote], why: str) -> None:
    """Nothing is awaited any more: these votes no longer count, the deadline runs on."""
    if not holding:
        return
    void(uow, holding, why)
    request.state = RequestState.PENDING
    pausing.go_on(uow, request)
    uow.session.flush()


def void(uow: UnitOfWork, votes: Iterable[Vote], why: str) -> None:
    """From now on these no longer count."""
    for vote in votes:
        vote.voided_at, vote.void_reason = uow.now, why


def dismiss(uow: UnitOfWork, request_id: UUID, reason: str) -> None:
    """Set aside, as whoever manages approvals, that changes were asked for. Raises Conflict where nobody did."""
    request = rows.locked(uow, request_id)
    person = rows.acting(uow)
    if not person.may_manage:
        raise Forbidden(_("Only an admin can set this aside."), resource="permission:approval.manage")
    if policy.is_barred(rows.barred(uow, request), person.email, person.id):
        said = _("You asked for this or edited it, so somebody else has to set this aside.")
        raise Forbidden(said, code="self_approval")
    if not reason.strip():
        raise InvalidInput(_("Say why: whoever asked for changes will read it."), code="reason_missing", field="reason")
    holding = asking(request, rows.votes(uow, request))
    if not holding:
        said = _("Nobody is waiting for changes here. Nothing was set aside.")
        raise Conflict(said, code="not_held", resource=f"approval:{request.id}")
    lift(uow, request, holding, DISMISSED)
    for vote in holding:
        if vote.user_id != person.id:
            trail.mail_dismissed(uow, vote.id)
    uow.session.add(
        Comment(
            id=ids.new_id(),
            request_id=request.id,
            user_id=person.id,
            author=person.name,
            kind=CommentKind.DISMISSED,
            text=reason.strip(),
            at=uow.now,
        )
    )
    staging.recount(uow, request)
    trail.record(uow, "approval.changes_dismissed", request, reason=reason.strip())
    fault_point("dismiss.before_commit")
    uow.after_commit(lambda: fault_point("dismiss.after_commit"))
