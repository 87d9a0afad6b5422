"""Giving an open request what holds now: who comes is asked, who goes no longer counts, the rest is counted again.

A vote of somebody who no longer counts stops counting; what the others have said is counted by the rule of now, which
may settle the request. All of it is under the request's lock, so that it ends once, whoever decides meanwhile.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import people, policy, quorum, trail
from studio.approvals import rule as rules
from studio.approvals.applying import Applied, Refused
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import LIVE, WAITING, AssignmentState, Channel, Outcome, RequestState
from studio.approvals.quorum import Ballot, Standing
from studio.approvals.service import delegating, holding, notifying, rows, staging, timers
from studio.contract.approving import ApprovalNotice
from studio.core.unit_of_work import UnitOfWork

BATCH = 50
"""Requests of one plan, and of one transaction: the next ones after those."""
_ENDS = {Standing.APPROVED: Outcome.APPROVED, Standing.DECLINED: Outcome.DECLINED, Standing.ANSWERED: Outcome.RESPONDED}


@dataclass(frozen=True, slots=True)
class Change:
    """What applying would do to one request."""

    request: Request
    came: tuple[str, ...] = ()
    """Names of people who would be asked, now or in a later stage."""
    went: tuple[str, ...] = ()
    """Names of people who would no longer count."""
    votes: int = 0
    """What was said and would no longer count."""
    outcome: Outcome | None = None
    """How the recount would end its running stage, by what was said alone; None: it stays open."""
    goes_on: bool = False
    """That stage is not the last one: the next one would be asked."""
    refused: str = ""
    """Why it cannot be changed; then nothing is."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What has changed, and how that is said."""

    action: str
    """Of the audit trail."""
    facts: Mapping[str, Any]
    """Metadata beside who comes and goes."""
    why: Callable[[int, UUID], dict[str, str]]
    """Why somebody is asked in a stage."""
    void: str
    """Why a vote no longer counts."""
    reason: str
    """Why it was counted again, where that ends it."""
    told: str
    """What whoever goes reads."""


def change(uow: UnitOfWork, request: Request, applied: Applied, refused: str = "") -> Change | None:
    """What it would do; None: nothing. `refused` is why the caller would not do it."""
    if not request.open or (applied.refused is None and not applied.changes and not refused):
        return None
    refused = refused or _why_not(uow, request, applied)
    if refused:
        return Change(request, refused=refused)
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    void = _void(request, applied, votes)
    outcome = _outcome(request, applied, shares, [one for one in votes if one not in void])
    more = outcome is Outcome.APPROVED and request.stage + 1 < len(applied.rule.stages)
    came, went = _names(uow, _came(applied)), _names(uow, _went(applied))
    return Change(request, came, went, len(void), outcome, more)


def carry_out(uow: UnitOfWork, request: Request, applied: Applied, cause: Cause) -> None:
    """Do it, in the transaction that holds the request's lock."""
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    void = _void(request, applied, votes)
    holding.void(uow, void, cause.void)
    number = int(request.rule.get(rules.APPLIED, 0)) + 1
    request.rule = rules.to_json(applied.rule) | {rules.APPLIED: number}
    ended = [one for one in shares if applied.ends(one.stage, rows.place(one), one.user_id, request.stage)]
    gone = [one for one in ended if one.state in WAITING]
    for share in gone:
        rows.close(uow, share, AssignmentState.WITHDRAWN)
        delegating.take_back(uow, shares, share)
    rows.kill_links(uow, [one.id for one in ended])
    uow.session.flush()
    timers.release_if(uow, request, {one.id for one in gone})
    made = _ask(uow, request, applied, shares, cause)
    trail.record(
        uow, cause.action, request, **cause.facts,
        came=_emails(uow, _came(applied)) or None, went=_emails(uow, _went(applied)) or None, votes=len(void) or None,
    )  # fmt: skip
    _tell(uow, request, cause, {one.user_id for one in gone} - {one.user_id for one in made}, number)
    _count(uow, request, cause.reason)


def _came(applied: Applied) -> frozenset[UUID]:
    return frozenset[UUID]().union(*applied.came)


def _went(applied: Applied) -> frozenset[UUID]:
    return frozenset[UUID]().union(applied.out, *applied.went)


def _why_not(uow: UnitOfWork, request: Request, applied: Applied) -> str:
    words: dict[Refused, str] = {
        Refused.UNRECORDED: _("It was asked before requests remembered who came through which group."),
        Refused.NOBODY: _("Nobody would be left who may decide."),
        Refused.QUORUM: _("Fewer people would be left than have to agree."),
        Refused.DECLINES: _("Fewer people would be left than have to decline."),
        Refused.FURTHER: _("It is in a stage that the policy no longer has."),
    }
    if applied.refused is not None:
        return words[applied.refused]
    if request.state != RequestState.PENDING:
        return str(_("Nobody is asked at the moment: it waits for a new version, a further stage, or its effect."))
    if request.due_at is not None and uow.now >= request.due_at:
        return str(_("The time to decide has run out."))
    person = rows.acting(uow) if uow.actor.user_id else None
    if person is not None and policy.is_barred(rows.barred(uow, request), person.email, person.id):
        return str(_("You asked for this or edited it last, so you cannot choose who decides."))
    return ""


def _void(request: Request, applied: Applied, votes: Iterable[Vote]) -> list[Vote]:
    return [one for one in votes if applied.ends(one.stage, one.place_id, one.user_id, request.stage)]


def _outcome(request: Request, applied: Applied, shares: Sequence[Assignment], votes: Iterable[Vote]) -> Outcome | None:
    places = [(share.stage, rows.place(share)) for share in shares]
    stage = rules.joined(applied.rule, places).stages[request.stage]
    given = [
        Ballot(one.place_id, one.user_id, one.outcome == Outcome.APPROVED, one.option or "" if _own(one) else "")
        for one in votes
        if one.stage == request.stage
    ]
    everybody = {share.user_id for share in shares} | stage.people
    able = dict.fromkeys(stage.places, frozenset(everybody))
    return _ENDS.get(quorum.count(stage, given, able).standing) if given else None


def _own(vote: Vote) -> bool:
    return vote.outcome == Outcome.RESPONDED


def _ask(
    uow: UnitOfWork, request: Request, applied: Applied, shares: Sequence[Assignment], cause: Cause
) -> list[Assignment]:
    """New people get their shares, but for those who hold one already or have spoken in that stage."""
    spoken = {(one.stage, one.user_id) for one in rows.votes(uow, request)}
    holds = {(one.stage, one.user_id) for one in shares if one.state in WAITING}
    made = [
        rows.assign(uow, request, who, cause.why(stage, who), stage=stage)
        for stage, some in enumerate(applied.came)
        for who in sorted(some)
        if (stage, who) not in spoken | holds
    ]
    uow.session.flush()
    opened = [one for one in made if one.state in LIVE]
    for share in opened:
        trail.mail_asked(uow, share.id)
    delegating.extend(uow, request, opened)
    return made


def _count(uow: UnitOfWork, request: Request, reason: str) -> None:
    """What was said is counted again; where that settles it, under the name of whoever said so last."""
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    running = [one for one in votes if one.stage == request.stage]
    if not running:
        staging.recount(uow, request)
        return
    last = running[-1]
    by = people.by_id(uow, last.user_id)
    rule = rows.rule(request, shares)
    staging.follow(uow, request, rule, by=by, reason=reason, channel=Channel(last.channel))


def _tell(uow: UnitOfWork, request: Request, cause: Cause, gone: set[UUID], number: int) -> None:
    """Whoever was asked and no longer is hears of it, where they have a seat."""
    seated = people.by_ids(uow, gone)
    told = sorted(one.id for one in seated.values() if one.active)
    if told:
        refs = [f"user:{one}" for one in told]
        key = f"left:{request.id}:{number}"
        notifying.notify(uow, ApprovalNotice(key, refs, str(_("No longer yours to decide")), cause.told))


def _names(uow: UnitOfWork, ids: Iterable[UUID]) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in people.by_ids(uow, ids).values()))


def _emails(uow: UnitOfWork, ids: Iterable[UUID]) -> str:
    return ", ".join(sorted(one.email for one in people.by_ids(uow, ids).values()))
