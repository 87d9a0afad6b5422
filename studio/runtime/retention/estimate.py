"""About how many runs rules would let go now: counted so far, and never all of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run
from studio.runtime.outcomes import ENDED
from studio.runtime.retention.policy import Rules

COUNTED = 20_000
"""Of one way to end, in one workflow with rules of its own or in all others together; no further."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the next look would delete; what something still needs is not taken off."""

    runs: int
    more: bool
    """There are more than were counted."""


def estimate(uow: UnitOfWork, rules: Rules) -> Estimate:
    """Count ended runs that began before their days, by the indexes that the look itself walks."""
    total, more = 0, False
    for state in sorted(ENDED):
        for workflow_id in (None, *rules.workflows):
            before = uow.now - timedelta(days=rules.of(workflow_id, state))
            found = _count(uow, state, before, _scope(workflow_id, rules))
            total, more = total + found, more or found == COUNTED
    return Estimate(total, more)


def _scope(workflow_id: UUID | None, rules: Rules) -> ColumnElement[bool]:
    own: ColumnElement[bool] = Run.workflow_id.not_in(list(rules.workflows))
    return own if workflow_id is None else Run.workflow_id == workflow_id


def _count(uow: UnitOfWork, state: str, before: datetime, scope: ColumnElement[bool]) -> int:
    due = select(Run.id).where(
        Run.state == state,
        Run.id < first_id_at(before),
        func.coalesce(Run.finished_at, Run.created_at) <= before,
        scope,
    )
    return uow.session.scalar(select(func.count()).select_from(due.limit(COUNTED).subquery())) or 0
