"""One person's decision, all of it in one transaction: judged, written as a vote, counted, and what follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import held, people, policy, together, trail
from studio.approvals.models import Assignment, Comment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, AssignmentState, Channel, CommentKind, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.policy import Verdict
from studio.approvals.rule import Changes, Rule
from studio.approvals.service import (
    answering,
    delegating,
    ending,
    holding,
    measuring,
    rows,
    staging,
    threading,
    timers,
)
from studio.approvals.service.answering import Said
from studio.approvals.service.refusing import refusal
from studio.contract import gates
from studio.core import ids
from studio.core.actor import ActorType
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

PROVEN = "approval.approve"
"""What a proof is bound to, where whoever approves has to prove who they are."""

on_vote: Callable[[UnitOfWork, UUID, UUID], None] | None = None
"""Told of the run and the person whose voice it is, in the vote's transaction. Set at start."""


def approve(
    uow: UnitOfWork,
    request_id: UUID,
    *,
    shown: str,
    reason: str = "",
    channel: Channel = Channel.PAGE,
) -> Vote:
    """Say yes."""
    return decide(uow, request_id, Outcome.APPROVED, shown=shown, reason=reason, channel=channel)


def decline(uow: UnitOfWork, request_id: UUID, *, shown: str, reason: str, channel: Channel = Channel.PAGE) -> Vote:
    """Say no, and why."""
    return decide(uow, request_id, Outcome.DECLINED, shown=shown, reason=reason, channel=channel)


def request_changes(
    uow: UnitOfWork, request_id: UUID, *, shown: str, reason: str, channel: Channel = Channel.PAGE
) -> Vote:
    """Send it back with what is to be changed: it ends, or waits for a new version, as its rule says."""
    return decide(uow, request_id, Outcome.CHANGES_REQUESTED, shown=shown, reason=reason, channel=channel)


def decide(
    uow: UnitOfWork,
    request_id: UUID,
    outcome: Outcome,
    *,
    shown: str,
    reason: str = "",
    channel: Channel = Channel.PAGE,
    option: str | None = None,
    answer: Mapping[str, Any] | None = None,
    items: Collection[str] | None = None,
) -> Vote:
    """Decide as the actor. `shown` is what the page on which the button stood carried (`Request.shown`).

    `option` is the key of one of the request's own answers, with what was filled in as `answer`; `outcome` is then
    what that answer counts as, or `responded` where the caller leaves that to the request.
    `items` are the keys of the line items that an approval approves; None: all of them.
    Where its rule asks for a proof, an approval raises StepUpNeeded until the actor has given one for just this, and
    Forbidden for whoever has no session to give it in. The request's state says whether that ended it.
    The same person's same outcome again gives the same vote; another outcome, or anything after the end, is a Conflict
    that says who decided and when. InvalidInput, with paths below `answer`, where the form does not fit.
    """
    asked = _asked(uow, request_id, outcome)
    said = answering.read(asked.request, outcome, option, answer or {}, items)
    verdict = policy.judge(_attempt(uow, asked, said, shown, reason.strip()))
    if verdict is Verdict.REPEATED:
        return asked.said[-1]
    if verdict is Verdict.THREADS:
        raise threading.refusal(asked.request, threading.in_the_way(uow, asked.request, said.outcome))
    if verdict is not Verdict.PROCEED:
        raise refusal(verdict, asked.request, asked.decided, asked.said[-1] if asked.said else None, asked.person)
    if said.problem is not None:
        raise said.problem
    if asked.rule.proof and said.outcome is Outcome.APPROVED:
        what = _("Approve “%(title)s”", title=asked.request.title)
        payload = {"request": str(request_id), "shown": asked.request.shown, "option": option}
        gates.current().require_proof(uow, PROVEN, payload, what)
    if uow.actor.type is ActorType.API_TOKEN:
        channel = Channel.API
    return _carry_out(uow, asked, said, reason.strip(), channel)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request under its lock, and the person who decides now."""

    request: Request
    rule: Rule
    shares: Sequence[Assignment]
    decided: Decision | None
    person: Person
    said: Sequence[Vote]
    """The person's own votes that count, without one that is lifted by saying something else."""
    holding: Sequence[Vote] = ()
    """The votes by which changes are awaited."""

    @property
    def open(self) -> list[Assignment]:
        """Shares that may be decided now."""
        return [one for one in self.shares if one.stage == self.request.stage and one.state in LIVE]

    @property
    def mine(self) -> list[Assignment]:
        """All that the person was ever asked of it."""
        return [one for one in self.shares if one.user_id == self.person.id]


def _asked(uow: UnitOfWork, request_id: UUID, outcome: Outcome) -> _Asked:
    request = rows.locked(uow, request_id)
    shares = rows.assignments(uow, request)
    person = people.by_id(uow, uow.actor.user_id)
    if person is None:
        raise rows.no_seat()
    votes = rows.votes(uow, request)
    held = holding.asking(request, votes)
    lifted = held if outcome is not Outcome.CHANGES_REQUESTED else []
    said = [vote for vote in votes if vote.user_id == person.id and vote not in lifted]
    return _Asked(request, rows.rule(request, shares), shares, rows.decision(uow, request), person, said, held)


def _carry_out(uow: UnitOfWork, asked: _Asked, said: Said, reason: str, channel: Channel) -> Vote:
    request, open_ = asked.request, asked.open
    person = delegating.signing(asked.person, [one for one in open_ if one.user_id == asked.person.id])
    own = [share for share in open_ if share.user_id == person.id]
    if said.outcome is Outcome.CHANGES_REQUESTED and asked.rule.changes is Changes.WAIT:
        holding.void(uow, asked.holding, holding.LIFTED)  # of whoever held this place before: one vote a place counts
        together.flush(uow)
        vote = _vote(uow, request, own[0], said, reason, channel)
        _remark(uow, request, person, reason)
        holding.hold(uow, request, vote)
        return vote
    holding.lift(uow, request, asked.holding, holding.LIFTED)
    written = [_vote(uow, request, share, said, reason, channel) for share in own]
    places = {rows.place(share) for share in own}
    for share in open_:
        if rows.place(share) in places:
            rows.close(uow, share, AssignmentState.DECIDED if share in own else AssignmentState.WITHDRAWN)
            rows.kill_links(uow, [share.id])
    together.flush(uow)
    ended: Decision | None
    if said.outcome is Outcome.CHANGES_REQUESTED:
        _remark(uow, request, person, reason)
        ended = ending.end(uow, request, said.outcome, by=person, reason=reason, channel=channel)
    else:
        ended = staging.follow(uow, request, asked.rule, by=person, reason=reason, channel=channel)
    if ended is None:
        timers.release_if(uow, request, {share.id for share in open_ if share.state not in LIVE})
        trail.voted(uow, request, written[0], person.acting_for)
        fault_point("vote.before_commit")
        uow.after_commit(lambda: fault_point("vote.after_commit"))
    return written[0]


def _vote(uow: UnitOfWork, request: Request, share: Assignment, said: Said, reason: str, channel: Channel) -> Vote:
    row = Vote(
        id=ids.new_id(),
        request_id=request.id,
        assignment_id=share.id,
        user_id=share.user_id,
        place_id=rows.place(share),
        stage=request.stage,
        revision=request.revision,
        outcome=said.outcome,
        option=said.option.key if said.option else None,
        option_label=said.option.label if said.option else None,
        answer=dict(said.answer) if said.answer is not None else None,
        items=list(said.items) if said.items is not None else None,
        payload_hash=request.payload_hash,
        reason=reason,
        channel=channel,
        at=uow.now,
        **measuring.measured(uow, request, share),
    )
    held.add(uow, row)
    if on_vote is not None and request.run_id is not None:
        on_vote(uow, request.run_id, share.user_id)
    return row


def _attempt(uow: UnitOfWork, asked: _Asked, said: Said, shown: str, reason: str) -> policy.Attempt:
    request, person, mine = asked.request, asked.person, asked.mine
    requester, *editors = barred = rows.barred(uow, request)
    open_ = [share for share in asked.open if share.user_id == person.id]
    last = asked.said[-1] if asked.said else None
    now = [vote for vote in asked.said if vote.stage == request.stage]
    return policy.Attempt(
        outcome=said.outcome,
        same=said.same_as(last),
        offered=said.offered,
        threads_open=bool(threading.in_the_way(uow, request, said.outcome)),
        state=RequestState.PENDING if request.open else RequestState(request.state),
        has_seat=person.may_decide,
        is_requester=requester.is_(person.email, person.id),
        is_editor=policy.is_barred(editors, person.email, person.id),
        for_barred=_for_barred(uow, person, open_, barred),
        is_excluded=person.role in asked.rule.exclude_roles,
        was_asked=bool(mine),
        is_open=bool(open_),
        was_escalated=any(share.state == AssignmentState.ESCALATED_AWAY for share in mine),
        is_queued=any(share.state == AssignmentState.QUEUED for share in mine),
        is_held=bool(asked.holding) and not _holds(open_, asked.holding),
        was_settled=any(share.state == AssignmentState.WITHDRAWN for share in mine),
        stands_in=_stands_in(uow, request, mine, open_),
        shown_hash=shown,
        payload_hash=request.shown,
        reason=reason,
        now=uow.now,
        due_at=request.due_at,
        decided=Outcome(asked.decided.outcome) if asked.decided else None,
        voted=Outcome(last.outcome) if last else None,
        voted_on=policy.shown(last.payload_hash, last.revision, last.stage) if last else "",
        voted_now=Outcome(now[-1].outcome) if now else None,
    )


def _stands_in(uow: UnitOfWork, request: Request, mine: Sequence[Assignment], open_: Sequence[Assignment]) -> bool:
    """Asked anew: an absence may have ended, or gone on to somebody else, since the page was opened."""
    if open_:
        return all(delegating.holds(uow, request, share) for share in open_)
    return not any(share.state == AssignmentState.REVOKED and share.delegation_id for share in mine)


def _holds(shares: Sequence[Assignment], votes: Sequence[Vote]) -> bool:
    """Whether the places that ask for changes are theirs."""
    return {vote.place_id for vote in votes} <= {rows.place(share) for share in shares}


def _for_barred(
    uow: UnitOfWork, person: Person, shares: Sequence[Assignment], barred: Sequence[policy.Requester]
) -> bool:
    """Whether one of the places that would be filled is that of somebody who must not decide."""
    places = {rows.place(share) for share in shares} - {person.id}
    owners = people.by_ids(uow, places)
    return any(policy.is_barred(barred, owners[one].email if one in owners else "", one) for one in places)


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
