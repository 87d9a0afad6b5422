"""The versions of a workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow, WorkflowVersion

MOST = 100


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version without its document, which may be large."""

    number: int
    note: str
    by: str
    at: datetime
    id: UUID


def versions(uow: UnitOfWork, workflow: Workflow, most: int = MOST, before: int | None = None) -> Sequence[VersionLine]:
    """The newest versions first: those below the number `before`."""
    row = WorkflowVersion
    query = (
        select(row.number, row.note, row.published_by_name, row.published_at, row.id)
        .where(row.workflow_id == workflow.id)
        .order_by(row.number.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(row.number < before)
    return [VersionLine(*found) for found in uow.session.execute(query)]
