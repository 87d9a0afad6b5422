"""Opening a request, and the ends that no person decides: expiry and withdrawal."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from studio.approvals import askers, effect, items, options, people, trail, wordings
from studio.approvals.models import Request
from studio.approvals.outcomes import LIVE, Channel, Outcome, RequestState
from studio.approvals.rule import Rule, to_json
from studio.approvals.service import (
    announcing,
    attaching,
    deferring,
    delegating,
    ending,
    gathering,
    locking,
    plans,
    resolving,
    rows,
    staging,
    timers,
)
from studio.approvals.wordings import Attached, Wording
from studio.contract.approving import ApprovalAsk
from studio.core import ids
from studio.core.errors import InvalidInput
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork


def request(uow: UnitOfWork, ask: ApprovalAsk) -> UUID:
    """Open a request and everybody's share of it. Raises InvalidInput where the rule could never be met."""
    seat = people.by_email(uow, ask.requester)
    files = attaching.handed_in(uow, ask.attachments)
    row = _row(uow, ask, requester_id=seat.id if seat else None)
    row.payload_hash = fingerprint(ask, attaching.as_worded(files))
    plan = plans.resolve(uow, ask.escalation) if ask.escalation is not None else None
    resolved = resolving.resolve(uow, ask, rows.barred(uow, row))
    if plan is not None and ask.escalation is not None:
        plans.enough(plan, ask.escalation, resolved.rule)
    _check_items(ask, resolved.rule)
    row.effect = effect.to_json(deferring.resolve(uow, ask.effect)) if ask.effect is not None else None
    row.rule = to_json(replace(resolved.rule, barred=frozenset(ask.barred)))
    if ask.lock:
        locking.take(uow, row, ask.lock)
    uow.session.add(row)
    uow.session.flush()
    row.attachments = attaching.as_json(attaching.as_worded(attaching.hang(uow, row, files)))
    shares = [
        rows.assign(uow, row, one.user_id, dict(one.why), stage=stage)
        for stage, asked in enumerate(resolved.asked)
        for one in asked
    ]
    uow.session.flush()
    for share in shares:
        if share.state in LIVE:
            trail.mail_asked(uow, share.id)
    delegating.extend(uow, row, shares)
    trail.schedule(uow, row)
    if plan is not None:
        timers.add(uow, row, plan)
    if row.state == RequestState.QUEUED:
        locking.wait(uow, row)
    if resolved.fallback:
        trail.record(uow, "approval.fallback_asked", row, to=resolved.fallback)
    announcing.announce(uow, row, wanted=ask.slack)
    trail.requested(uow, row, resolved.emails)
    fault_point("ask.before_commit")
    return row.id


def withdraw(uow: UnitOfWork, request_id: UUID, reason: str) -> None:
    """Close it because whoever asked no longer needs it. A closed one stays as it is."""
    row = rows.locked(uow, request_id)
    if not row.open:
        return
    row.state, row.close_reason = RequestState.CANCELLED, reason
    rows.settle(uow, row, rows.assignments(uow, row))
    trail.unschedule(uow, row)
    timers.stop(uow, row)
    trail.mail_taken_back(uow, row)
    trail.record(uow, "approval.withdrawn", row, reason=reason)
    locking.release(uow, row)
    askers.tell_withdrawn(uow, row.asker, row.id)
    fault_point("withdraw.before_commit")
    uow.after_commit(lambda: fault_point("withdraw.after_commit"))


def withdraw_for_wait(uow: UnitOfWork, wait_id: UUID, reason: str) -> None:
    """The run no longer waits: what was asked for it is taken back."""
    query = select(Request.id).where(Request.wait_id == wait_id)
    for request_id in [*uow.session.scalars(query).all(), *gathering.forget(uow, wait_id)]:
        withdraw(uow, request_id, reason)


def expire(uow: UnitOfWork, request_id: UUID) -> None:
    """The deadline: ends what is still pending. Late, early or repeated calls do no harm."""
    row = rows.locked(uow, request_id)
    if row.state != RequestState.PENDING or row.due_at is None or uow.now < row.due_at:
        return
    ending.end(uow, row, Outcome.EXPIRED, by=None, reason="", channel=Channel.CLOCK)


def remind(uow: UnitOfWork, request_id: UUID) -> list[UUID]:
    """The shares that are still open and so are to be reminded; empty once it has ended."""
    row = rows.locked(uow, request_id)
    if row.state != RequestState.PENDING:
        return []
    staging.recount(uow, row)
    return [share.id for share in rows.assignments(uow, row) if share.state in LIVE]


def fingerprint(ask: ApprovalAsk, files: Sequence[Attached] = ()) -> str:
    """SHA-256 over all that a decision is bound to; `files`: what hangs on it."""
    facts = tuple((label, value) for label, value in ask.facts)
    wording = Wording(ask.title, facts, ask.instructions, ask.amount, ask.currency, tuple(files))
    return wordings.fingerprint(wording, ask.payload, options.stored(ask.options), items.stored(ask.items))


def _check_items(ask: ApprovalAsk, rule: Rule) -> None:
    """Which items several parts or answers agree on would be a guess, so that is refused."""
    items.check(ask.items)
    several = len(rule.stages) > 1 or any(len(stage.parts) > 1 for stage in rule.stages)
    approving = any(one.outcome is Outcome.APPROVED for one in options.restored(options.stored(ask.options)))
    if ask.items and (several or approving or rule.more):
        raise InvalidInput(items.alone(), code="items_alone", field="items")


def _row(uow: UnitOfWork, ask: ApprovalAsk, *, requester_id: UUID | None) -> Request:
    run_id = ids.parse_id(ask.ref.get("run_id", ""))
    return Request(
        id=ids.new_id(),
        asker=ask.asker,
        rule={"barred": [str(one) for one in ask.barred]},
        ref=dict(ask.ref),
        title=ask.title,
        facts=[list(fact) for fact in ask.facts],
        instructions=ask.instructions,
        options=options.stored(ask.options),
        items=items.stored(ask.items),
        state=RequestState.PENDING,
        requester_email=ask.requester.strip().lower() if ask.requester else None,
        requester_id=requester_id,
        editor_id=ask.last_editor,
        threads_first=ask.threads_first,
        revision=1,
        stage=0,
        pauses=0,
        due_at=ask.due_at,
        remind_at=ask.remind_at,
        calendar_id=ask.calendar_id,
        counted=dict(ask.counted) if ask.counted else None,
        policy_id=ask.policy.id if ask.policy else None,
        policy_version=ask.policy.version if ask.policy else None,
        amount=ask.amount,
        currency=ask.currency,
        workflow_id=ids.parse_id(ask.context.get("workflow_id", "")),
        run_id=run_id,
        starter_id=askers.starter(uow, run_id),
        wait_id=ids.parse_id(ask.ref.get("wait_id", "")),
        context={**ask.context, "policy_name": ask.policy.name} if ask.policy else dict(ask.context),
        created_at=uow.now,
    )
