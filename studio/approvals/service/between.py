"""A request between two stages: all who were asked have agreed, and what asked says whether others are."""

from flask_babel import gettext as _

from studio.approvals import askers, people, together, trail
from studio.approvals.models import Request, Vote
from studio.approvals.outcomes import Channel, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.service import counting, ending, rows, timers
from studio.core.unit_of_work import UnitOfWork


def rest(
    uow: UnitOfWork,
    request: Request,
    *,
    by: Person | None,
    reason: str,
    channel: Channel,
    said: Vote | None,
    by_name: str = "",
) -> None:
    """Tell what asked that its stages so far agree, and wait for it, without a deadline. Its shares are closed."""
    trail.unschedule(uow, request)
    timers.stop(uow, request)
    request.state, request.stuck_at = RequestState.BETWEEN, None
    request.due_at = request.remind_at = None
    request.pauses += 1  # the deadline of the next stage is a job under a name of its own
    together.flush(uow)
    so_far = ending.settled(
        uow, request, Outcome.APPROVED, by=by, by_name=by_name, reason=reason, channel=channel, said=said
    )
    askers.answer(uow, ending.told(uow, request, so_far))


def settle(uow: UnitOfWork, request: Request) -> None:
    """It is approved: as those of its last stage have said, or by their silence where that agrees."""
    votes = rows.votes(uow, request)
    chosen = [item["key"] for item in request.items] if request.items else None
    said = [vote for vote in votes if vote.stage == request.stage and vote.outcome == Outcome.APPROVED]
    last = said[-1] if said else None
    ending.end(
        uow,
        request,
        Outcome.APPROVED,
        by=people.by_id(uow, last.user_id) if last else None,
        by_name="" if last else str(_("Escalation")),
        reason=last.reason if last else str(_("Nobody answered, and silence agrees.")),
        channel=Channel(last.channel) if last else Channel.ESCALATION,
        said=counting.agreed(request, votes, Outcome.APPROVED),
        chosen=counting.approved_items(request, rows.rule(request, rows.assignments(uow, request)), votes)
        if last
        else chosen,
    )
