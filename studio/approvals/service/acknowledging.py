"""“I'm on it”: whoever was asked holds the next step of an escalation back for a while. The deadline runs on."""

from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import trail
from studio.approvals.models import Escalation, Request
from studio.approvals.outcomes import LIVE, AssignmentState, RequestState
from studio.approvals.service import counting, rows, timers
from studio.core.errors import Conflict, Forbidden
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork


def acknowledge(uow: UnitOfWork, request_id: UUID) -> Escalation:
    """Say, as the actor, that one is on it. `next_at` of what is returned is until when that holds.

    The same person again changes nothing while it holds; somebody else takes it over, and its time begins anew.
    Raises NotFound, Forbidden without an open share, Conflict where nothing escalates or is open any more.
    """
    request = rows.locked(uow, request_id)
    person = rows.acting(uow)
    shares = rows.assignments(uow, request)
    mine = [share for share in shares if share.user_id == person.id]
    if not (mine or person.sees_all or rows.asked_by(request, person)):
        raise rows.missing(request_id)
    row = timers.of(uow, request)
    _still_open(uow, request, row)
    own = next((share for share in mine if share.state in LIVE and share.stage == request.stage), None)
    if own is None:
        if any(share.state == AssignmentState.ESCALATED_AWAY for share in mine):
            said = _("Nobody answered in time, so others were asked instead of you.")
            raise _conflict(request, "escalated_away", said)
        raise Forbidden(_("This does not wait for you, so there is nothing to take on."), code="not_asked")
    if not counting.may_vote(person, rows.rule(request, shares), rows.barred(uow, request)):
        raise Forbidden(_("You cannot decide this, so you cannot take it on."), code="not_eligible")
    if row is None or row.next_at is None:
        raise _conflict(request, "not_escalating", _("Nobody else will be asked, so there is nothing to hold back."))
    if row.acknowledged_share == own.id:
        return row
    until = timers.hold(uow, row, person.id, own.id)
    trail.record(uow, "approval.acknowledged", request, until=until.isoformat())
    fault_point("acknowledge.before_commit")
    uow.after_commit(lambda: fault_point("acknowledge.after_commit"))
    return row


def _still_open(uow: UnitOfWork, request: Request, row: Escalation | None) -> None:
    if not request.open:
        raise _conflict(request, "closed", _("This is no longer open."))
    if request.state != RequestState.PENDING:
        said = _("Changes were asked for, so a new version is awaited, and time stands still.")
        raise _conflict(request, "changes_requested", said)
    if request.due_at is not None and uow.now >= request.due_at:
        raise _conflict(request, "expired", _("The time to decide has run out."))
    on_time = row is None or row.next_at is None or row.next_at > uow.now
    if not on_time:
        raise _conflict(request, "escalating", _("Its time is over: others are being asked at this moment."))


def _conflict(request: Request, code: str, message: str) -> Conflict:
    return Conflict(message, code=code, resource=f"approval:{request.id}")
