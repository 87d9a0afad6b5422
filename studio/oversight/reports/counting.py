"""Counting what happened between two moments, from what was written down at the time. Bounded by a day of work."""

from datetime import datetime

from sqlalchemy import func, select

from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import AGREED, Outcome
from studio.audit.models import AuditEvent
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.reports.figures import Figures, Load
from studio.runtime.models import Run
from studio.runtime.outcomes import Mode, RunState

AT_ONCE = 500
PROOFS = (
    *("step_up.confirmed", "step_up.failed", "guard.proof_given", "guard.proof_refused"),
    *("approval.bypassed", "guard.freeze_bypassed", "elevation.started"),
)
"""Audit actions that tell of proofs, and of what went past a rule."""
_BY_PEOPLE = (Outcome.APPROVED, Outcome.DECLINED, Outcome.RESPONDED, Outcome.CHANGES_REQUESTED)


def count(uow: UnitOfWork, begin: datetime, end: datetime) -> Figures:
    """What happened from a moment on, and before another."""
    found = Figures()
    _decided(uow, begin, end, found)
    _answered(uow, begin, end, found)
    _failed(uow, begin, end, found)
    _proven(uow, begin, end, found)
    _started(uow, begin, end, found)
    return found


def _decided(uow: UnitOfWork, begin: datetime, end: datetime, found: Figures) -> None:
    columns = Request.amount, Request.currency, Request.items, Request.due_at, Request.closed_at
    query = select(Decision.outcome, Decision.items, *columns).join(Request, Request.id == Decision.request_id)
    query = query.where(Request.closed_at >= begin, Request.closed_at < end)
    with uow.session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for outcome, chosen, amount, currency, items, due_at, closed_at in rows:
            found.outcomes[outcome] += 1
            if outcome in AGREED and items and chosen is not None:
                for item in items:
                    found.pay("approved" if item["key"] in chosen else "declined", item.get("amount"), currency)
            elif outcome in AGREED:
                found.pay("approved", amount, currency)
            elif outcome == Outcome.DECLINED:
                found.pay("declined", amount, currency)
            if outcome == Outcome.EXPIRED or (outcome in _BY_PEOPLE and due_at is not None and closed_at > due_at):
                found.late += 1
            elif outcome in _BY_PEOPLE and due_at is not None:
                found.in_time += 1
            elif outcome in _BY_PEOPLE:
                found.undated += 1


def _answered(uow: UnitOfWork, begin: datetime, end: datetime, found: Figures) -> None:
    sums = func.count(), func.sum(Vote.waited_s), func.count(Vote.waited_s), func.sum(Vote.worked_s)
    query = select(Vote.user_id, *sums, func.count(Vote.worked_s)).group_by(Vote.user_id)
    for person, *counts in uow.session.execute(query.where(Vote.at >= begin, Vote.at < end)):
        found.load[str(person)] = Load(*(int(one or 0) for one in counts))


def _failed(uow: UnitOfWork, begin: datetime, end: datetime, found: Figures) -> None:
    """By when they failed: one that began in the month before counts where somebody had to look at it."""
    query = select(Run.error).where(Run.state == RunState.FAILED, Run.mode == Mode.LIVE)
    query = query.where(Run.finished_at >= begin, Run.finished_at < end)
    with uow.session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for (error,) in rows:
            found.failures[str((error or {}).get("code") or "unknown")] += 1


def _proven(uow: UnitOfWork, begin: datetime, end: datetime, found: Figures) -> None:
    query = select(AuditEvent.action, func.count()).group_by(AuditEvent.action)
    query = query.where(AuditEvent.occurred_at >= begin, AuditEvent.occurred_at < end, AuditEvent.action.in_(PROOFS))
    for action, number in uow.session.execute(query):
        found.proofs[action] = number


def _started(uow: UnitOfWork, begin: datetime, end: datetime, found: Figures) -> None:
    query = select(Run.workflow_id, func.count()).where(Run.mode == Mode.LIVE).group_by(Run.workflow_id)
    for workflow, number in uow.session.execute(query.where(Run.id >= first_id_at(begin), Run.id < first_id_at(end))):
        found.workflows[str(workflow)] = number
