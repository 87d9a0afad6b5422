"""The owner is told by mail when runs fail: one mail for a group of failures, not one each."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from studio.accounts.models import User
from studio.core import outbox
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.engine.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import Run, Workflow
from studio.runtime.outcomes import RunState

TOPIC = "run.failed"
GATHER = timedelta(minutes=2)
"""How long failures are gathered before the mail goes out."""
WINDOW = timedelta(hours=1)
"""One mail a workflow within this time."""


class FailureNotices:
    """Queues the notice in the transaction that fails the run; the same hour's failures share it."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def __call__(self, uow: UnitOfWork, run: RunRow, compiled: Compiled) -> None:
        """A live run has failed."""
        window = int(uow.now.timestamp() // WINDOW.total_seconds())
        outbox.enqueue(
            uow,
            TOPIC,
            key=f"{TOPIC}:{compiled.workflow_id}:{window}",
            payload={
                "workflow_id": str(compiled.workflow_id),
                "first_run": str(run.id),
                "since": (uow.now - timedelta(seconds=1)).isoformat(),
                "url": self._public_url,
            },
            due_at=uow.now + GATHER,
        )


def count_failures(uow: UnitOfWork, workflow_id: UUID) -> int:
    """Failures of the last hour."""
    since = first_id_at(uow.now - WINDOW)
    found = select(func.count()).select_from(Run).where(Run.workflow_id == workflow_id, Run.id > since)
    return uow.session.execute(found.where(Run.state == RunState.FAILED)).scalar_one()


def owner_of(uow: UnitOfWork, workflow: Workflow) -> User | None:
    """Who is told; None where the workflow has no owner any more."""
    return uow.session.get(User, workflow.owner_id) if workflow.owner_id else None
