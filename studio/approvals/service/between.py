"""A request between two stages: all who were asked have agreed, and what asked says whether others are."""

from studio.approvals import askers, people, together, trail
from studio.approvals.models import Request, Vote
from studio.approvals.outcomes import Channel, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.service import counting, ending, rows
from studio.core.unit_of_work import UnitOfWork


def rest(
    uow: UnitOfWork, request: Request, *, by: Person | None, reason: str, channel: Channel, said: Vote | None
) -> None:
    """Tell what asked that its stages so far agree, and wait for it, without a deadline. Its shares are closed."""
    trail.unschedule(uow, request)
    request.state, request.stuck_at = RequestState.BETWEEN, None
    request.due_at = request.remind_at = None
    request.pauses += 1  # the deadline of the next stage is a job under a name of its own
    together.flush(uow)
    so_far = ending.settled(uow, request, Outcome.APPROVED, by=by, reason=reason, channel=channel, said=said)
    askers.answer(uow, ending.told(uow, request, so_far))


def settle(uow: UnitOfWork, request: Request) -> None:
    """No stage follows: it is approved, as those of its last stage have said."""
    votes = rows.votes(uow, request)
    last = [vote for vote in votes if vote.stage == request.stage and vote.outcome == Outcome.APPROVED][-1]
    ending.end(
        uow,
        request,
        Outcome.APPROVED,
        by=people.by_id(uow, last.user_id),
        reason=last.reason,
        channel=Channel(last.channel),
        said=counting.agreed(request, votes, Outcome.APPROVED),
    )
