"""Applying a group to what is open: a plan that writes nothing, then the change, request by request.

Only what is said so explicitly changes: requests keep whom they asked until somebody who manages groups applies it.
A vote of somebody who no longer counts stops counting; what the others have said is counted again.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Text, cast, or_, select

from studio.approvals import applying, people, policy, quorum, trail
from studio.approvals import rule as rules
from studio.approvals.applying import Applied, Refused
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import LIVE, WAITING, AssignmentState, Channel, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.quorum import Ballot, Standing
from studio.approvals.rule import Rule
from studio.approvals.service import counting, delegating, groups, holding, notifying, rows, staging, timers
from studio.approvals.service.groups import GroupView
from studio.contract.approving import ApprovalNotice
from studio.core.errors import Conflict
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

BATCH = 50
"""Requests of one plan, and of one transaction: the next ones after those."""
LEFT = "left_group"
"""Why a vote no longer counts."""


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
    """How the recount would end it, or its running stage; None: it stays open."""
    refused: str = ""
    """Why it cannot be changed; then nothing is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do to the next requests."""

    group: GroupView
    shown: str
    """What the page posts back: the group's people as they are now."""
    changes: tuple[Change, ...]
    more: bool
    """There are others behind these."""

    @property
    def able(self) -> list[Change]:
        """Those that can be changed."""
        return [one for one in self.changes if not one.refused]


def plan(uow: UnitOfWork, group_id: UUID) -> Plan:
    """Which open requests would change, and how. Nothing is written."""
    group = groups.get(uow, group_id)
    found, more = _concerned(uow, group)
    changes = (_change(uow, request, group) for request in found)
    return Plan(group, fingerprint(group), tuple(one for one in changes if one is not None), more)


def apply(uow: UnitOfWork, group_id: UUID, shown: str, request_ids: Iterable[UUID]) -> list[Change]:
    """Do it to those of the requests that still can be changed, at most BATCH; what each of them got.

    Raises Conflict where the group has changed since `shown`.
    """
    group = groups.get(uow, group_id)
    if shown != fingerprint(group):
        said = _("The group was changed since you opened this page. Nothing was applied.")
        raise Conflict(said, code="group_changed")
    done = []
    for request_id in sorted(set(request_ids))[:BATCH]:
        request = rows.locked(uow, request_id)
        change = _change(uow, request, group)
        if change is not None and not change.refused:
            _carry_out(uow, request, group, change)
        if change is not None:
            done.append(change)
    fault_point("apply.before_commit")
    return done


def fingerprint(group: GroupView) -> str:
    """Of who is in it."""
    members = [str(one.id) for one in group.members]
    return hashlib.sha256(json.dumps([str(group.id), sorted(members)]).encode()).hexdigest()


def _concerned(uow: UnitOfWork, group: GroupView) -> tuple[list[Request], bool]:
    """Open requests that name it, oldest first; those that would not change are left out, and looked behind."""
    stored = cast(Request.rule, Text)
    names = (json.dumps(group.name), json.dumps(group.name, ensure_ascii=False))
    named = or_(stored.contains(str(group.id)), *(stored.contains(name, autoescape=True) for name in names))
    query = select(Request).where(Request.closed_at.is_(None), named).order_by(Request.id)
    found: list[Request] = []
    for request in uow.session.scalars(query.execution_options(yield_per=500)):
        if _differs(uow, request, group):
            found.append(request)
        if len(found) > BATCH:
            break
    return found[:BATCH], len(found) > BATCH


def _differs(uow: UnitOfWork, request: Request, group: GroupView) -> bool:
    known = rules.from_json(request.rule)
    if not known.stages[request.stage].people:
        return False
    applied = _applied(uow, request, known, group)
    return applied.changes or applied.refused is not None


def _applied(uow: UnitOfWork, request: Request, known: Rule, group: GroupView) -> Applied:
    barred = rows.barred(uow, request)
    members = [one.id for one in group.members if counting.may_vote(one, known, barred)]
    return applying.apply(known, group.id, group.name, members, request.stage)


def _change(uow: UnitOfWork, request: Request, group: GroupView) -> Change | None:
    """What it would do; None: nothing."""
    if not request.open:
        return None
    known = rules.from_json(request.rule)
    applied = _applied(uow, request, known, group)
    if applied.refused is None and not applied.changes:
        return None
    refused = _why_not(uow, request, applied)
    if refused:
        return Change(request, refused=refused)
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    void = _void(applied, votes)
    came, went = (frozenset[UUID]().union(*some) for some in (applied.came, applied.went))
    outcome = _outcome(request, applied, shares, [one for one in votes if one not in void])
    return Change(request, _names(uow, came), _names(uow, went), len(void), outcome)


def _why_not(uow: UnitOfWork, request: Request, applied: Applied) -> str:
    words: dict[Refused, str] = {
        Refused.UNRECORDED: _("It was asked before requests remembered who came through which group."),
        Refused.NOBODY: _("Nobody would be left who may decide."),
        Refused.QUORUM: _("Fewer people would be left than have to agree."),
        Refused.DECLINES: _("Fewer people would be left than have to decline."),
    }
    person = rows.acting(uow) if uow.actor.user_id else None
    if applied.refused is not None:
        return words[applied.refused]
    if request.state != RequestState.PENDING:
        return str(_("Nobody is asked at the moment: it waits for a new version, or for a further stage."))
    if request.due_at is not None and uow.now >= request.due_at:
        return str(_("The time to decide has run out."))
    if person is not None and policy.is_barred(rows.barred(uow, request), person.email, person.id):
        return str(_("You asked for this or edited it last, so you cannot choose who decides."))
    return ""


def _void(applied: Applied, votes: Iterable[Vote]) -> list[Vote]:
    return [one for one in votes if one.stage < len(applied.went) and one.place_id in applied.went[one.stage]]


def _outcome(request: Request, applied: Applied, shares: Sequence[Assignment], votes: Iterable[Vote]) -> Outcome | None:
    """Of the recount, by what was said alone."""
    places = [(share.stage, rows.place(share)) for share in shares]
    stage = rules.joined(applied.rule, places).stages[request.stage]
    given = [
        Ballot(one.place_id, one.user_id, one.outcome == Outcome.APPROVED, one.option or "" if _own(one) else "")
        for one in votes
        if one.stage == request.stage
    ]
    everybody = {share.user_id for share in shares} | stage.people
    able = dict.fromkeys(stage.places, frozenset(everybody))
    ends = {Standing.APPROVED: Outcome.APPROVED, Standing.DECLINED: Outcome.DECLINED,
            Standing.ANSWERED: Outcome.RESPONDED}  # fmt: skip
    return ends.get(quorum.count(stage, given, able).standing) if given else None


def _own(vote: Vote) -> bool:
    return vote.outcome == Outcome.RESPONDED


def _carry_out(uow: UnitOfWork, request: Request, group: GroupView, change: Change) -> None:
    applied = _applied(uow, request, rules.from_json(request.rule), group)
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    holding.void(uow, _void(applied, votes), LEFT)
    request.rule = rules.to_json(applied.rule) | {"applied": int(request.rule.get("applied", 0)) + 1}
    gone = [one for one in shares if one.state in WAITING and rows.place(one) in applied.went[one.stage]]
    for share in gone:
        rows.close(uow, share, AssignmentState.WITHDRAWN)
        delegating.take_back(uow, shares, share)
    rows.kill_links(uow, [one.id for one in shares if rows.place(one) in applied.went[one.stage]])
    uow.session.flush()
    timers.release_if(uow, request, {one.id for one in gone})
    made = _ask(uow, request, group, applied, shares)
    came, went = (frozenset[UUID]().union(*some) for some in (applied.came, applied.went))
    trail.record(
        uow, "approval.group_applied", request, group=group.name,
        came=_emails(uow, came) or None, went=_emails(uow, went) or None, votes=change.votes or None,
    )  # fmt: skip
    _tell(uow, request, group, {one.user_id for one in gone} - {one.user_id for one in made})
    _count(uow, request, group)


def _ask(
    uow: UnitOfWork, request: Request, group: GroupView, applied: Applied, shares: Sequence[Assignment]
) -> list[Assignment]:
    """New people get their shares, but for those who hold one already or have spoken in that stage."""
    spoken = {(one.stage, one.user_id) for one in rows.votes(uow, request)}
    holds = {(one.stage, one.user_id) for one in shares if one.state in WAITING}
    made = [
        rows.assign(uow, request, who, {"kind": "group", "name": group.name}, stage=stage)
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


def _count(uow: UnitOfWork, request: Request, group: GroupView) -> None:
    """What was said is counted again; where that settles it, under the name of whoever said so last."""
    shares, votes = rows.assignments(uow, request), rows.votes(uow, request)
    running = [one for one in votes if one.stage == request.stage]
    if not running:
        staging.recount(uow, request)
        return
    last = running[-1]
    by = people.by_id(uow, last.user_id)
    reason = str(_("Counted again, since the group %(name)s was changed.", name=group.name))
    staging.follow(uow, request, rows.rule(request, shares), by=by, reason=reason, channel=Channel(last.channel))


def _tell(uow: UnitOfWork, request: Request, group: GroupView, gone: set[UUID]) -> None:
    """Whoever was asked and no longer is hears of it, where they have a seat."""
    seated = people.by_ids(uow, gone)
    told = [one for one in seated.values() if one.active]
    if told:
        text = _(
            "“%(title)s” is no longer yours to decide: you have left the group %(name)s, and what was open was "
            "brought in line with it.",
            title=request.title, name=group.name,
        )  # fmt: skip
        key = f"left:{request.id}:{request.rule['applied']}"
        refs = [f"user:{one.id}" for one in sorted(told, key=lambda one: one.id)]
        notifying.notify(uow, ApprovalNotice(key, refs, str(_("No longer yours to decide")), str(text)))


def _names(uow: UnitOfWork, ids: Iterable[UUID]) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in _people(uow, ids)))


def _emails(uow: UnitOfWork, ids: Iterable[UUID]) -> str:
    return ", ".join(sorted(one.email for one in _people(uow, ids)))


def _people(uow: UnitOfWork, ids: Iterable[UUID]) -> Iterable[Person]:
    return people.by_ids(uow, ids).values()
