"""What stands still, for those who look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts.policy import left_s
from studio.runtime.models import Event, Halt, Run, Workflow
from studio.runtime.models.ledger import HELD, PARKED

COUNTED = 1_000
"""Held events and parked runs are counted no further."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much has gathered of one workflow, or of all: counted to COUNTED."""

    events: int
    runs: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Backlogs that are being let go."""

    workflows: int
    total: int
    released: int
    left_s: int


def of_workflows(uow: UnitOfWork, workflow_ids: Sequence[UUID]) -> Mapping[UUID, Halt]:
    """Their pauses and backlogs; those that run as usual are left out."""
    found = select(Halt).where(Halt.scope_id.in_(workflow_ids))
    return {row.scope_id: row for row in uow.session.scalars(found)} if workflow_ids else {}


def paused(uow: UnitOfWork, limit: int = 50) -> Sequence[tuple[Halt, str]]:
    """Workflows that stand still or catch up, with their names, the newest first."""
    found = select(Halt, Workflow.name).join(Workflow, Workflow.id == Halt.workflow_id)
    return [(row, name) for row, name in uow.session.execute(found.order_by(Halt.since.desc()).limit(limit))]


def backlog(uow: UnitOfWork, workflow_id: UUID | None = None) -> Backlog:
    """What has gathered, of one workflow or of all."""
    counts = []
    for table, which in ((Event, HELD), (Run, PARKED)):
        some = select(table.id).where(which)
        if workflow_id is not None:
            some = some.where(table.workflow_id == workflow_id)
        counts.append(uow.session.scalar(select(func.count()).select_from(some.limit(COUNTED).subquery())) or 0)
    return Backlog(*counts)


def progress(uow: UnitOfWork) -> Progress | None:
    """How far the release of all backlogs is; None: there is none."""
    going = select(Halt.per_s, Halt.total, Halt.released).where(Halt.resumed_at.is_not(None))
    rows = uow.session.execute(going).all()
    if not rows:
        return None
    longest = max(left_s(row.per_s, row.total, row.released) for row in rows)
    released = sum(min(row.released, row.total) for row in rows)
    return Progress(len(rows), sum(row.total for row in rows), released, longest)
