"""Fallback approvers: asked where nobody is left who may decide, or a level of an escalation has nobody to ask."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from studio.approvals import escalation, people, trail
from studio.approvals.escalation import Target
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import LIVE, WAITING
from studio.approvals.rule import Rule
from studio.approvals.service import counting, delegating, rows, schedules, timers
from studio.approvals.timetables import OnCallSchedule
from studio.core.unit_of_work import UnitOfWork

WHY = "fallback"


def ask(uow: UnitOfWork, request: Request, rule: Rule, shares: Sequence[Assignment]) -> list[Assignment]:
    """Ask them beside whoever is asked, once in a stage. None where the plan names none who may and are not asked yet.

    Each may fill any place of the running stage; how many have to agree stays as it was.
    """
    row = timers.of(uow, request)
    if row is None or row.fallback_stage == request.stage:
        return []
    targets = escalation.from_json(row.plan).fallback
    wanted = behind(uow, targets)
    seated, barred = people.by_ids(uow, wanted), rows.barred(uow, request)
    waiting = {share.user_id for share in shares if share.state in WAITING and share.stage == request.stage}
    spoken = {vote.user_id for vote in rows.votes(uow, request) if vote.stage == request.stage}
    asked = [
        seated[one]
        for one in wanted
        if one in seated and one not in waiting | spoken and counting.may_vote(seated[one], rule, barred)
    ]
    if not asked:
        return []
    row.fallback_stage = request.stage
    made = [rows.join(uow, request, one.id, {"kind": WHY, "name": names(targets)}) for one in asked]
    uow.session.flush()
    for share in made:
        if share.state in LIVE:  # else it is not this request's turn, and they are mailed once it is
            trail.mail_asked(uow, share.id)
    delegating.extend(uow, request, made)
    trail.record(uow, "approval.fallback_asked", request, to=[one.email for one in asked])
    return made


def behind(uow: UnitOfWork, targets: Iterable[Target]) -> list[UUID]:
    """The people behind targets at this moment, in order, once each."""
    found: dict[UUID, None] = {}
    for target in targets:
        found |= dict.fromkeys(on_call(uow, target.schedule) if target.schedule else target.people)
    return list(found)


def on_call(uow: UnitOfWork, schedule_id: UUID) -> tuple[UUID, ...]:
    """Who is on call by a schedule; nobody once it is gone."""
    row = uow.session.get(OnCallSchedule, schedule_id)
    person = schedules.now_on_call(uow, row) if row is not None else None
    return (person.id,) if person is not None else ()


def names(targets: Iterable[Target]) -> str:
    """Targets as people read them."""
    return ", ".join(target.name.name for target in targets)
