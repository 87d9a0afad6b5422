"""Ending a request without those who were asked: an admin's, with a reason that everybody reads."""

from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import items, policy
from studio.approvals.models import Decision, Request
from studio.approvals.outcomes import Channel, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.service import ending, rows
from studio.approvals.service.refusing import ended_words
from studio.contract import gates
from studio.core.actor import ActorType
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

PERMISSION = "approval.bypass"


def bypass(uow: UnitOfWork, request_id: UUID, *, shown: str, reason: str, channel: Channel = Channel.PAGE) -> Decision:
    """End it as approved, as the actor, whoever has still to decide. `shown` is what the page carried.

    All line items are approved. Whoever asked for it, or edited it, must not; whoever manages approvals and was asked
    may. Once more by the same person gives the same decision. Raises Forbidden, InvalidInput without a reason, Conflict
    where it has ended or is not what was shown, StepUpNeeded until the actor has proved who they are for just this.
    """
    request = rows.locked(uow, request_id)
    person = _allowed(uow, request)
    decided = rows.decision(uow, request)
    if decided is not None and (decided.outcome, decided.by_user_id) == (Outcome.BYPASSED, person.id):
        return decided
    _still_open(uow, request, decided, shown)
    if not reason.strip():
        said = _("Say why: everybody who was asked will read it.")
        raise InvalidInput(said, code="reason_missing", field="reason")
    what = _("Bypass “%(title)s”: nobody else is asked, and it counts as approved.", title=request.title)
    gates.current().require_proof(uow, PERMISSION, {"request": str(request.id), "shown": request.shown}, what)
    if uow.actor.type is ActorType.API_TOKEN:
        channel = Channel.API
    chosen = [one.key for one in items.restored(request.items)] if request.items else None
    made = ending.end(uow, request, Outcome.BYPASSED, by=person, reason=reason.strip(), channel=channel, chosen=chosen)
    fault_point("bypass.before_commit")
    uow.after_commit(lambda: fault_point("bypass.after_commit"))
    return made


def _allowed(uow: UnitOfWork, request: Request) -> Person:
    person = rows.acting(uow)
    if not person.sees_all:
        raise rows.missing(request.id)
    if not person.may_bypass:
        raise Forbidden(_("Only an admin can bypass an approval."), resource=f"permission:{PERMISSION}")
    if policy.is_barred(rows.barred(uow, request), person.email, person.id):
        said = _("You asked for this or edited it, so somebody else has to decide or bypass it.")
        raise Forbidden(said, code="self_approval")
    return person


def _still_open(uow: UnitOfWork, request: Request, decided: Decision | None, shown: str) -> None:
    nothing, where = _("Nothing was bypassed."), f"approval:{request.id}"
    if decided is not None:
        raise Conflict(f"{ended_words(decided)} {nothing}", code="already_decided", resource=where)
    if not request.open:
        raise Conflict(f"{_('This was taken back.')} {nothing}", code="withdrawn", resource=where)
    if request.state == RequestState.BETWEEN:
        said = _("Nobody is asked at this moment: its run has to go on first.")
        raise Conflict(f"{said} {nothing}", code="between", resource=where)
    if request.state == RequestState.QUEUED:
        said = _("Another approval about the same thing is open: that one has to end first.")
        raise Conflict(f"{said} {nothing}", code="queued", resource=where)
    if request.due_at is not None and uow.now >= request.due_at:
        raise Conflict(f"{_('The time to decide has run out.')} {nothing}", code="expired", resource=where)
    if shown != request.shown:
        said = _("What is asked has changed since you opened the page. Read it again.")
        raise Conflict(f"{said} {nothing}", code="content_changed", resource=where)
