"""What follows from a changed count: the next stage is asked, the request ends, or too few are left for the rule."""

from collections.abc import Sequence

from studio.approvals import trail
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, AssignmentState, Channel, Outcome
from studio.approvals.people import Person
from studio.approvals.quorum import Standing, Tally
from studio.approvals.rule import Rule
from studio.approvals.service import between, counting, deferring, delegating, fallback, rows, timers
from studio.core.unit_of_work import UnitOfWork


def follow(
    uow: UnitOfWork, request: Request, rule: Rule, *, by: Person | None, reason: str, channel: Channel
) -> Decision | None:
    """Count again and do what follows. Returns the decision where that ended it; `by` is who brought it about."""
    shares = rows.assignments(uow, request)
    votes = rows.votes(uow, request)
    found = counting.tally(uow, request, rule, shares, votes)
    while found.standing is Standing.APPROVED and request.stage + 1 < len(rule.stages):
        close_stage(uow, request, shares)
        open_next(uow, request, shares)
        found = counting.tally(uow, request, rule, shares, votes)
    if found.standing is Standing.APPROVED and rule.more:
        close_stage(uow, request, shares)
        between.rest(uow, request, by=by, reason=reason, channel=channel, said=_agreed(request, votes))
        return None
    outcome = _ENDS.get(found.standing)
    if outcome is not None:
        said = counting.agreed(request, votes, outcome, found.answer)
        chosen = counting.approved_items(request, rule, votes) if outcome is Outcome.APPROVED else None
        return deferring.end(uow, request, outcome, by=by, reason=reason, channel=channel, said=said, chosen=chosen)
    mark(uow, request, found)
    return None


def _agreed(request: Request, votes: Sequence[Vote]) -> Vote | None:
    return counting.agreed(request, votes, Outcome.APPROVED)


_ENDS = {
    Standing.APPROVED: Outcome.APPROVED,
    Standing.DECLINED: Outcome.DECLINED,
    Standing.ANSWERED: Outcome.RESPONDED,
}


def recount(uow: UnitOfWork, request: Request) -> None:
    """See whether enough people are left, after who may vote has changed."""
    shares = rows.assignments(uow, request)
    mark(uow, request, counting.tally(uow, request, rows.rule(request, shares), shares, rows.votes(uow, request)))


def mark(uow: UnitOfWork, request: Request, found: Tally) -> None:
    """Remember since when too few people are left, and say so once. The rule itself is never lowered.

    Where fallback approvers can mend it, they are asked instead.
    """
    stuck = found.standing is Standing.UNREACHABLE
    if stuck and request.escalates:
        shares = rows.assignments(uow, request)
        if fallback.ask(uow, request, rows.rule(request, shares), shares):
            recount(uow, request)
            return
    if stuck and request.stuck_at is None:
        request.stuck_at = uow.now
        trail.unreachable(uow, request)
    elif not stuck:
        request.stuck_at = None


def close_stage(uow: UnitOfWork, request: Request, shares: Sequence[Assignment]) -> None:
    """Close what is left of the stage that has agreed."""
    left = [share for share in shares if share.stage == request.stage]
    for share in left:
        if share.state in LIVE:
            rows.close(uow, share, AssignmentState.WITHDRAWN)
    rows.kill_links(uow, [share.id for share in left])


def open_next(uow: UnitOfWork, request: Request, shares: Sequence[Assignment]) -> None:
    """Ask the next one."""
    request.stage += 1
    uow.session.flush()  # one live share a person: the old one has to be closed before the next one opens
    for share in shares:
        if share.stage == request.stage and share.state == AssignmentState.QUEUED:
            share.state = AssignmentState.OPEN
            share.stand(request)
            trail.mail_asked(uow, share.id)
    uow.session.flush()
    delegating.extend(uow, request, [share for share in shares if share.stage == request.stage])
    timers.restart(uow, request)
