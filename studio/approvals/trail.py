"""What this package tells the audit trail, and the jobs it leaves in the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from studio import audit
from studio.approvals.held import cancel_jobs
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.revisions import Revision
from studio.approvals.together import leave
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork

ASKED, REMIND, EXPIRE, TOLD, COMPLETED, STUCK, NOTICE = (
    "approval.asked",
    "approval.remind",
    "approval.expire",
    "approval.told",
    "approval.completed",
    "approval.stuck",
    "approval.notice",
)


CHANGES, REVISED = "approval.changes", "approval.revised"
DISMISSED, TAKEN_BACK = "approval.dismissed", "approval.taken_back"
THREAD = "approval.thread"
WITHDRAWN, NUDGE = "approval.withdrawn", "approval.nudge"
SLACK = "approval.slack"
EFFECT, DEFERRED = "approval.effect", "approval.deferred"


def target(request: Request) -> audit.Target:
    """A request, as the audit trail names it."""
    return audit.Target("approval", request.id, request.title, personal=True)


def targets(uow: UnitOfWork, request: Request) -> list[audit.Target]:
    """A request, and the run that asked where another acts: what people and the clock do is about it too."""
    run_id = request.run_id
    of_run = run_id is not None and uow.actor.origin.run_id != str(run_id)
    return [target(request), *([audit.Target("run", run_id)] if of_run and run_id is not None else [])]


def record(uow: UnitOfWork, action: str, request: Request, **metadata: Any) -> None:
    """Record one event about a request; where a message in Slack tells of it, that follows."""
    audit.record(uow, action, targets=targets(uow, request), metadata=metadata)
    if request.in_slack:
        follow_in_slack(uow, request.id)


def follow_in_slack(uow: UnitOfWork, request_id: UUID) -> None:
    """Bring a request's message in Slack in line with it, once however much changes in this transaction."""
    key = f"{SLACK}:{request_id}:{uow.now.isoformat()}"
    outbox.enqueue(uow, SLACK, key=key, payload={"request_id": str(request_id)}, due_at=uow.now)


def requested(uow: UnitOfWork, request: Request, asked: list[str]) -> None:
    """Record who was asked."""
    record(
        uow,
        "approval.requested",
        request,
        asked=asked,
        amount=request.amount,
        currency=request.currency,
        payload_hash=request.payload_hash,
    )


def further(uow: UnitOfWork, request: Request, asked: list[str], stage: str) -> None:
    """Record who was asked in a stage that was added."""
    record(uow, "approval.stage_added", request, asked=asked, stage=stage or None, payload_hash=request.payload_hash)


def voted(uow: UnitOfWork, request: Request, vote: Vote, acting_for: str = "") -> None:
    """Record what one person said of it that did not end it. `acting_for`: whose name it was, where they stood in."""
    record(
        uow,
        "approval.voted",
        request,
        outcome=vote.outcome,
        option=vote.option,
        reason=vote.reason or None,
        channel=vote.channel,
        acting_for=acting_for or None,
        approved_items=vote.items,
        payload_hash=vote.payload_hash,
    )


def held(uow: UnitOfWork, request: Request, vote: Vote) -> None:
    """Record that somebody asked for changes, which are awaited."""
    record(
        uow,
        "approval.changes_requested",
        request,
        reason=vote.reason or None,
        channel=vote.channel,
        amount=request.amount,
        currency=request.currency,
        payload_hash=vote.payload_hash,
    )


def revised(uow: UnitOfWork, request: Request, row: Revision) -> None:
    """Record a new version."""
    record(
        uow,
        "approval.revised",
        request,
        version=row.number,
        note=row.note or None,
        amount=row.amount,
        currency=row.currency,
        payload_hash=row.payload_hash,
    )


def deadline_moved(uow: UnitOfWork, request: Request, changes: Sequence[audit.Change]) -> None:
    """Record that an edited calendar has counted it anew."""
    audit.record(uow, "approval.deadline_moved", targets=[target(request)], changes=changes)
    if request.in_slack:
        follow_in_slack(uow, request.id)


def deferred(uow: UnitOfWork, request: Request, moment: datetime) -> None:
    """Record that all have agreed, and when that takes effect; and let the requester know."""
    record(uow, "approval.deferred", request, effect_at=moment.isoformat(), payload_hash=request.payload_hash)
    if request.requester_email or request.starter_id:
        leave(uow, DEFERRED, _key(DEFERRED, request), {"request_id": str(request.id)})


def decided(uow: UnitOfWork, request: Request, decision: Decision, acting_for: str = "") -> None:
    """Record how it ended: by a person, perhaps in the place of another, or by its deadline."""
    record(
        uow,
        f"approval.{decision.outcome}",
        request,
        reason=decision.reason or None,
        option=decision.option,
        channel=decision.channel,
        acting_for=acting_for or None,
        approved_items=decision.items,
        amount=request.amount,
        currency=request.currency,
        payload_hash=request.payload_hash,
    )


def mail_asked(uow: UnitOfWork, assignment_id: UUID) -> None:
    """Let somebody know that a decision waits for them."""
    leave(uow, ASKED, f"{ASKED}:{assignment_id}", {"assignment_id": str(assignment_id)})


def mail_asked_later(uow: UnitOfWork, assignment_id: UUID, at: datetime, *, reminder: bool) -> None:
    """The same after somebody's quiet hours."""
    topic = REMIND if reminder else ASKED
    outbox.enqueue(
        uow,
        ASKED,
        key=f"{topic}:{assignment_id}:{at.isoformat()}",
        payload={"assignment_id": str(assignment_id), "reminder": reminder},
        due_at=at,
    )


def unreachable(uow: UnitOfWork, request: Request) -> None:
    """Record that too few people are left, and let those know who can mend it."""
    record(uow, "approval.unreachable", request)
    payload = {"request_id": str(request.id)}
    outbox.enqueue(uow, STUCK, key=f"{STUCK}:{request.id}:{uow.now.isoformat()}", payload=payload, due_at=uow.now)


def mail_changes(uow: UnitOfWork, request: Request, vote: Vote) -> None:
    """Let the requester know that a new version is awaited."""
    if request.requester_email or request.starter_id:
        payload = {"request_id": str(request.id), "vote_id": str(vote.id)}
        outbox.enqueue(uow, CHANGES, key=f"{CHANGES}:{vote.id}", payload=payload, due_at=uow.now)


def mail_revised(uow: UnitOfWork, assignment_id: UUID, number: int, at: datetime | None = None) -> None:
    """Let somebody know that what they are asked is worded anew; `at`: the end of their quiet hours."""
    payload = {"assignment_id": str(assignment_id), "number": number}
    key = f"{REVISED}:{assignment_id}:{number}"
    later = f"{key}:{at.isoformat()}" if at else key
    outbox.enqueue(uow, REVISED, key=later, payload=payload, due_at=at or uow.now)


def mail_dismissed(uow: UnitOfWork, vote_id: UUID, at: datetime | None = None) -> None:
    """Let whoever asked for changes know that this was set aside; `at`: the end of their quiet hours."""
    key = f"{DISMISSED}:{vote_id}:{at.isoformat()}" if at else f"{DISMISSED}:{vote_id}"
    outbox.enqueue(uow, DISMISSED, key=key, payload={"vote_id": str(vote_id)}, due_at=at or uow.now)


def mail_thread(uow: UnitOfWork, comment_id: UUID, user_id: UUID | None = None, at: datetime | None = None) -> None:
    """Let those whom it concerns know what was said in a thread; or one of them, after their quiet hours."""
    payload = {"comment_id": str(comment_id)} | ({"user_id": str(user_id)} if user_id else {})
    key = f"{THREAD}:{comment_id}:{user_id}" if user_id else f"{THREAD}:{comment_id}"
    outbox.enqueue(uow, THREAD, key=key, payload=payload, due_at=at or uow.now)


def mail_taken_back(uow: UnitOfWork, request: Request) -> None:
    """Let everybody who was asked know that nothing is left to do, but for whoever took it back."""
    payload = {"request_id": str(request.id), "by": str(uow.actor.user_id or "")}
    outbox.enqueue(uow, TAKEN_BACK, key=f"{TAKEN_BACK}:{request.id}", payload=payload, due_at=uow.now)
    if request.requester_email or request.starter_id:
        told = {"request_id": str(request.id)}
        outbox.enqueue(uow, WITHDRAWN, key=f"{WITHDRAWN}:{request.id}", payload=told, due_at=uow.now)


def mail_nudge(uow: UnitOfWork, request: Request, by: str) -> None:
    """Let everybody who holds it know that whoever asked waits."""
    at = uow.now.isoformat()
    payload = {"request_id": str(request.id), "by": by, "at": at}
    outbox.enqueue(uow, NUDGE, key=f"{NUDGE}:{request.id}:{at}", payload=payload, due_at=uow.now)


def mail_nudge_later(uow: UnitOfWork, assignment_id: UUID, payload: dict[str, Any], at: datetime) -> None:
    """The same to one of them, after their quiet hours."""
    later = {**payload, "share_id": str(assignment_id)}
    key = f"{NUDGE}:{assignment_id}:{at.isoformat()}"
    outbox.enqueue(uow, NUDGE, key=key, payload=later, due_at=at)


def mail_told(uow: UnitOfWork, request: Request) -> None:
    """Let the requester and everybody who was asked know how it ended."""
    leave(uow, TOLD, _key(TOLD, request), {"request_id": str(request.id)})


def schedule(uow: UnitOfWork, request: Request) -> None:
    """Leave the reminder and the expiry of a new request."""
    if request.remind_at is not None:
        _at(uow, REMIND, request, request.remind_at)
    if request.due_at is not None:
        _at(uow, EXPIRE, request, request.due_at)


def unschedule(uow: UnitOfWork, request: Request) -> None:
    """Take back the reminder, the expiry, and the moment of its effect."""
    cancel_jobs(uow, [_key(topic, request) for topic in (REMIND, EXPIRE)])
    if request.effect_at is not None:
        cancel_jobs(uow, [f"{EFFECT}:{request.id}:{request.effect_at.isoformat()}"])


def _at(uow: UnitOfWork, topic: str, request: Request, moment: Any) -> None:
    payload = {"request_id": str(request.id)}
    outbox.enqueue(uow, topic, key=_key(topic, request), payload=payload, due_at=moment)


def _key(topic: str, request: Request) -> str:
    """A job that ran into a pause is done: the one behind it needs a name of its own."""
    return f"{topic}:{request.id}:{request.pauses}" if request.pauses else f"{topic}:{request.id}"
