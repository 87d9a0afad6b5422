"""The one way a request ends by a decision: the row, everybody's share, the trail, whoever asked."""

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from studio.approvals import askers, items, together, trail
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import AGREED, Channel, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.service import locking, rows, timers, voices
from studio.core import ids
from studio.core.errors import Conflict
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork


def end(
    uow: UnitOfWork,
    request: Request,
    outcome: Outcome,
    *,
    by: Person | None,
    reason: str,
    channel: Channel,
    said: Vote | None = None,
    chosen: list[str] | None = None,
    by_name: str = "",
) -> Decision:
    """Write the decision and all that follows from it, in the caller's transaction.

    `said` is the vote whose answer those who settled it agree on, where they do; `chosen` are the keys of the
    line items that were approved. `by_name` stands for `by` where no person brought it about.
    """
    decision = settled(
        uow, request, outcome, by=by, reason=reason, channel=channel, said=said, chosen=chosen, by_name=by_name
    )
    uow.session.add(decision)
    try:
        together.flush(uow)
    except IntegrityError as error:  # the lock makes this unreachable; the constraint makes it certain
        raise Conflict(_("This was decided a moment ago."), code="already_decided") from error
    request.state = RequestState(outcome.value)
    rows.settle(uow, request, rows.assignments(uow, request))
    trail.unschedule(uow, request)
    timers.stop(uow, request)
    trail.mail_told(uow, request)
    locking.release(uow, request)
    trail.decided(uow, request, decision, by.acting_for if by else "")
    together.tell(uow, told(uow, request, decision))
    fault_point("decide.before_commit")
    uow.after_commit(lambda: fault_point("decide.after_commit"))
    return decision


def settled(
    uow: UnitOfWork,
    request: Request,
    outcome: Outcome,
    *,
    by: Person | None,
    reason: str,
    channel: Channel,
    said: Vote | None = None,
    chosen: list[str] | None = None,
    by_name: str = "",
) -> Decision:
    """The row of an end, which is not written here: where another stage may follow, it says how far it is."""
    return Decision(
        id=ids.new_id(),
        request_id=request.id,
        outcome=outcome,
        option=said.option if said else None,
        option_label=said.option_label if said else None,
        answer=said.answer if said else None,
        items=chosen,
        by_user_id=by.id if by else None,
        by_name=by.signature if by else by_name,
        by_email=by.email if by else None,
        at=uow.now,
        reason=reason,
        channel=channel,
        payload_hash=request.payload_hash,
    )


def told(uow: UnitOfWork, request: Request, decision: Decision) -> askers.Ended:
    """How it ended, as whoever asked hears it: with what everybody said."""
    return replace(ended(request, decision), votes=voices.votes(uow, request))


def ended(request: Request, decision: Decision) -> askers.Ended:
    """The same without what everybody said."""
    return askers.Ended(
        request_id=request.id,
        asker=request.asker,
        ref=request.ref,
        title=request.title,
        outcome=Outcome(decision.outcome),
        by=decision.by_name,
        by_email=decision.by_email,
        at=decision.at,
        reason=decision.reason,
        answered=askers.Answered(decision.option, decision.answer) if request.options else None,
        version=request.revision,
        facts=dict(request.facts),
        amount=request.amount,
        items=_items(request, decision) if request.items else None,
    )


def withdrawn(request: Request) -> askers.Ended:
    """The same of one that was withdrawn by what asked, which leaves no decision."""
    return askers.Ended(
        request_id=request.id,
        asker=request.asker,
        ref=request.ref,
        title=request.title,
        outcome=Outcome.CANCELLED,
        by="",
        by_email=None,
        at=request.closed_at or request.created_at,
        reason=request.close_reason or "",
        answered=askers.Answered(None) if request.options else None,
        version=request.revision,
        facts=dict(request.facts),
        amount=request.amount,
        items=items.Settled((), ()) if request.items else None,
    )


def _items(request: Request, decision: Decision) -> items.Settled:
    """What became of each: where nobody said yes or no, nothing did."""
    if decision.outcome not in (*AGREED, Outcome.DECLINED):
        return items.Settled((), ())
    return items.split(items.restored(request.items), decision.items or ())
